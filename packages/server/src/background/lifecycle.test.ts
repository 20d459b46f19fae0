import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { LifecycleRule } from '@tidegate/protocol';
import { override } from '../../../../test/override.ts';
import { alice, at, bodyOf, makeBucket, photos, writeOf } from '../stores/contract/objects/subject.ts';
import { type LocalSubject, openLocalSubject } from '../stores/local/test-support/open-subject.ts';
import type { ObjectLock, Tag } from '../stores/objects/object-lock.ts';
import { DamagedRow } from '../stores/upkeep/damaged-row.ts';
import { type LifecycleOptions, lifecycleJob } from './lifecycle.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

async function openSubject(versioning?: 'Enabled' | 'Suspended'): Promise<LocalSubject> {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  if (versioning !== undefined) await subject.objects.patchBucket(photos, { versioning });
  // Noon: what is counted in days ends at the midnight behind.
  subject.clock.advance(Math.ceil(subject.clock.nowMs() / dayMs) * dayMs + dayMs / 2 - subject.clock.nowMs());
  return subject;
}

function ruleOf(changes: Partial<LifecycleRule>): LifecycleRule {
  return { id: 'r', prefix: '', status: 'Enabled', transitions: [], noncurrentTransitions: [], ...changes };
}

const setRules = ({ objects }: LocalSubject, ...rules: LifecycleRule[]): Promise<unknown> =>
  objects.patchBucket(photos, { lifecycle: rules });

type Put = { readonly tags?: readonly Tag[]; readonly lock?: ObjectLock; readonly body?: string };

const put = ({ objects }: LocalSubject, key: string, { body = key, ...write }: Put = {}) =>
  objects.putObject(at(key), bodyOf(body), writeOf(write), {});

/** One pass, as a process that was just started makes it. @returns the slices that it took */
async function pass(subject: LocalSubject, changes: Partial<LifecycleOptions> = {}): Promise<number> {
  const { housekeeping } = subject.store;
  const job = lifecycleJob({ objects: subject.objects, housekeeping, everyMs: hourMs, dayMs, ...changes });
  let slices = 1;
  while ((await job.runOnce(subject.clock.nowMs())) === 'more') slices += 1;
  return slices;
}

/** All versions as `key` or `key!` for a marker, the newest first. */
async function versionsOf({ objects }: LocalSubject): Promise<readonly string[]> {
  const query = { bucket: photos, prefix: '', delimiter: undefined, after: '', afterVersionId: '', limit: 1000 };
  const { entries } = await objects.listVersions(query);
  return entries.flatMap((each) => (each.kind === 'entry' ? [each.entry.key + (each.entry.isMarker ? '!' : '')] : []));
}

test('LFC-10 LFC-11 current versions end at the midnight after their days, by prefix, tags and size', async () => {
  const subject = await openSubject();
  const tags = [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
  ];
  await put(subject, 'logs/old');
  await put(subject, 'kept');
  await put(subject, 'tagged', { tags });
  await put(subject, 'half', { tags: tags.slice(0, 1) });
  await put(subject, 'size-3', { body: '333' });
  await put(subject, 'size-4', { body: '4444' });
  await put(subject, 'size-5', { body: '55555' });
  const expiration = { days: 2 };
  await setRules(
    subject,
    ruleOf({ prefix: 'logs/', expiration }),
    ruleOf({ prefix: undefined, filter: { and: { tags } }, expiration }),
    ruleOf({
      prefix: undefined,
      filter: { and: { prefix: 'size', tags: [], sizeGreaterThan: 3, sizeLessThan: 5 } },
      expiration,
    }),
    ruleOf({ prefix: 'kept', status: 'Disabled', expiration }),
  );
  subject.clock.advance(2.5 * dayMs - 1);
  await pass(subject);
  assert.equal((await versionsOf(subject)).length, 7);
  subject.clock.advance(hourMs);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['half', 'kept', 'size-3', 'size-5']);
  await subject.close();
});

