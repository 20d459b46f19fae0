import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { crc32c } from '@tidegate/protocol';
import type { Disk, DiskFile } from '../../../world/disk.ts';
import { blockBytes } from '../../objects/body-intake.ts';

/** What a file should be, as far as it is known. */
export type Expected = {
  readonly sizeBytes: number;
  /** CRC32C of each block. */
  readonly blocks?: Uint8Array | undefined;
  readonly sha256?: string | undefined;
};

/** What was found when a file was read to its end. */
export type Found =
  | { readonly kind: 'good'; readonly sha256: string }
  | { readonly kind: 'missing' | 'not-a-file' }
  | { readonly kind: 'wrong-size'; readonly sizeBytes: number }
  | { readonly kind: 'damaged'; readonly why: string };

const pieceBytes = 256 * 1024;

/** Told of bytes that were read, and waited for: it may slow the reading down, or end it by throwing. */
export type OnBytes = (count: number) => void | Promise<void>;

/** The path of a body under the folder of a store or a backup. */
export function bodyPath(folder: string, id: string): string {
  return join(folder, 'blobs', id.slice(0, 2), id);
}

/** Reads a whole file and compares it with what it should be. `into`: the bytes are written there as they are read. */
export async function readWhole(
  disk: Disk,
  path: string,
  expected: Expected,
  onBytes: OnBytes = () => undefined,
  into?: DiskFile,
): Promise<Found> {
  const opened = await openPlain(disk, path);
  if (!('file' in opened)) return opened;
  const { file } = opened;
  try {
    const { sizeBytes } = await file.facts();
    if (sizeBytes !== expected.sizeBytes) return { kind: 'wrong-size', sizeBytes };
    return await readBlocks(file, expected, onBytes, into);
  } finally {
    await file.close();
  }
}

async function openPlain(disk: Disk, path: string): Promise<{ readonly file: DiskFile } | Found> {
  const facts = await disk.facts(path);
  if (facts === undefined) return { kind: 'missing' };
  if (facts.kind !== 'file') return { kind: 'not-a-file' };
  try {
    return { file: await disk.openFile(path, 'read') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    throw error;
  }
}

async function readBlocks(
  file: DiskFile,
  { sizeBytes, blocks, sha256: wanted }: Expected,
  onBytes: OnBytes,
  into: DiskFile | undefined,
): Promise<Found> {
  const sums = blocks === undefined ? undefined : Buffer.from(blocks);
  const buffer = Buffer.allocUnsafe(Math.min(blockBytes, Math.max(sizeBytes, 1)));
  const hash: Hash = createHash('sha256');
  for (let position = 0, block = 0; position < sizeBytes; block += 1) {
    const bytes = buffer.subarray(0, Math.min(blockBytes, sizeBytes - position));
    if (!(await fill(file, bytes, position))) return { kind: 'damaged', why: 'it ends too early' };
    if (sums !== undefined && (sums.length < block * 4 + 4 || crc32c(bytes, 0) !== sums.readUInt32BE(block * 4))) {
      return { kind: 'damaged', why: `block ${block} is not what was stored` };
    }
    hash.update(bytes);
    if (into !== undefined) await writeAll(into, bytes, position);
    position += bytes.byteLength;
    await onBytes(bytes.byteLength);
  }
  const sha256 = hash.digest('hex');
  if (wanted !== undefined && wanted !== sha256) return { kind: 'damaged', why: 'its hash is another one' };
  return { kind: 'good', sha256 };
}

async function fill(file: DiskFile, bytes: Uint8Array, position: number): Promise<boolean> {
  let done = 0;
  while (done < bytes.byteLength) {
    const got = await file.read(bytes.subarray(done), position + done);
    if (got === 0) return false;
    done += got;
  }
  return true;
}

async function writeAll(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) done += await file.write(bytes.subarray(done), position + done);
}

/** Copies a file that is what it should be, and syncs the copy; of another one nothing is left. */
export async function copyWhole(
  disk: Disk,
  from: string,
  to: string,
  expected: Expected,
  onBytes?: OnBytes,
): Promise<Found> {
  const file = await disk.createFile(to);
  let isWhole = false;
  try {
    const found = await readWhole(disk, from, expected, onBytes, file);
    if (found.kind === 'good') await file.sync();
    isWhole = found.kind === 'good';
    return found;
  } finally {
    await file.close();
    if (!isWhole) await disk.removeFile(to);
  }
}

