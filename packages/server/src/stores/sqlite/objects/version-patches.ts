import { failedRetentionChange, noBucketLock, type ObjectLock } from '../../objects/object-lock.ts';
import type { Guard, ObjectStore, VersionTarget } from '../../objects/object-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { versionSum } from '../schema/row-sums.ts';
import { textOf } from '../schema/rows.ts';
import { writeLock, writeTags } from '../schema/stored-json.ts';
import { writeAcl } from './bucket-config.ts';
import { openBucket } from './buckets.ts';
import { findObject, findRowToChange } from './find-object.ts';

/** The calls that change a version without touching its bytes: ACL, tags, lock (STO-111, STO-122, STO-123). */
export function patchCalls(
  metadata: Metadata,
): Pick<ObjectStore, 'setObjectAcl' | 'setObjectTags' | 'setRetention' | 'setLegalHold'> {
  const { commits, clock } = metadata;
  const patch = <Value>(target: VersionTarget, guard: Guard | undefined, work: () => Value): Promise<Value> =>
    commits.write({ room: target.bucket, names: [target.key] }, () => {
      guard?.();
      return work();
    });
  return {
    setObjectAcl: (target, acl, guard) =>
      patch(target, guard, () => {
        setColumn(metadata, target, 'acl', writeAcl(acl));
      }),
    setObjectTags: (target, tags, guard) =>
      patch(target, guard, () => setColumn(metadata, target, 'tags', writeTags(tags))),
    setRetention: (target, retention, { bypassGovernance }, guard) =>
      patch(target, guard, () => {
        const lock = lockToChange(metadata, target);
        const failed = failedRetentionChange(lock.retention, retention, bypassGovernance, clock.nowMs());
        if (failed !== undefined) throw failed;
        return setColumn(metadata, target, 'lock', writeLock({ ...lock, retention }));
      }),
    setLegalHold: (target, legalHold, guard) =>
      patch(target, guard, () =>
        setColumn(metadata, target, 'lock', writeLock({ ...lockToChange(metadata, target), legalHold })),
      ),
  };
}

/** @throws S3Error InvalidRequest in a bucket without object lock */
function lockToChange(metadata: Metadata, target: VersionTarget): ObjectLock {
  if (openBucket(metadata, target.bucket).config.objectLock === undefined) throw noBucketLock();
  return findObject(metadata, target).record.lock ?? {};
}

function setColumn(
  metadata: Metadata,
  target: VersionTarget,
  column: 'acl' | 'tags' | 'lock',
  value: string | null,
): string {
  const bucket = openBucket(metadata, target.bucket);
  const row = { ...findRowToChange(metadata, target, bucket), [column]: value };
  const versionId = textOf(row, 'version_id');
  const sum = versionSum(bucket.number, target.key, row);
  for (const table of ['objects', 'versions'] as const) {
    const { changes } = metadata.sql
      .get(`UPDATE ${table} SET ${column} = ?, sum = ? WHERE bucket = ? AND key = ? AND version_id = ?`)
      .run(value, sum, bucket.number, target.key, versionId);
    if (changes !== 0) return versionId;
  }
  throw new Error('A version was gone within the transaction that found it.');
}
