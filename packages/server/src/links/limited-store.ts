import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fitsMediaRange, refusal, S3Error } from '@tidegate/protocol';
import type {
  BucketRecord,
  NewBucket,
  NewUpload,
  ObjectStore,
  ObjectTarget,
  ObjectWrite,
  PartRecord,
  UploadLimits,
  UploadRecord,
  UploadTarget,
  VersionRecord,
  WriteCondition,
} from '../stores/objects/object-store.ts';
import { deniedLink } from './denied-link.ts';
import type { EffectiveTerms } from './effective.ts';

/** What a write with a link has to pass. */
export type WriteRules = {
  readonly terms: EffectiveTerms | undefined;
  /** LNK-31. */
  readonly guard: () => void;
  /** Told of each object that is stored (EVT-7). */
  readonly onStored?: ((stored: VersionRecord) => void) | undefined;
};

/**
 * The store as one request with a link may write to it: every write carries the link's limits into the call that decides it, so
 * that no operation has to know of links (LNK-25 to LNK-29, LNK-31, LNK-39). Reads pass through.
 */
export function limitedStore(store: ObjectStore, rules: WriteRules): ObjectStore {
  return new LimitedStore(store, rules);
}

/** One is made for each write: its methods stand on the class, which costs two fields a request instead of a closure for each. */
class LimitedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #rules: WriteRules;

  constructor(store: ObjectStore, rules: WriteRules) {
    this.#store = store;
    this.#rules = rules;
  }

  putObject(
    target: ObjectTarget,
    body: Readable,
    write: ObjectWrite,
    condition: WriteCondition,
  ): Promise<VersionRecord> {
    checkType(this.#rules.terms, write.contentType);
    return this.#reportStored(this.#store.putObject(target, body, write, guarded(condition, this.#rules)));
  }

  async copyObject(
    ...[source, target, write, conditions]: Parameters<ObjectStore['copyObject']>
  ): Promise<VersionRecord> {
    const pinned = await judgeSource(this.#store, this.#rules, source, write.replace?.contentType);
    const condition = pinned === undefined ? conditions.source : { ...conditions.source, ifMatch: [pinned] };
    const both = { source: condition, target: guarded(conditions.target, this.#rules) };
    return this.#reportStored(this.#store.copyObject(source, target, write, both));
  }

  createBucket(bucket: NewBucket): Promise<BucketRecord> {
    return this.#store.createBucket(bucket, this.#rules.guard);
  }

  patchBucket(...[name, patch]: Parameters<ObjectStore['patchBucket']>): Promise<BucketRecord> {
    return this.#store.patchBucket(name, patch, this.#rules.guard);
  }

  deleteBucket(name: string): Promise<void> {
    return this.#store.deleteBucket(name, this.#rules.guard);
  }

  setObjectAcl(...[target, acl]: Parameters<ObjectStore['setObjectAcl']>): Promise<void> {
    return this.#store.setObjectAcl(target, acl, this.#rules.guard);
  }

  setObjectTags(...[target, tags]: Parameters<ObjectStore['setObjectTags']>): Promise<string> {
    return this.#store.setObjectTags(target, tags, this.#rules.guard);
  }

  setRetention(...[target, retention, options]: Parameters<ObjectStore['setRetention']>): Promise<string> {
    return this.#store.setRetention(target, retention, options, this.#rules.guard);
  }

  setLegalHold(...[target, legalHold]: Parameters<ObjectStore['setLegalHold']>): Promise<string> {
    return this.#store.setLegalHold(target, legalHold, this.#rules.guard);
  }

  deleteObjects(
    ...[bucket, deletes]: Parameters<ObjectStore['deleteObjects']>
  ): ReturnType<ObjectStore['deleteObjects']> {
    return this.#store.deleteObjects(bucket, deletes, this.#rules.guard);
  }

  abortUpload(target: UploadTarget): Promise<void> {
    return this.#store.abortUpload(target, this.#rules.guard);
  }

  async createUpload(upload: NewUpload): Promise<UploadRecord> {
    const { terms, guard } = this.#rules;
    refuseWholeHash(terms);
    checkType(terms, upload.write.contentType);
    if (terms?.writeOnce === true) await refuseExisting(this.#store, upload);
    const linkLimits = uploadLimits(terms);
    return this.#store.createUpload(linkLimits === undefined ? upload : { ...upload, linkLimits }, guard);
  }

  async putPart(
    ...[target, partNumber, body, expect, ownGuard]: Parameters<ObjectStore['putPart']>
  ): Promise<PartRecord> {
    const { terms, guard } = this.#rules;
    if (terms?.writeOnce === true) await refuseExisting(this.#store, target);
    return this.#store.putPart(target, partNumber, body, expect, ownGuard ?? guard);
  }

  async copyPart(...[target, partNumber, source, condition]: Parameters<ObjectStore['copyPart']>): Promise<PartRecord> {
    const { terms, guard } = this.#rules;
    const store = this.#store;
    refuseWholeHash(terms);
    checkType(terms, (await readUpload(store, terms, target))?.contentType);
    if (terms?.writeOnce === true) await refuseExisting(store, target);
    if (terms !== undefined && source.range !== undefined) {
      checkSize(terms, source.range.end - source.range.start + 1);
    } else if (terms !== undefined) checkSize(terms, (await store.readObject(source)).sizeBytes);
    return store.copyPart(target, partNumber, source, condition, guard);
  }

  async completeUpload(...[target, completion]: Parameters<ObjectStore['completeUpload']>): Promise<VersionRecord> {
    const { terms } = this.#rules;
    const store = this.#store;
    refuseWholeHash(terms);
    const upload = await readUpload(store, terms, target);
    if (upload !== undefined) checkType(terms, upload.contentType);
    if (terms?.minBytes !== undefined || terms?.maxBytes !== undefined) {
      checkSize(terms, await sumOfParts(store, target, new Set(completion.parts.map((part) => part.partNumber))));
    }
    const condition = guarded(completion.condition, this.#rules);
    return this.#reportStored(store.completeUpload(target, { ...completion, condition }));
  }

  readBucket(...asked: Parameters<ObjectStore['readBucket']>): ReturnType<ObjectStore['readBucket']> {
    return this.#store.readBucket(...asked);
  }

  readOwner(...asked: Parameters<ObjectStore['readOwner']>): ReturnType<ObjectStore['readOwner']> {
    return this.#store.readOwner(...asked);
  }

  listBuckets(...asked: Parameters<ObjectStore['listBuckets']>): ReturnType<ObjectStore['listBuckets']> {
    return this.#store.listBuckets(...asked);
  }

  openObject(...asked: Parameters<ObjectStore['openObject']>): ReturnType<ObjectStore['openObject']> {
    return this.#store.openObject(...asked);
  }

  readObject(...asked: Parameters<ObjectStore['readObject']>): ReturnType<ObjectStore['readObject']> {
    return this.#store.readObject(...asked);
  }

  readParts(...asked: Parameters<ObjectStore['readParts']>): ReturnType<ObjectStore['readParts']> {
    return this.#store.readParts(...asked);
  }

  listObjects(...asked: Parameters<ObjectStore['listObjects']>): ReturnType<ObjectStore['listObjects']> {
    return this.#store.listObjects(...asked);
  }

  listVersions(...asked: Parameters<ObjectStore['listVersions']>): ReturnType<ObjectStore['listVersions']> {
    return this.#store.listVersions(...asked);
  }

  readUpload(...asked: Parameters<ObjectStore['readUpload']>): ReturnType<ObjectStore['readUpload']> {
    return this.#store.readUpload(...asked);
  }

  listParts(...asked: Parameters<ObjectStore['listParts']>): ReturnType<ObjectStore['listParts']> {
    return this.#store.listParts(...asked);
  }

  listUploads(...asked: Parameters<ObjectStore['listUploads']>): ReturnType<ObjectStore['listUploads']> {
    return this.#store.listUploads(...asked);
  }

  countAll(): ReturnType<ObjectStore['countAll']> {
    return this.#store.countAll();
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #reportStored(storing: Promise<VersionRecord>): Promise<VersionRecord> {
    const { onStored } = this.#rules;
    if (onStored === undefined) return storing;
    return storing.then((stored) => {
      onStored(stored);
      return stored;
    });
  }
}

function guarded(condition: WriteCondition, { terms, guard }: WriteRules): WriteCondition {
  if (terms?.writeOnce !== true) return { ...condition, guard };
  return { ...condition, guard, ifNoneMatch: [...(condition.ifNoneMatch ?? []), '*'] };
}

/** LNK-26. @throws S3Error AccessDenied, reason LinkTypeNotAllowed */
export function checkType(terms: EffectiveTerms | undefined, contentType: string | undefined): void {
  for (const allowed of terms?.types ?? []) {
    if (!allowed.some((range) => fitsMediaRange(contentType, range))) {
      throw deniedLink('LinkTypeNotAllowed', { type: contentType ?? 'none', list: allowed.join(', ') });
    }
  }
}

/** LNK-25, on a size that is known. @throws S3Error EntityTooLarge, EntityTooSmall */
export function checkSize({ minBytes, maxBytes }: EffectiveTerms, sizeBytes: number): void {
  if (maxBytes !== undefined && sizeBytes > maxBytes) {
    throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes });
  }
  if (minBytes !== undefined && sizeBytes < minBytes) {
    throw refusal('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: minBytes });
  }
}

function uploadLimits(terms: EffectiveTerms | undefined): UploadLimits | undefined {
  if (terms === undefined) return undefined;
  const { minBytes, maxBytes, writeOnce } = terms;
  if (minBytes === undefined && maxBytes === undefined && !writeOnce) return undefined;
  return { minBytes, maxBytes, writeOnce };
}

/** LNK-27: an object made of parts is never read as one body, so a digest over all of it could not be held. */
function refuseWholeHash(terms: EffectiveTerms | undefined): void {
  if (terms === undefined || terms.sha256.length === 0) return;
  throw refusal(
    'NotImplemented',
    { ArgumentName: 'x-link-sha256' },
    'LimitNotImplemented',
    'x-link-sha256 is for one body; an upload in parts has none.',
  );
}

async function refuseExisting(store: ObjectStore, target: UploadTargetLike): Promise<void> {
  try {
    await store.readObject({ bucket: target.bucket, key: target.key });
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchKey') return;
    throw error;
  }
  throw refusal('PreconditionFailed', { Condition: 'If-None-Match' });
}

type UploadTargetLike = Pick<UploadTarget, 'bucket' | 'key'>;

async function readUpload(
  store: ObjectStore,
  terms: EffectiveTerms | undefined,
  target: UploadTarget,
): Promise<UploadRecord | undefined> {
  if (terms === undefined || terms.types.length === 0) return undefined;
  try {
    return await store.readUpload(target);
  } catch (error) {
    // Completed before, perhaps: the store knows, and answers the same again.
    if (error instanceof S3Error && error.code === 'NoSuchUpload') return undefined;
    throw error;
  }
}

/** Sizes of the stored parts of an upload that are counted; an upload that is not open sums to what the store will say of it. */
async function sumOfParts(store: ObjectStore, target: UploadTarget, wanted: ReadonlySet<number>): Promise<number> {
  let sum = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Awaited<ReturnType<ObjectStore['listParts']>> = await store.listParts(target, after, 1000);
    for (const part of page.parts) if (wanted.has(part.partNumber)) sum += part.sizeBytes;
    after = page.next;
  }
  return sum;
}

/**
 * A copy takes the size, type and digest of its source. What was looked at is what is copied: the copy is bound to its ETag.
 * @returns the ETag to bind to; undefined where nothing was looked at
 */
async function judgeSource(
  store: ObjectStore,
  { terms }: WriteRules,
  source: Parameters<ObjectStore['copyObject']>[0],
  replacedType: string | undefined,
): Promise<string | undefined> {
  if (terms === undefined) return undefined;
  const { minBytes, maxBytes, types, sha256 } = terms;
  if (minBytes === undefined && maxBytes === undefined && types.length === 0 && sha256.length === 0) return undefined;
  const opened = await store.openObject(source);
  try {
    const { record } = opened;
    checkSize(terms, record.sizeBytes);
    checkType(terms, replacedType ?? record.contentType);
    if (sha256.length > 0) {
      const hash = createHash('sha256');
      if (record.sizeBytes > 0) {
        for await (const chunk of opened.stream({ start: 0, end: record.sizeBytes - 1 })) hash.update(chunk);
      }
      checkDigest(sha256, hash.digest('hex'));
    }
    return record.etag;
  } finally {
    await opened.close();
  }
}

/** LNK-27. @throws S3Error BadDigest */
export function checkDigest(expected: readonly string[], computed: string): void {
  for (const hex of expected) {
    if (hex !== computed) throw refusal('BadDigest', { ExpectedDigest: hex, CalculatedDigest: computed });
  }
}