/** Writes a text as a new file in place of an older one, durably and in one step. */
export async function replaceText(disk: Disk, folder: string, name: string, text: string): Promise<void> {
  const fresh = join(folder, `${name}.new`);
  await disk.removeFile(fresh);
  await writeText(disk, fresh, text);
  await disk.moveFile(fresh, join(folder, name));
  await disk.syncFolder(folder);
}

/** Writes a new file, and syncs it. */
export async function writeText(disk: Disk, path: string, text: string): Promise<void> {
  const file = await disk.createFile(path);
  try {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.byteLength; start += blockBytes) {
      await writeAll(file, bytes.subarray(start, start + blockBytes), start);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The text of a file; undefined: there is none. */
export async function readText(disk: Disk, path: string): Promise<string | undefined> {
  const opened = await openPlain(disk, path);
  if (!('file' in opened)) return undefined;
  const { file } = opened;
  try {
    const bytes = Buffer.alloc((await file.facts()).sizeBytes);
    return (await fill(file, bytes, 0)) ? bytes.toString('utf8') : undefined;
  } finally {
    await file.close();
  }
}

/** Makes the folders `blobs/00` to `blobs/ff` under a folder where they are missing. */
export async function makeShards(disk: Disk, folder: string): Promise<void> {
  const blobs = join(folder, 'blobs');
  await disk.makeFolder(blobs);
  const there = new Set(await disk.listFolder(blobs));
  const shards = Array.from({ length: 256 }, (_, shard) => shard.toString(16).padStart(2, '0'));
  for (const shard of shards) if (!there.has(shard)) await disk.makeFolder(join(blobs, shard));
  await disk.syncFolder(blobs);
}

/** Makes the names of bodies durable that were put in or taken out. */
export async function syncShards(disk: Disk, folder: string, ids: Iterable<string>): Promise<void> {
  for (const shard of new Set(Array.from(ids, (id) => id.slice(0, 2))))
    await disk.syncFolder(join(folder, 'blobs', shard));
}

/** The bytes of a file from `start` up to `end`, in pieces that whoever takes them may keep. */
export async function* readRange(disk: Disk, path: string, start: number, end: number): AsyncIterable<Uint8Array> {
  const file = await disk.openFile(path, 'read');
  try {
    for (let position = start; position < end; ) {
      const bytes = Buffer.allocUnsafe(Math.min(pieceBytes, end - position));
      if (!(await fill(file, bytes, position))) throw new Error(`${path} ends too early.`);
      position += bytes.byteLength;
      yield bytes;
    }
  } finally {
    await file.close();
  }
}

/** Writes a new file from what comes, which must be what it should be, and syncs it; of another one nothing is left. */
export async function receiveWhole(
  disk: Disk,
  source: AsyncIterable<Uint8Array>,
  to: string,
  { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string },
  onBytes: OnBytes = () => undefined,
): Promise<Found> {
  const file = await disk.createFile(to);
  let isWhole = false;
  try {
    const hash = createHash('sha256');
    let position = 0;
    for await (const bytes of source) {
      if (position + bytes.byteLength > sizeBytes) return { kind: 'damaged', why: 'it is longer than it should be' };
      hash.update(bytes);
      await writeAll(file, bytes, position);
      position += bytes.byteLength;
      await onBytes(bytes.byteLength);
    }
    if (position !== sizeBytes) return { kind: 'wrong-size', sizeBytes: position };
    const seen = hash.digest('hex');
    if (seen !== sha256) return { kind: 'damaged', why: 'its hash is another one' };
    await file.sync();
    isWhole = true;
    return { kind: 'good', sha256: seen };
  } finally {
    await file.close();
    if (!isWhole) await disk.removeFile(to);
  }
}

/** What was found, in words behind the name of a file. */
export function sayFound(found: Found): string {
  switch (found.kind) {
    case 'good':
      return 'is good';
    case 'missing':
      return 'is missing';
    case 'not-a-file':
      return 'is not a file';
    case 'wrong-size':
      return `has ${found.sizeBytes} bytes`;
    case 'damaged':
      return `was changed (${found.why})`;
  }
}

/** Runs `work` for each item, a few at a time. After a failure no further one is begun, and all that were begun have ended. */
export async function forEachFew<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    try {
      while (failures.length === 0) {
        const next = iterator.next();
        if (next.done === true) return;
        await work(next.value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  if (failures.length > 0) throw failures[0];
}
