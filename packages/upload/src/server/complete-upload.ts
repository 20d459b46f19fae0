import type { StoredPart } from '../wire.ts';
import { asRecord, checkSize, type Rules, sizeOfPart, type UploadedObject } from './rules.ts';
import type { StoreRequests } from './store-requests.ts';
import type { Claims } from './token.ts';
import { UploadRefused } from './upload-refused.ts';

/**
 * Completes an upload, trusting only the store: every part is read before they are joined, and the object
 * afterwards. Anything larger than or different from what was announced is deleted.
 * @throws UploadRefused with `missing`, if parts are missing
 */
export async function completeUpload(
  store: StoreRequests,
  rules: Rules,
  claims: Claims<unknown>,
  given: unknown,
): Promise<UploadedObject> {
  if (claims.uploadId !== undefined) await joinParts(store, claims, readTags(given));
  const { id, bucket, key, file } = claims;
  const object = await store.head(claims);
  if (object === undefined || object.uploadedAs !== id) {
    if (claims.uploadId === undefined) throw missing([1]);
    throw new UploadRefused(410, 'The store no longer has this upload.', {
      code: 'LinkExpired',
      hint: 'Start it again.',
    });
  }
  const { size, etag } = object;
  if (size !== file.size) {
    await store.remove(claims, object);
    checkSize(rules, size);
    throw otherSize(size, file.size);
  }
  return { bucket, key, size, etag, file };
}

async function joinParts(
  store: StoreRequests,
  claims: Claims<unknown>,
  tags: ReadonlyMap<number, string>,
): Promise<void> {
  const { file, partSize, parts } = claims;
  const stored = await store.listParts(claims);
  // Joined before: the object itself tells.
  if (stored === undefined) return;
  const foreign = stored.find(
    ({ partNumber, size }) => partNumber > parts || size !== sizeOfPart(file.size, partSize, partNumber),
  );
  if (foreign !== undefined) {
    await store.giveUp(claims);
    const sum = stored.reduce((bytes, { size }) => bytes + size, 0);
    throw otherSize(sum, file.size);
  }
  const absent = missingOf(stored, parts, tags);
  if (absent.length > 0) throw missing(absent);
  await store.join(claims, stored);
}

function missingOf(stored: readonly StoredPart[], parts: number, tags: ReadonlyMap<number, string>): number[] {
  const byNumber = new Map(stored.map(({ partNumber, etag }) => [partNumber, etag]));
  return Array.from({ length: parts }, (_, at) => at + 1).filter((part) => {
    const etag = byNumber.get(part);
    const tag = tags.get(part);
    return etag === undefined || (tag !== undefined && bare(tag) !== bare(etag));
  });
}

function bare(tag: string): string {
  return tag.replaceAll('"', '');
}

function missing(parts: readonly number[]): UploadRefused {
  return new UploadRefused(
    409,
    `The store does not have ${parts.length === 1 ? 'one part' : `${parts.length} parts`} yet.`,
    {
      code: 'StoreRefused',
      missing: parts,
    },
  );
}

function otherSize(foundBytes: number, announcedBytes: number): UploadRefused {
  const text = `The store has ${foundBytes} bytes, and ${announcedBytes} were announced. They were removed.`;
  return new UploadRefused(400, text, { hint: 'Start the upload again.' });
}

/** The entity tags that the page got, where CORS let it read them. */
function readTags(given: unknown): ReadonlyMap<number, string> {
  const tags = new Map<number, string>();
  for (const row of Array.isArray(given) ? given : []) {
    const { partNumber, etag } = asRecord(row);
    if (typeof partNumber === 'number' && typeof etag === 'string' && etag !== '') tags.set(partNumber, etag);
  }
  return tags;
}
