import { queries, readAgain, removing } from '../../data/hooks.ts';
import { s3, s3Document } from '../../data/s3.ts';
import { textOf } from '../../data/xml.ts';
import {
  type Bucket,
  bucketList,
  type Entry,
  folderList,
  hasAny,
  hasObject,
  listAll,
  objectHead,
  readHead,
  versionList,
} from './objects.ts';

const ofBuckets = [folderList, versionList, objectHead, 'readBucketUsage', 'readBucketConfiguration'] as const;

/** Reads again what is shown of what S3 has. */
export async function readObjectsAgain(): Promise<void> {
  await readAgain([...ofBuckets, bucketList]);
}

/** So many requests of one act run at once. */
const atOnce = 6;

async function forAll<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of left) await act(item);
    }),
  );
}

/** The result of one deletion; with `markerId` it can be undone. */
export type Deleted = { readonly key: string; readonly markerId: string | undefined };

/** Deletes objects one by one; what was deleted until one failed is in `done`. */
export async function deleteObjects(bucket: string, keys: readonly string[], done: Deleted[]): Promise<void> {
  await forAll(keys, async (key) => {
    const { headers } = await removing([bucket, key], () => s3({ method: 'DELETE', bucket, key }), objectHead);
    const isMarker = headers.get('x-amz-delete-marker') === 'true';
    done.push({ key, markerId: isMarker ? (headers.get('x-amz-version-id') ?? undefined) : undefined });
  });
}

/** Takes deletions back by taking their markers away. */
export async function restoreObjects(bucket: string, deleted: readonly Deleted[]): Promise<void> {
  await forAll(deleted, async ({ key, markerId }) => {
    if (markerId !== undefined) await deleteVersion(bucket, key, markerId);
  });
}

/** Deletes one version for good. */
export async function deleteVersion(bucket: string, key: string, versionId: string): Promise<void> {
  await s3({ method: 'DELETE', bucket, key, query: { versionId } });
}

export async function makeFolder(bucket: string, prefix: string): Promise<void> {
  await s3({ method: 'PUT', bucket, key: prefix, headers: { 'content-type': 'application/x-directory' }, body: '' });
}

export async function makeBucket(bucket: string, hasLock: boolean): Promise<void> {
  await s3({
    method: 'PUT',
    bucket,
    ...(hasLock && { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } }),
  });
}

export async function deleteBucket(bucket: string): Promise<void> {
  await removing({ id: bucket }, () => removing([bucket], () => s3({ method: 'DELETE', bucket })));
  // Shown at once where the list is known, and nothing is asked about what it no longer has. Sound: what its question reads.
  queries.patchOne(bucketList, (list) => (list as readonly Bucket[]).filter(({ name }) => name !== bucket));
}

/** The largest object that S3 copies in one request. */
const copiedAtOnceBytes = 5 * 1024 ** 3;
const copiedPartBytes = 1024 ** 3;

export type Copy = {
  readonly from: { readonly bucket: string; readonly key: string; readonly versionId?: string | undefined };
  readonly to: { readonly bucket: string; readonly key: string };
  /** Nothing that is there may be replaced. */
  readonly isNew: boolean;
  /** Where it is known already. */
  readonly sizeBytes?: number;
};

/** Copies an object within the server, of any size; its bytes do not pass this browser. @throws S3Refused, Error */
export async function copyObject(
  { from, to, isNew, sizeBytes }: Copy,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  if (isNew && (await hasObject(to.bucket, to.key))) throw new Error(`${to.key} already exists.`);
  const version = from.versionId === undefined ? '' : `?versionId=${encodeURIComponent(from.versionId)}`;
  const source = `/${from.bucket}/${from.key.split('/').map(encodeURIComponent).join('/')}${version}`;
  const copyAtOnce = () => s3Document({ method: 'PUT', ...to, headers: { 'x-amz-copy-source': source, ...headers } });
  if (sizeBytes !== undefined && sizeBytes <= copiedAtOnceBytes) return void (await copyAtOnce());
  const head = await readHead(from.bucket, from.key, from.versionId);
  if (head.sizeBytes <= copiedAtOnceBytes) return void (await copyAtOnce());
  const kept = Object.fromEntries([
    ...(head.type === '' ? [] : [['content-type', head.type]]),
    ...head.served,
    ...head.metadata.map(([name, value]) => [`x-amz-meta-${name}`, value]),
  ]);
  const made = await s3Document({ method: 'POST', ...to, query: { uploads: '' }, headers: kept });
  const uploadId = textOf(made, 'UploadId');
  try {
    const count = Math.ceil(head.sizeBytes / copiedPartBytes);
    const parts: string[] = [];
    await forAll(
      Array.from({ length: count }, (_, at) => at),
      async (at) => {
        const end = Math.min(head.sizeBytes, (at + 1) * copiedPartBytes) - 1;
        const copied = await s3Document({
          method: 'PUT',
          ...to,
          query: { partNumber: String(at + 1), uploadId },
          headers: {
            'x-amz-copy-source': source,
            'x-amz-copy-source-range': `bytes=${at * copiedPartBytes}-${end}`,
            'x-amz-copy-source-if-match': `"${head.etag}"`,
          },
        });
        parts[at] = `<Part><PartNumber>${at + 1}</PartNumber><ETag>${textOf(copied, 'ETag')}</ETag></Part>`;
      },
    );
    await s3Document({
      method: 'POST',
      ...to,
      query: { uploadId },
      body: `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    });
  } catch (error) {
    await s3({ method: 'DELETE', ...to, query: { uploadId } });
    throw error;
  }
}

/** Gives an object another name, or another place. */
export async function moveObject({ from, to }: Pick<Copy, 'from' | 'to'>): Promise<void> {
  await copyObject({ from, to, isNew: true });
  await removing([from.bucket, from.key], () => s3({ method: 'DELETE', ...from }), objectHead);
}

/**
 * Gives everything below a folder another place. All of it is copied before anything is deleted: where it stops in the middle, all is
 * where it was.
 * @param tell how far it is
 */
export async function moveFolder(
  bucket: string,
  from: string,
  to: string,
  tell: (done: number, of: number) => void,
): Promise<void> {
  if (to.startsWith(from)) throw new Error("A folder can't be moved into itself.");
  if (await hasAny(bucket, to)) throw new Error(`${to} already exists`);
  const entries: Entry[] = [];
  for await (const page of listAll(bucket, from)) entries.push(...page);
  const copied: string[] = [];
  try {
    await forAll(entries, async ({ key, sizeBytes }) => {
      const target = to + key.slice(from.length);
      await copyObject({ from: { bucket, key }, to: { bucket, key: target }, isNew: false, sizeBytes });
      copied.push(target);
      tell(copied.length, entries.length);
    });
  } catch (error) {
    await deleteObjects(bucket, copied, []);
    throw error;
  }
  await deleteObjects(
    bucket,
    entries.map(({ key }) => key),
    [],
  );
}
