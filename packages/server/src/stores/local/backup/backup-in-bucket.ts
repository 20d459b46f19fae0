import { createHash } from 'node:crypto';
import type { BackupBucket, BackupContent } from '../../upkeep/backup-bucket.ts';
import { type BackupManifest, type ListedBody, parseBodies, parseManifest } from '../../upkeep/backup-manifest.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { manifestName } from './backup.ts';
import type { Found, OnBytes } from './backup-files.ts';

/** A manifest is a few hundred bytes, and 36 more for each body that was damaged. */
const manifestMostBytes = 16 * 1024 * 1024;
/** Of the list of bodies: less than a string can hold. */
const listMostBytes = 500 * 1024 * 1024;

/** The name of a body in a bucket: the same as in the folder of a backup, so that one can be copied to be the other. */
export function bodyName(id: string): string {
  return `blobs/${id.slice(0, 2)}/${id}`;
}

/** A backup in a bucket. */
export type BucketBackup = {
  readonly manifest: BackupManifest;
  /** Of the manifest. */
  readonly etag: string;
};

/** The backup that counts under a prefix; undefined: none that is known. @throws UpkeepFailure TooNew */
export async function readBucketManifest(bucket: BackupBucket): Promise<BucketBackup | undefined> {
  const found = await readObjectText(bucket, manifestName, manifestMostBytes);
  const manifest = found === undefined ? undefined : parseManifest(found.text);
  if (manifest === 'newer') {
    const text = `The backup at ${bucket.address} was made by a newer Tidegate.`;
    throw new UpkeepFailure('TooNew', bucket.address, text);
  }
  return found === undefined || manifest === undefined ? undefined : { manifest, etag: found.etag };
}

/** The list of its bodies; undefined: it is not what was written. */
export async function readBucketList(
  bucket: BackupBucket,
  { list }: BackupManifest,
): Promise<readonly ListedBody[] | undefined> {
  if (list.sizeBytes > listMostBytes) return undefined;
  const found = await readObjectText(bucket, list.name, list.sizeBytes);
  if (found === undefined || hashText(found.text) !== list.sha256) return undefined;
  return parseBodies(found.text);
}

/** A text that is small enough; undefined: there is none. */
async function readObjectText(bucket: BackupBucket, name: string, mostBytes: number) {
  const opened = await bucket.get(name);
  // A size that is not told is none.
  if (opened === undefined || !(opened.sizeBytes <= mostBytes)) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const bytes of opened.bytes) pieces.push(bytes);
  return { text: Buffer.concat(pieces).toString('utf8'), etag: opened.etag };
}

/** Reads a whole object and compares it with what it should be. */
export async function compareObject(
  bucket: BackupBucket,
  name: string,
  expected: { readonly sizeBytes: number; readonly sha256: string },
  onBytes: OnBytes = () => undefined,
): Promise<Found> {
  const opened = await bucket.get(name);
  if (opened === undefined) return { kind: 'missing' };
  if (opened.sizeBytes !== expected.sizeBytes) return { kind: 'wrong-size', sizeBytes: opened.sizeBytes };
  const hash = createHash('sha256');
  for await (const bytes of opened.bytes) {
    hash.update(bytes);
    await onBytes(bytes.byteLength);
  }
  const sha256 = hash.digest('hex');
  return sha256 === expected.sha256 ? { kind: 'good', sha256 } : { kind: 'damaged', why: 'its hash is another one' };
}

/** A text as what is put. */
export function textContent(text: string): BackupContent {
  const bytes = Buffer.from(text);
  return {
    sizeBytes: bytes.byteLength,
    sha256: hashText(text),
    async *read(start, end) {
      yield await Promise.resolve(bytes.subarray(start, end));
    },
  };
}

export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
