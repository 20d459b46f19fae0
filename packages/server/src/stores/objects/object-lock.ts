import { refusal, type S3Error } from '@tidegate/protocol';

/** A tag of an object or bucket. Tags keep the order they came in. */
export type Tag = { readonly name: string; readonly value: string };

/** Until when a version may not be removed, and whether somebody with the right to bypass may all the same. */
export type Retention = { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly untilMs: number };

/** What protects one version. */
export type ObjectLock = {
  readonly retention?: Retention | undefined;
  /** Absent: none was ever set. */
  readonly legalHold?: 'ON' | 'OFF' | undefined;
};

/** Retention that versions get which bring none of their own. */
export type DefaultRetention = {
  readonly mode: Retention['mode'];
  readonly days?: number | undefined;
  readonly years?: number | undefined;
};

/** Object lock of a bucket; that it is there at all means that it is on. It never goes off again. */
export type BucketLock = { readonly defaultRetention?: DefaultRetention | undefined };

const dayMs = 86_400_000;

/**
 * What protects a new version (STO-120): its own lock, else the bucket's default retention from now on.
 * @throws S3Error InvalidRequest for a lock in a bucket without object lock
 */
export function lockOfNew(lock: ObjectLock, bucket: BucketLock | undefined, nowMs: number): ObjectLock {
  if (bucket === undefined) {
    if (lock.retention !== undefined || lock.legalHold !== undefined) throw noBucketLock();
    return lock;
  }
  const { defaultRetention } = bucket;
  if (lock.retention !== undefined || defaultRetention === undefined) return lock;
  return { ...lock, retention: { mode: defaultRetention.mode, untilMs: endOf(defaultRetention, nowMs) } };
}

function endOf({ days = 0, years = 0 }: DefaultRetention, nowMs: number): number {
  const end = new Date(nowMs + days * dayMs);
  end.setUTCFullYear(end.getUTCFullYear() + years);
  return end.getTime();
}

/** Tags and lock of a version, as members that are absent where there is nothing to say. */
export function protectionOf(
  tags: readonly Tag[] | undefined,
  lock: ObjectLock | undefined,
): { readonly tags?: readonly Tag[]; readonly lock?: ObjectLock } {
  const { retention, legalHold } = lock ?? {};
  return {
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
    ...(retention === undefined && legalHold === undefined ? {} : { lock: { retention, legalHold } }),
  };
}

/** Why a version may not be removed now (STO-121, SEC-317); undefined: it may. */
export function failedRemoval(lock: ObjectLock, bypassGovernance: boolean, nowMs: number): S3Error | undefined {
  if (lock.legalHold === 'ON') return locked();
  const { retention } = lock;
  if (retention === undefined || retention.untilMs <= nowMs) return undefined;
  return retention.mode === 'GOVERNANCE' && bypassGovernance ? undefined : locked();
}

/** Why a retention may not take the place of another (STO-122): it may be made longer, never weaker, but by a bypass. */
export function failedRetentionChange(
  old: Retention | undefined,
  wanted: Retention | undefined,
  bypassGovernance: boolean,
  nowMs: number,
): S3Error | undefined {
  if (old === undefined || old.untilMs <= nowMs) return undefined;
  const isAsStrong = wanted !== undefined && wanted.mode === old.mode && wanted.untilMs >= old.untilMs;
  if (isAsStrong || (old.mode === 'GOVERNANCE' && bypassGovernance)) return undefined;
  return locked();
}

/** A lock is asked for in a bucket that has none. */
export function noBucketLock(): S3Error {
  return refusal('InvalidRequest', {}, undefined, 'Bucket is missing Object Lock Configuration');
}

function locked(): S3Error {
  return refusal('AccessDenied', {}, undefined, 'Access Denied because object protected by object lock.');
}
