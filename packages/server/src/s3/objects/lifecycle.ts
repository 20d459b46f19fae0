import { uriEncode } from '@tidegate/presign/internal';
import { formatHttpDate, type LifecycleRule, type LifecycleScope, lifecycleScope } from '@tidegate/protocol';
import type { Tag } from '../../stores/objects/object-lock.ts';
import type { BucketRecord, ObjectStore, VersionRecord } from '../../stores/objects/object-store.ts';

const realDayMs = 86_400_000;

/** What rules look at in a version. */
export type AgingVersion = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly tags?: readonly Tag[] | undefined;
};

/** What rules look at in an older version. */
export type OlderVersion = AgingVersion & {
  /** When a newer one took its place. */
  readonly olderSinceMs: number;
  /** How many older versions of its key are newer than it. */
  readonly newerOnes: number;
};

/**
 * When something that began at `fromMs` is over: days later, at the midnight that follows, as Amazon S3 counts. With another length of
 * a day (a test's) nothing is rounded (LFC-10).
 */
function dueAtMs(fromMs: number, days: number, dayMs = realDayMs): number {
  const dueMs = fromMs + days * dayMs;
  return dayMs === realDayMs ? Math.ceil(dueMs / realDayMs) * realDayMs : dueMs;
}

/** Rules that are in force. */
export function enabledRules(rules: readonly LifecycleRule[] | undefined): readonly LifecycleRule[] {
  return (rules ?? []).filter(({ status }) => status === 'Enabled');
}

/** The rule that ends a current version first, and when; undefined: none does (LFC-10, LFC-11). */
export function expiryOf(
  version: AgingVersion,
  rules: readonly LifecycleRule[],
  dayMs?: number,
): { readonly atMs: number; readonly ruleId: string } | undefined {
  let first: { readonly atMs: number; readonly ruleId: string } | undefined;
  for (const rule of rules) {
    const { expiration, id = '' } = rule;
    if (expiration === undefined || !isInScope(version, lifecycleScope(rule))) continue;
    const { dateMs, days } = expiration;
    const atMs = days === undefined ? dateMs : dueAtMs(version.modifiedAtMs, days, dayMs);
    if (atMs !== undefined && (first === undefined || atMs < first.atMs)) first = { atMs, ruleId: id };
  }
  return first;
}

/** Whether an older version is over (LFC-12). */
export function isOlderOver(
  version: OlderVersion,
  rules: readonly LifecycleRule[],
  nowMs: number,
  dayMs?: number,
): boolean {
  return rules.some((rule) => {
    const { days, newerVersions = 0 } = rule.noncurrentExpiration ?? {};
    if (days === undefined || version.newerOnes < newerVersions) return false;
    return dueAtMs(version.olderSinceMs, days, dayMs) <= nowMs && isInScope(version, lifecycleScope(rule));
  });
}

/** Whether a delete marker that hides nothing any more goes: at once where a rule says so, else at the age of an expiration (LFC-13). */
export function isMarkerOver(
  marker: AgingVersion,
  rules: readonly LifecycleRule[],
  nowMs: number,
  dayMs?: number,
): boolean {
  return rules.some((rule) => {
    const { expiration } = rule;
    const scope = lifecycleScope(rule);
    // A marker has no tags and no size: a rule that speaks of them does not speak of markers.
    const speaksOfMore = scope.tags.length + (scope.sizeGreaterThan ?? 0) + (scope.sizeLessThan ?? 0) > 0;
    if (expiration === undefined || speaksOfMore || !marker.key.startsWith(scope.prefix)) return false;
    if (expiration.expiredMarkers === true) return true;
    const { dateMs, days } = expiration;
    const atMs = days === undefined ? dateMs : dueAtMs(marker.modifiedAtMs, days, dayMs);
    return atMs !== undefined && atMs <= nowMs;
  });
}

/** Whether an upload was open for too long (LFC-14). */
export function isUploadOver(
  upload: { readonly key: string; readonly initiatedAtMs: number },
  rules: readonly LifecycleRule[],
  nowMs: number,
  dayMs?: number,
): boolean {
  return rules.some(
    (rule) =>
      rule.abortUploads !== undefined &&
      upload.key.startsWith(lifecycleScope(rule).prefix) &&
      dueAtMs(upload.initiatedAtMs, rule.abortUploads.days, dayMs) <= nowMs,
  );
}

/** Prefixes that cover all that the rules speak of, in order, none below another. */
export function coveredPrefixes(rules: readonly LifecycleRule[]): readonly string[] {
  const prefixes = [...new Set(rules.map((rule) => lifecycleScope(rule).prefix))];
  return prefixes
    .filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)))
    .sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/**
 * `x-amz-expiration` of a current version: when which rule ends it; undefined where none does (LFC-16). Source: AWS API reference,
 * PutObject, response headers.
 */
export function expirationHeader(
  store: Pick<ObjectStore, 'readBucket'>,
  record: VersionRecord,
  dayMs: number,
): string | undefined | Promise<string | undefined> {
  const bucket = store.readBucket(record.bucket);
  return bucket instanceof Promise
    ? bucket.then((found) => expirationIn(found, record, dayMs))
    : expirationIn(bucket, record, dayMs);
}

/** The same where the bucket was read already. */
export function expirationIn(
  bucket: BucketRecord | undefined,
  record: VersionRecord,
  dayMs: number,
): string | undefined {
  const lifecycle = bucket?.config.lifecycle;
  if (lifecycle === undefined) return undefined;
  const expiry = expiryOf(record, enabledRules(lifecycle), dayMs);
  if (expiry === undefined) return undefined;
  return `expiry-date="${formatHttpDate(expiry.atMs)}", rule-id="${uriEncode(expiry.ruleId)}"`;
}

function isInScope(version: AgingVersion, scope: LifecycleScope): boolean {
  const { prefix, tags, sizeGreaterThan, sizeLessThan } = scope;
  if (!version.key.startsWith(prefix)) return false;
  if (sizeGreaterThan !== undefined && version.sizeBytes <= sizeGreaterThan) return false;
  if (sizeLessThan !== undefined && version.sizeBytes >= sizeLessThan) return false;
  return tags.every(({ name, value }) => (version.tags ?? []).some((tag) => tag.name === name && tag.value === value));
}
