import assert from 'node:assert/strict';
import type { ObjectLock, Retention } from '../../objects/object-lock.ts';
import type { VersionTarget } from '../../objects/object-store.ts';
import { refused } from './assert-refusal.ts';
import { alice, at, bodyOf, makeBucket, photos, putText, type StoreRule, type Subject, writeOf } from './subject.ts';

const dayMs = 86_400_000;

async function makeLocked({ objects }: Subject): Promise<void> {
  await objects.createBucket({ name: photos, owner: alice, region: 'x', acl: 'private', objectLock: true });
}

async function putLocked({ objects }: Subject, lock: ObjectLock): Promise<VersionTarget> {
  const { versionId } = await objects.putObject(at('k'), bodyOf('v'), writeOf({ lock }), {});
  return { ...at('k'), versionId };
}

async function isRemoved({ objects }: Subject, target: VersionTarget, bypassGovernance = false): Promise<boolean> {
  const { key, versionId } = target;
  const [outcome] = await objects.deleteObjects(photos, [{ key, versionId, bypassGovernance }]);
  if (outcome?.refused !== undefined) assert.equal(outcome.refused.code, 'AccessDenied');
  return outcome?.deleted === true;
}

function until(subject: Subject, mode: Retention['mode'], days: number): Retention {
  return { mode, untilMs: subject.clock.nowMs() + days * dayMs };
}

const plainBypass = { bypassGovernance: true };
const noBypass = { bypassGovernance: false };

/** STO-110, STO-111, STO-120…124. */
export const lockRules: readonly StoreRule[] = [
  {
    name: 'STO-110 STO-124 object lock needs versioning and holds it on',
    async check(subject) {
      await makeBucket(subject);
      await refused(subject.objects.patchBucket(photos, { objectLock: {} }), 'InvalidBucketState');
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      const defaultRetention = { mode: 'GOVERNANCE', days: 1 } as const;
      const { config } = await subject.objects.patchBucket(photos, { objectLock: { defaultRetention } });
      assert.deepEqual(config.objectLock, { defaultRetention });
      await refused(subject.objects.patchBucket(photos, { versioning: 'Suspended' }), 'InvalidBucketState');
      assert.equal((await subject.objects.readBucket(photos))?.config.versioning, 'Enabled');
    },
  },
  {
    name: 'STO-111 tags keep their order, go with a copy unless others are given, and change alone',
    async check(subject) {
      await makeBucket(subject);
      const tags = [
        { name: 'z', value: '1' },
        { name: '__proto__', value: '' },
      ];
      const put = await subject.objects.putObject(at('k'), bodyOf('v'), writeOf({ tags }), {});
      assert.deepEqual(put.tags, tags);
      assert.deepEqual((await subject.objects.readObject(at('k'))).tags, tags);
      const { owner, acl } = writeOf();
      const conditions = { source: {}, target: {} };
      const kept = await subject.objects.copyObject(at('k'), at('c'), { owner, acl, replace: undefined }, conditions);
      assert.deepEqual(kept.tags, tags);
      const none = { owner, acl, replace: undefined, tags: [] };
      assert.equal((await subject.objects.copyObject(at('k'), at('c'), none, conditions)).tags, undefined);
      assert.equal(await subject.objects.setObjectTags(at('k'), [{ name: 'n', value: 'v' }]), 'null');
      const { tags: changed, ...others } = await subject.objects.readObject(at('k'));
      const { tags: _, ...before } = put;
      assert.deepEqual([changed, others], [[{ name: 'n', value: 'v' }], before]);
      await subject.objects.setObjectTags(at('k'), []);
      assert.equal((await subject.objects.readObject(at('k'))).tags, undefined);
      await refused(subject.objects.setObjectTags(at('none'), []), 'NoSuchKey');
    },
  },
  {
    name: 'STO-120 the default retention counts from the write; a lock without object lock is refused and leaves nothing',
    async check(subject) {
      await makeBucket(subject);
      await refused(putLocked(subject, { legalHold: 'ON' }), 'InvalidRequest');
      await refused(subject.objects.readObject(at('k')), 'NoSuchKey');
      await refused(subject.objects.setLegalHold(at('k'), 'ON'), 'InvalidRequest');
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      const defaultRetention = { mode: 'COMPLIANCE', days: 2 } as const;
      await subject.objects.patchBucket(photos, { objectLock: { defaultRetention } });
      const given = until(subject, 'COMPLIANCE', 2);
      assert.deepEqual((await putText(subject, 'k', 'v')).lock?.retention, given);
      const own = until(subject, 'GOVERNANCE', 1);
      const target = await putLocked(subject, { retention: own });
      assert.deepEqual((await subject.objects.readObject(target)).lock?.retention, own);
    },
  },
  {
    name: 'STO-121 a version under retention stays until it is over; GOVERNANCE gives way to a bypass, COMPLIANCE does not',
    async check(subject) {
      await makeLocked(subject);
      const governed = await putLocked(subject, { retention: until(subject, 'GOVERNANCE', 1) });
      const compliant = await putLocked(subject, { retention: until(subject, 'COMPLIANCE', 1) });
      assert.equal(await isRemoved(subject, governed), false);
      assert.equal(await isRemoved(subject, compliant, true), false);
      assert.equal((await subject.objects.deleteObjects(photos, ['k']))[0]?.marker, 'made');
      assert.equal(await isRemoved(subject, governed, true), true);
      subject.clock.advance(dayMs);
      assert.equal(await isRemoved(subject, compliant), true);
    },
  },
  {
    name: 'STO-122 a retention grows in its mode; anything weaker needs a bypass, and COMPLIANCE none helps',
    async check(subject) {
      await makeLocked(subject);
      const target = await putLocked(subject, { retention: until(subject, 'GOVERNANCE', 2) });
      const set = (retention: Retention | undefined, options = noBypass) =>
        subject.objects.setRetention(target, retention, options);
      await set(until(subject, 'GOVERNANCE', 3));
      await refused(set(until(subject, 'GOVERNANCE', 2)), 'AccessDenied');
      await refused(set(undefined), 'AccessDenied');
      await set(until(subject, 'GOVERNANCE', 1), plainBypass);
      await refused(set(until(subject, 'COMPLIANCE', 1)), 'AccessDenied');
      await set(until(subject, 'COMPLIANCE', 1), plainBypass);
      await refused(set(until(subject, 'GOVERNANCE', 9), plainBypass), 'AccessDenied');
      await set(until(subject, 'COMPLIANCE', 2));
      assert.equal(await isRemoved(subject, target, true), false);
    },
  },
  {
    name: 'STO-123 a legal hold keeps its version whatever the retention, until it is taken off',
    async check(subject) {
      await makeLocked(subject);
      const target = await putLocked(subject, {});
      await subject.objects.setLegalHold(target, 'ON');
      assert.equal(await isRemoved(subject, target, true), false);
      await subject.objects.setLegalHold(target, 'OFF');
      assert.equal((await subject.objects.readObject(target)).lock?.legalHold, 'OFF');
      assert.equal(await isRemoved(subject, target), true);
    },
  },
];