test('LFC-10 a date ends what it speaks of from then on', async () => {
  const subject = await openSubject();
  await put(subject, 'k');
  await setRules(subject, ruleOf({ expiration: { dateMs: subject.clock.nowMs() + dayMs / 2 } }));
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['k']);
  subject.clock.advance(dayMs / 2);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), []);
  await subject.close();
});

test('LFC-10 LFC-15 with versioning a marker covers a version, held or not; suspended, the version null goes', async () => {
  const subject = await openLocalSubject();
  const { objects, clock } = subject;
  await objects.createBucket({ name: photos, owner: alice, region: 'x', acl: 'private', objectLock: true });
  await put(subject, 'held', { lock: { legalHold: 'ON' } });
  await setRules(subject, ruleOf({ expiration: { days: 1 }, noncurrentExpiration: { days: 1 } }));
  clock.advance(3 * dayMs);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['held!', 'held']);
  clock.advance(3 * dayMs);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['held!', 'held']);
  await subject.close();

  const other = await openSubject('Suspended');
  await put(other, 'k');
  await setRules(other, ruleOf({ expiration: { days: 1 } }));
  other.clock.advance(3 * dayMs);
  await pass(other);
  assert.deepEqual(await versionsOf(other), ['k!']);
  await other.close();
});

test('LFC-12 older versions go by their age as older ones, but for the newest', async () => {
  const subject = await openSubject('Enabled');
  for (let version = 0; version < 6; version += 1) {
    await put(subject, 'k', { body: String(version) });
    subject.clock.advance(dayMs);
  }
  await setRules(subject, ruleOf({ noncurrentExpiration: { days: 1, newerVersions: 3 } }));
  await pass(subject);
  assert.equal((await versionsOf(subject)).length, 4);
  await setRules(subject, ruleOf({ noncurrentExpiration: { days: 3 } }));
  subject.clock.advance(hourMs);
  // Older since 1, 2 and 3 days, at noon: the third ends at the midnight to come.
  await pass(subject);
  assert.equal((await versionsOf(subject)).length, 4);
  subject.clock.advance(dayMs);
  await pass(subject);
  assert.equal((await versionsOf(subject)).length, 3);
  subject.clock.advance(9 * dayMs);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['k']);
  await subject.close();
});

test('LFC-12 the chain of a key goes on over slices', async () => {
  const subject = await openSubject('Enabled');
  const writes = Array.from({ length: 600 }, (_, n) => put(subject, n < 100 ? `a${n}` : 'k', { body: String(n) }));
  await Promise.all(writes);
  await setRules(subject, ruleOf({ noncurrentExpiration: { days: 1, newerVersions: 2 } }));
  subject.clock.advance(9 * dayMs);
  await pass(subject);
  assert.equal((await versionsOf(subject)).filter((key) => key === 'k').length, 3);
  assert.equal((await versionsOf(subject)).length, 103);
  await subject.close();
});

test('LFC-13 a marker that is alone goes, at once or by age; one that hides a version stays', async () => {
  const subject = await openSubject('Enabled');
  const { versionId } = await put(subject, 'alone');
  await put(subject, 'hiding');
  await subject.objects.deleteObjects(photos, ['alone', 'hiding', 'nothing']);
  await subject.objects.deleteObjects(photos, [{ key: 'alone', versionId }]);
  await setRules(subject, ruleOf({ prefix: 'a', expiration: { expiredMarkers: true } }));
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['hiding!', 'hiding', 'nothing!']);
  await setRules(subject, ruleOf({ expiration: { days: 2 } }));
  subject.clock.advance(dayMs);
  await pass(subject);
  assert.equal((await versionsOf(subject)).length, 3);
  subject.clock.advance(2 * dayMs);
  await pass(subject);
  assert.deepEqual(await versionsOf(subject), ['hiding!', 'hiding']);
  await subject.close();
});

