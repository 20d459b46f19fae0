import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One file as it was created once; a path that is created anew is another one. */
type Instance = { readonly path: string; readonly syncs: Sync[] };

/** A sync covers what was recorded before its begin, once its end was recorded. */
type Sync = { readonly begin: number; end: number };

type Change =
  | { readonly kind: 'create' | 'unlink'; readonly at: number; readonly instance: Instance }
  | { readonly kind: 'folder'; readonly at: number; readonly path: string }
  | {
      readonly kind: 'write';
      readonly at: number;
      readonly instance: Instance;
      readonly position: number;
      readonly bytes: Buffer;
    }
  | { readonly kind: 'truncate'; readonly at: number; readonly instance: Instance; readonly sizeBytes: number };

/** What a process did to a folder, in order. */
export type Journal = {
  readonly changes: readonly Change[];
  readonly folderSyncs: ReadonlyMap<string, readonly Sync[]>;
  /** Records in all: cuts lie between 0 and this. */
  readonly length: number;
};

/** Decides by chance; the same seed decides the same. */
export type Chance = () => number;

/** Reads what `recorder.c` wrote. */
export function readJournal(bytes: Buffer): Journal {
  const numbers = new Map<number, { readonly path: string; instance: Instance | undefined }>();
  const current = new Map<string, Instance>();
  const syncs = new Map<bigint, Sync>();
  const folderSyncs = new Map<string, Sync[]>();
  const changes: Change[] = [];
  let at = 0;
  for (let offset = 0; offset + 17 <= bytes.byteLength; at += 1) {
    const type = String.fromCharCode(bytes[offset] ?? 0);
    const number = bytes.readUInt32LE(offset + 1);
    const other = bytes.readBigUInt64LE(offset + 5);
    const length = bytes.readUInt32LE(offset + 13);
    const content = bytes.subarray(offset + 17, offset + 17 + length);
    offset += 17 + length;
    if (type === 'N') {
      const path = content.toString();
      numbers.set(number, { path, instance: current.get(path) });
      continue;
    }
    const named = numbers.get(number);
    if (named === undefined) throw new Error(`Record ${at} has an unknown file.`);
    const { path } = named;
    if (type === 'C') {
      named.instance = { path, syncs: [] };
      current.set(path, named.instance);
      changes.push({ kind: 'create', at, instance: named.instance });
    } else if (type === 'M') changes.push({ kind: 'folder', at, path });
    else if (type === 'U' && named.instance !== undefined) {
      current.delete(path);
      changes.push({ kind: 'unlink', at, instance: named.instance });
    } else if (type === 'B') {
      const sync = { begin: at, end: Number.POSITIVE_INFINITY };
      syncs.set(other, sync);
      if (named.instance !== undefined) named.instance.syncs.push(sync);
      else folderSyncs.set(path, [...(folderSyncs.get(path) ?? []), sync]);
    } else if (type === 'E') {
      const sync = syncs.get(other);
      if (sync !== undefined) sync.end = at;
    } else if (named.instance !== undefined && type === 'W') {
      changes.push({ kind: 'write', at, instance: named.instance, position: Number(other), bytes: content });
    } else if (named.instance !== undefined && type === 'T') {
      changes.push({ kind: 'truncate', at, instance: named.instance, sizeBytes: Number(other) });
    }
  }
  return { changes, folderSyncs, length: at };
}

/** All bytes that were written to a path before a cut, in order. */
export function writtenBefore(journal: Journal, path: string, cut: number): string {
  const parts = journal.changes.filter(
    (change) => change.at < cut && change.kind === 'write' && change.instance.path === path,
  );
  return parts.map((change) => (change.kind === 'write' ? change.bytes.toString() : '')).join('');
}

/** The record behind which a sync begin covers everything at a cut. */
function coveredUpTo(syncs: readonly Sync[] | undefined, cut: number): number {
  let covered = -1;
  for (const { begin, end } of syncs ?? []) if (end < cut) covered = Math.max(covered, begin);
  return covered;
}

/**
 * Builds the disk as a power loss at `cut` may leave it: what a finished sync covered is there; of the rest each entry
 * and each sector is there with the probability `share`.
 */
export async function buildImage(
  journal: Journal,
  options: {
    readonly into: string;
    readonly cut: number;
    readonly share: number;
    readonly sectorBytes: number;
    readonly chance: Chance;
  },
): Promise<void> {
  const { into, cut, share, sectorBytes, chance } = options;
  const folders = new Set(['']);
  const files = new Map<string, Instance>();
  const contents = new Map<Instance, Content>();
  for (const change of journal.changes) {
    if (change.at >= cut) break;
    const entryPath = change.kind === 'folder' ? change.path : change.instance.path;
    const isEntry = change.kind === 'folder' || change.kind === 'create' || change.kind === 'unlink';
    const syncs = isEntry ? journal.folderSyncs.get(parentOf(entryPath)) : change.instance.syncs;
    const isDurable = change.at < coveredUpTo(syncs, cut);
    if (change.kind === 'write')
      contentOf(contents, change.instance).write(change, isDurable ? undefined : { share, sectorBytes, chance });
    else if (!isDurable && chance() >= share) continue;
    else if (change.kind === 'folder') folders.add(change.path);
    else if (change.kind === 'create') files.set(change.instance.path, change.instance);
    else if (change.kind === 'unlink') files.delete(change.instance.path);
    else if (change.kind === 'truncate') contentOf(contents, change.instance).truncate(change.sizeBytes);
  }
  for (const folder of [...folders].sort()) await mkdir(join(into, folder), { recursive: true, mode: 0o700 });
  for (const [path, instance] of files) {
    // An entry whose folder was lost is lost with it.
    if (folders.has(parentOf(path)))
      await writeFile(join(into, path), contentOf(contents, instance).bytes(), { mode: 0o600 });
  }
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === '/' || parent === '.' ? '' : parent;
}

function contentOf(contents: Map<Instance, Content>, instance: Instance): Content {
  let content = contents.get(instance);
  if (content === undefined) {
    content = new Content();
    contents.set(instance, content);
  }
  return content;
}

type Torn = { readonly share: number; readonly sectorBytes: number; readonly chance: Chance };

/** A file that grows; what was never written is zero. */
class Content {
  #bytes = Buffer.alloc(0);
  #sizeBytes = 0;

  write({ position, bytes }: { readonly position: number; readonly bytes: Buffer }, torn: Torn | undefined): void {
    if (torn === undefined) {
      this.#put(position, bytes);
      return;
    }
    // Torn where sectors of the disk begin, not where the write does.
    for (let start = 0; start < bytes.byteLength; ) {
      const end = Math.min(bytes.byteLength, start + torn.sectorBytes - ((position + start) % torn.sectorBytes));
      if (torn.chance() < torn.share) this.#put(position + start, bytes.subarray(start, end));
      start = end;
    }
  }

  truncate(sizeBytes: number): void {
    if (sizeBytes < this.#sizeBytes) this.#bytes.fill(0, sizeBytes);
    this.#reserve(sizeBytes);
    this.#sizeBytes = sizeBytes;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#sizeBytes);
  }

  #put(position: number, bytes: Buffer): void {
    this.#reserve(position + bytes.byteLength);
    bytes.copy(this.#bytes, position);
    this.#sizeBytes = Math.max(this.#sizeBytes, position + bytes.byteLength);
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#bytes.byteLength) return;
    const grown = Buffer.alloc(Math.max(sizeBytes, this.#bytes.byteLength * 2));
    this.#bytes.copy(grown);
    this.#bytes = grown;
  }
}
