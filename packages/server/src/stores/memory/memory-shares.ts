import type { LinkFacts, Page } from '../links/link-store.ts';
import {
  type FileCaps,
  type FileCounts,
  type FilePlan,
  passwordTries,
  passwordWindowMs,
  type ReceivedFile,
  type Reservation,
  reservedMs,
  type ShareChange,
  type ShareQuery,
  type ShareRecord,
  type ShareStore,
} from '../links/share-store.ts';

type Tries = { readonly sinceMs: number; readonly count: number };
type Held = { readonly linkId: string; readonly bytes: number; readonly atMs: number };
type Received = { readonly linkId: string; readonly n: number; readonly file: ReceivedFile };

/** The model of shares and file requests, without a disk. */
export class MemoryShares implements ShareStore {
  readonly #shares: ShareRecord[] = [];
  readonly #tries = new Map<string, Tries>();
  /** Files that are on their way, by bucket and key. */
  readonly #reserved = new Map<string, Held>();
  readonly #files: Received[] = [];
  #count = 0;

  async create(share: ShareRecord): Promise<void> {
    await Promise.resolve();
    if (this.#at(share.linkId) !== -1) throw new Error('There is a share of this identity.');
    this.#shares.push(share);
  }

  find(linkId: string): Promise<ShareRecord | undefined> {
    return Promise.resolve(this.#shares[this.#at(linkId)]);
  }

  findShown(shown: string): Promise<ShareRecord | undefined> {
    return Promise.resolve(this.#shares.find(({ linkId }) => linkId.startsWith(shown)));
  }

  list({ kind, accountId, accessKeyId, cursor, limit }: ShareQuery): Promise<Page<ShareRecord>> {
    const found = this.#shares
      .map((share, n) => ({ share, n }))
      .filter(
        ({ share }) =>
          share.kind === kind &&
          (accountId === undefined || share.accountId === accountId) &&
          (accessKeyId === undefined || share.accessKeyId === accessKeyId),
      );
    const page = pageOf(found, cursor, limit);
    return Promise.resolve({ items: page.items.map(({ share }) => share), next: page.next });
  }

  edit(linkId: string, change: ShareChange): Promise<ShareRecord | undefined> {
    const at = this.#at(linkId);
    const found = this.#shares[at];
    if (found === undefined) return Promise.resolve(undefined);
    const changed = { ...found, ...change };
    this.#shares[at] = changed;
    return Promise.resolve(changed);
  }

  takeTry(linkId: string, client: string, nowMs: number): Promise<number | undefined> {
    const name = `${linkId} ${client}`;
    const known = this.#tries.get(name);
    const { sinceMs, count } =
      known === undefined || nowMs - known.sinceMs >= passwordWindowMs ? { sinceMs: nowMs, count: 0 } : known;
    if (count >= passwordTries) return Promise.resolve(undefined);
    this.#tries.set(name, { sinceMs, count: count + 1 });
    return Promise.resolve(passwordTries - count - 1);
  }

  forgiveTries(linkId: string, client: string): Promise<void> {
    this.#tries.delete(`${linkId} ${client}`);
    return Promise.resolve();
  }

  reserveFile({ linkId, bucket, key, sizeBytes, caps, nowMs }: FilePlan): Promise<Reservation> {
    const counts = this.#countsOf(linkId);
    const held = [...this.#reserved.values()].filter((one) => one.linkId === linkId);
    const heldBytes = held.reduce((sum, { bytes }) => sum + bytes, 0);
    if (caps.files !== undefined && counts.files + held.length >= caps.files) return full('files');
    const leftBytes = caps.bytes === undefined ? undefined : caps.bytes - counts.bytes - heldBytes;
    const bytes = sizeBytes ?? leftBytes ?? 0;
    if (leftBytes !== undefined && (bytes > leftBytes || (sizeBytes === undefined && leftBytes <= 0))) {
      return full('bytes');
    }
    const name = `${bucket}/${key}`;
    if (this.#reserved.has(name)) return Promise.resolve({ kind: 'taken' });
    this.#reserved.set(name, { linkId, bytes, atMs: nowMs });
    return Promise.resolve({ kind: 'reserved', bytes: leftBytes === undefined ? undefined : bytes });
  }

  keepFile(bucket: string, key: string, nowMs: number): Promise<void> {
    const held = this.#reserved.get(`${bucket}/${key}`);
    if (held !== undefined) this.#reserved.set(`${bucket}/${key}`, { ...held, atMs: nowMs });
    return Promise.resolve();
  }

  releaseFile(bucket: string, key: string): Promise<void> {
    this.#reserved.delete(`${bucket}/${key}`);
    return Promise.resolve();
  }

  finishFile(link: LinkFacts, bucket: string, file: ReceivedFile): FileCounts | undefined {
    const name = `${bucket}/${file.key}`;
    if (this.#reserved.get(name)?.linkId !== link.id) return undefined;
    this.#reserved.delete(name);
    this.#count += 1;
    this.#files.push({ linkId: link.id, n: this.#count, file });
    return this.#countsOf(link.id);
  }

  countFiles(linkId: string): Promise<FileCounts> {
    return Promise.resolve(this.#countsOf(linkId));
  }

  #countsOf(linkId: string): FileCounts {
    const came = this.#files.filter((one) => one.linkId === linkId);
    const open = [...this.#reserved.values()].filter((one) => one.linkId === linkId).length;
    return { files: came.length, bytes: came.reduce((sum, { file }) => sum + file.sizeBytes, 0), open };
  }

  listFiles({ linkId, cursor, limit }: Parameters<ShareStore['listFiles']>[0]): Promise<Page<ReceivedFile>> {
    const page = pageOf(
      this.#files.filter((one) => one.linkId === linkId),
      cursor,
      limit,
    );
    return Promise.resolve({ items: page.items.map(({ file }) => file), next: page.next });
  }

  sweep(nowMs: number): Promise<void> {
    for (const [name, { sinceMs }] of this.#tries) if (sinceMs < nowMs - passwordWindowMs) this.#tries.delete(name);
    for (const [name, { atMs }] of this.#reserved) if (atMs <= nowMs - reservedMs) this.#reserved.delete(name);
    return Promise.resolve();
  }

  #at(linkId: string): number {
    return this.#shares.findIndex((share) => share.linkId === linkId);
  }
}

function full(what: keyof FileCaps): Promise<Reservation> {
  return Promise.resolve({ kind: 'full', what });
}

/** The newest first; a cursor is the number of the last one that was shown. */
function pageOf<Item extends { readonly n: number }>(
  all: readonly Item[],
  cursor: string | undefined,
  limit: number,
): Page<Item> {
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : Number(cursor);
  const behind = all.filter(({ n }) => n < before).sort((left, right) => right.n - left.n);
  const items = behind.slice(0, limit);
  return { items, next: behind.length > limit ? String(items.at(-1)?.n) : undefined };
}