test('LFC-14 uploads that were open for too long are aborted, by prefix', async () => {
  const subject = await openSubject();
  const begin = async (key: string) => {
    const upload = await subject.objects.createUpload({ ...at(key), write: writeOf(), checksum: undefined });
    return { ...at(key), uploadId: upload.uploadId };
  };
  const old = await begin('in/a');
  const elsewhere = await begin('out/a');
  await setRules(subject, ruleOf({ prefix: 'in/', abortUploads: { days: 3 } }));
  subject.clock.advance(3 * dayMs);
  const young = await begin('in/a');
  await pass(subject);
  await subject.objects.readUpload(old);
  subject.clock.advance(dayMs);
  await pass(subject);
  await assert.rejects(subject.objects.readUpload(old), /upload/i);
  await subject.objects.readUpload(young);
  await subject.objects.readUpload(elsewhere);
  await subject.close();
});

test('LFC-20 what changed after the rule saw it is spared', async () => {
  const subject = await openSubject();
  for (const key of ['a', 'b', 'c']) await put(subject, key);
  await setRules(subject, ruleOf({ expiration: { days: 1 } }));
  subject.clock.advance(3 * dayMs);
  const objects: LifecycleOptions['objects'] = override(subject.objects, {
    async deleteObjects(bucket, deletes) {
      await subject.objects.setObjectTags(at('a'), [{ name: 'keep', value: '1' }]);
      await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
      await put(subject, 'b');
      return await subject.objects.deleteObjects(bucket, deletes);
    },
  });
  await pass(subject, { objects });
  assert.deepEqual(await versionsOf(subject), ['a', 'b', 'b', 'c!', 'c']);
  await subject.close();
});

test('LFC-20 a noncurrent version that became current after the rule saw it is spared', async () => {
  const subject = await openSubject('Enabled');
  await put(subject, 'k', { body: 'old' });
  const newer = await put(subject, 'k', { body: 'newer' });
  await put(subject, 'other', { body: 'old' });
  await put(subject, 'other', { body: 'newer' });
  await setRules(subject, ruleOf({ noncurrentExpiration: { days: 1 } }));
  subject.clock.advance(3 * dayMs);
  const objects: LifecycleOptions['objects'] = override(subject.objects, {
    async deleteObjects(bucket, deletes) {
      await subject.objects.deleteObjects(photos, [{ key: 'k', versionId: newer.versionId }]);
      return await subject.objects.deleteObjects(bucket, deletes);
    },
  });
  await pass(subject, { objects });
  assert.deepEqual(await versionsOf(subject), ['k', 'other']);
  await subject.close();
});

test('LFC-21 a pass that was cut goes on where it was, and a new one waits for its time', async () => {
  const subject = await openSubject();
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => put(subject, `k${String(n).padStart(4, '0')}`)));
  await setRules(subject, ruleOf({ expiration: { days: 1 } }));
  subject.clock.advance(3 * dayMs);
  const { objects } = subject;
  const { housekeeping } = subject.store;
  const cut = lifecycleJob({ objects, housekeeping, everyMs: hourMs, dayMs });
  // The pass begins, finds the bucket, and removes one slice; then the process is gone.
  for (let step = 0; step < 3; step += 1) assert.equal(await cut.runOnce(subject.clock.nowMs()), 'more');
  assert.equal((await versionsOf(subject)).length, 750);
  await put(subject, 'k0000');
  const expired: string[] = [];
  const slices = await pass(subject, {
    onExpired: (_bucket, gone) => {
      expired.push(...gone.map(({ version }) => version.key));
      return Promise.resolve();
    },
  });
  assert.deepEqual(await versionsOf(subject), ['k0000']);
  assert.equal(expired.length, 750);
  assert.ok(slices < 10, String(slices));
  assert.equal(await pass(subject), 1);
  subject.clock.advance(hourMs);
  assert.ok((await pass(subject)) > 1);
  await subject.close();
});

