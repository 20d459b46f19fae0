import { refusal, type S3Error } from '@tidegate/protocol';
import type { Tag } from './object-lock.ts';
import type {
  Completion,
  DeleteCondition,
  ObjectTarget,
  SourceCondition,
  UploadRecord,
  WriteCondition,
} from './object-store.ts';

/** What a condition looks at. */
export type ConditionFacts = { readonly etag: string; readonly modifiedAtMs: number };

/** What was wrong with the version under a write condition; undefined: nothing (STO-24, STO-25, REL-4). Called inside the transaction. @throws what its guard throws (LNK-31) */
export function failedWriteCondition(
  existing: ConditionFacts | undefined,
  condition: WriteCondition,
  target: ObjectTarget,
): S3Error | undefined {
  if (condition.ifMatch !== undefined) {
    if (existing === undefined) return refusal('NoSuchKey', { Key: target.key });
    if (!matches(condition.ifMatch, existing.etag)) return refusal('PreconditionFailed', { Condition: 'If-Match' });
  }
  if (condition.ifNoneMatch !== undefined && existing !== undefined && matches(condition.ifNoneMatch, existing.etag)) {
    return refusal('PreconditionFailed', { Condition: 'If-None-Match' });
  }
  const conflicting = conflictSinceBegun(existing, condition);
  if (conflicting !== undefined) {
    return refusal(
      'ConditionalRequestConflict',
      { Condition: conflicting, Key: target.key },
      undefined,
      conflictMessage,
    );
  }
  condition.guard?.();
  return undefined;
}

const conflictMessage = 'The conditional request cannot succeed due to a conflicting operation against this resource.';

/** The condition that holds now and did not all the time since an upload in parts began (STO-75). */
function conflictSinceBegun(
  existing: ConditionFacts | undefined,
  { ifMatch, ifNoneMatch, begun }: WriteCondition,
): string | undefined {
  if (begun === undefined) return undefined;
  if (ifMatch !== undefined && existing !== undefined && existing.modifiedAtMs > begun.initiatedAtMs) return 'If-Match';
  return ifNoneMatch !== undefined && existing === undefined && begun.keyExisted ? 'If-None-Match' : undefined;
}

/**
 * What was wrong with the source of a copy (STO-62). As Amazon S3: an If-Match that holds makes If-Unmodified-Since
 * void, an If-None-Match that holds makes If-Modified-Since void. Times are compared in whole seconds.
 */
export function failedSourceCondition(source: ConditionFacts, condition: SourceCondition): S3Error | undefined {
  const { ifMatch, ifNoneMatch, ifModifiedSinceMs, ifUnmodifiedSinceMs } = condition;
  const modifiedAtSecond = Math.floor(source.modifiedAtMs / 1000);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, source.etag)) return failed('x-amz-copy-source-If-Match');
  } else if (ifUnmodifiedSinceMs !== undefined && modifiedAtSecond > Math.floor(ifUnmodifiedSinceMs / 1000)) {
    return failed('x-amz-copy-source-If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, source.etag)) return failed('x-amz-copy-source-If-None-Match');
  } else if (ifModifiedSinceMs !== undefined && modifiedAtSecond <= Math.floor(ifModifiedSinceMs / 1000)) {
    return failed('x-amz-copy-source-If-Modified-Since');
  }
  return undefined;
}

/**
 * Why a deletion does not happen (STO-106). A delete marker has no ETag, so it matches none, and no size. Times are compared in whole
 * seconds.
 */
export function failedDeleteCondition(
  existing: ConditionFacts & { readonly sizeBytes: number; readonly tags?: readonly Tag[] | undefined },
  { ifMatch, modifiedAtMs, sizeBytes, tags }: DeleteCondition,
): S3Error | undefined {
  if (tags !== undefined && !sameTags(tags, existing.tags ?? [])) return failed('Tags');
  if (ifMatch !== undefined && (existing.etag === '' || !matches(ifMatch, existing.etag))) return failed('If-Match');
  if (modifiedAtMs !== undefined && Math.floor(existing.modifiedAtMs / 1000) !== Math.floor(modifiedAtMs / 1000)) {
    return failed('x-amz-if-match-last-modified-time');
  }
  return sizeBytes !== undefined && existing.sizeBytes !== sizeBytes ? failed('x-amz-if-match-size') : undefined;
}

/** Why a deletion of a key without any version does not happen (STO-106): an ETag was to be matched. Time and size bind what is there. */
export function failedDeleteOfNothing(key: string, condition: DeleteCondition | undefined): S3Error | undefined {
  return condition?.ifMatch === undefined ? undefined : refusal('NoSuchKey', { Key: key });
}

/** The condition of a completion with what its upload carries from its beginning and from the link that opened it (LNK-39). */
export function completionCondition(
  { condition, refusesConflicts }: Completion,
  { initiatedAtMs, keyExisted, linkLimits }: UploadRecord,
): WriteCondition {
  const begun = refusesConflicts === true ? { initiatedAtMs, keyExisted } : undefined;
  if (linkLimits?.writeOnce !== true) return { ...condition, begun };
  const isAsked = condition.ifNoneMatch !== undefined || condition.ifMatch !== undefined;
  return { ...condition, ifNoneMatch: [...(condition.ifNoneMatch ?? []), '*'], begun: isAsked ? begun : undefined };
}

function failed(condition: string): S3Error {
  return refusal('PreconditionFailed', { Condition: condition });
}

/** Where a version stands among those of its key. */
export type VersionStanding = {
  readonly versionId: string;
  readonly isNewest: boolean;
  readonly isAlone: boolean;
};

/** Why a version that was chosen by its place is spared (STO-112). */
export function failedPlace(standing: VersionStanding, { place }: DeleteCondition): S3Error | undefined {
  if (place === undefined) return undefined;
  const { isNewest, isAlone } = standing;
  const isThere = place.is === 'older' ? !isNewest : place.is === 'alone' ? isAlone : isNewest;
  return isThere && standing.versionId === place.versionId ? undefined : failed('Place');
}

function sameTags(left: readonly Tag[], right: readonly Tag[]): boolean {
  const isIn = (tags: readonly Tag[], { name, value }: Tag): boolean =>
    tags.some((tag) => tag.name === name && tag.value === value);
  return left.length === right.length && left.every((tag) => isIn(right, tag));
}

function matches(tags: readonly string[], etag: string): boolean {
  return tags.some((tag) => tag === '*' || tag === etag);
}