test('LFC-21 a bucket without rules is not looked at, and one that goes meanwhile stops nothing', async () => {
  const subject = await openSubject();
  await makeBucket(subject, 'plain');
  await makeBucket(subject, 'zebra');
  const looked: string[] = [];
  await setRules(subject, ruleOf({ expiration: { days: 1 } }));
  await subject.objects.patchBucket('zebra', { lifecycle: [ruleOf({ expiration: { days: 1 } })] });
  const objects: LifecycleOptions['objects'] = override(subject.objects, {
    async listVersions(query) {
      looked.push(query.bucket);
      if (query.bucket === photos) await subject.objects.deleteBucket(photos);
      return await subject.objects.listVersions(query);
    },
  });
  await pass(subject, { objects });
  assert.deepEqual(looked, [photos, 'zebra']);
  await subject.close();
});

function hurt({ folder }: LocalSubject, sql: string): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec(sql);
  database.close();
}

test('LFC-23 a damaged row ends no pass: it is told of, and what is behind it goes', async () => {
  const subject = await openSubject('Enabled');
  await makeBucket(subject, 'broken');
  await makeBucket(subject, 'zebra');
  const expiring = [ruleOf({ expiration: { days: 1 }, noncurrentExpiration: { days: 1 } })];
  for (const bucket of [photos, 'broken', 'zebra']) await subject.objects.patchBucket(bucket, { lifecycle: expiring });
  // The last of the first slice is one of the damaged: the next slice goes on behind it.
  for (let n = 0; n < 251; n += 1) await put(subject, `k${String(n).padStart(3, '0')}`);
  await subject.objects.putObject({ bucket: 'zebra', key: 'z' }, bodyOf('z'), writeOf(), {});
  hurt(subject, "UPDATE objects SET owner = 'x' WHERE key = 'k001'");
  hurt(subject, "UPDATE objects SET tags = 'x' WHERE key = 'k249'");
  hurt(subject, "UPDATE buckets SET config = '{' WHERE name = 'broken'");
  subject.clock.advance(3 * dayMs);
  const reported: unknown[] = [];
  const onDamaged: LifecycleOptions['onDamaged'] = ({ bucket, key, isFirstOfPass }) =>
    reported.push([bucket, key, isFirstOfPass]);
  await pass(subject, { onDamaged });
  assert.deepEqual(reported, [
    ['broken', undefined, true],
    [photos, 'k001', false],
    [photos, 'k249', false],
  ]);
  const left = await versionsOf(subject);
  assert.deepEqual(
    left.filter((key) => !key.endsWith('!')),
    Array.from({ length: 251 }, (_, n) => `k${String(n).padStart(3, '0')}`),
  );
  assert.equal(left.filter((key) => key.endsWith('!')).length, 249);
  const { entries } = await subject.objects.listObjects({
    ...{ bucket: 'zebra', prefix: '', delimiter: undefined, after: '', limit: 9 },
  });
  assert.deepEqual(entries, []);
  subject.clock.advance(hourMs);
  reported.length = 0;
  await pass(subject, { onDamaged });
  assert.deepEqual(reported[0], ['broken', undefined, true]);
  await subject.close();
});

test('LFC-23 a list that cannot be read on ends its prefix alone', async () => {
  const subject = await openSubject();
  await put(subject, 'a/1');
  await put(subject, 'b/1');
  const expiration = { days: 1 };
  await setRules(subject, ruleOf({ prefix: 'a/', expiration }), ruleOf({ prefix: 'b/', expiration }));
  subject.clock.advance(3 * dayMs);
  const objects: LifecycleOptions['objects'] = override(subject.objects, {
    listVersions: (query) =>
      query.prefix === 'a/' ? Promise.reject(new DamagedRow('objects')) : subject.objects.listVersions(query),
  });
  const reported: unknown[] = [];
  await pass(subject, { objects, onDamaged: ({ bucket, key }) => reported.push([bucket, key]) });
  assert.deepEqual(reported, [[photos, undefined]]);
  assert.deepEqual(await versionsOf(subject), ['a/1']);
  await subject.close();
});
