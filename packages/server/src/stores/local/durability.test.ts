import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { systemDisk } from '../../world/disk.ts';
import { refused } from '../contract/objects/assert-refusal.ts';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  putText,
  readAll,
  type Subject,
  TestClock,
  writeOf,
} from '../contract/objects/subject.ts';
import type { LocalStore } from './open-local-store.ts';
import { diskError, faultyDisk } from './test-support/faulty-disk.ts';
import { freshFolder, openOn } from './test-support/open-subject.ts';

function subjectOf(store: LocalStore, clock: TestClock): Subject {
  return { objects: store.objects, keys: store.keys, clock, close: () => store.close() };
}

test('STO-10 what was answered is there when the folder is opened again', async () => {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  const first = await openOn(folder, clock);
  assert.equal(first.isNew, true);
  await makeBucket(subjectOf(first, clock));
  const small = await putText(subjectOf(first, clock), 'small', 'text');
  const bytes = patternBytes(2_500_000);
  const big = await first.objects.putObject(at('big'), bodyOf(bytes), writeOf({ metadata: { a: 'b' } }), {});
  await first.close();
  const second = await openOn(folder, clock);
  assert.deepEqual([second.isNew, second.housekeeping.wasUnclean], [false, false]);
  assert.deepEqual(await second.objects.readObject(at('small')), small);
  assert.deepEqual(await second.objects.readObject(at('big')), big);
  assert.ok(bytes.equals(await readAll(subjectOf(second, clock), at('big'))));
  await second.close();
  await remove();
});

test('STO-11 a read of a key waits for the sync of its commit, another read does not', async () => {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  let gate: { readonly arrived: () => void; readonly open: Promise<void> } | undefined;
  const disk = faultyDisk(systemDisk, async ({ name, path }) => {
    if (name === 'sync' && path.endsWith('-wal') && gate !== undefined) {
      gate.arrived();
      await gate.open;
    }
    return undefined;
  });
  const store = await openOn(folder, clock, { disk });
  const subject = subjectOf(store, clock);
  await makeBucket(subject);
  await putText(subject, 'other', 'there');
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  gate = { arrived: arrived.resolve, open: opened.promise };
  const put = putText(subject, 'k', 'new');
  await arrived.promise;
  const order: string[] = [];
  const note = (what: string) => (): void => {
    order.push(what);
  };
  const waiting = [
    store.objects.readObject(at('k')).then(note('read')),
    store.objects.openObject(at('k')).then(note('open')),
    store.objects
      .listObjects({ bucket: 'photos', prefix: '', delimiter: undefined, after: '', limit: 9 })
      .then(note('list')),
  ];
  await store.objects.readObject(at('other'));
  await store.objects.readBucket('photos');
  assert.deepEqual(order, []);
  gate = undefined;
  opened.resolve();
  await Promise.all([put, ...waiting]);
  assert.deepEqual([...order].sort(), ['list', 'open', 'read']);
  await store.close();
  await remove();
});

const bodyBytes = { '-wal': 10, blob: 100_000, folder: 100_000, early: 40_000_000 } as const;

test('STO-13 a failed sync fails the writes that wait for it and all later ones, and is told once', async () => {
  for (const failing of ['-wal', 'blob', 'folder', 'early'] as const) {
    const { folder, remove } = await freshFolder();
    const clock = new TestClock();
    let isFailing = false;
    let syncs = 0;
    const disk = faultyDisk(systemDisk, ({ name, path }) => {
      const isBlobSync = name === 'sync' && path.includes('/blobs/');
      if (isBlobSync) syncs += 1;
      const isHit =
        (failing === '-wal' && name === 'sync' && path.endsWith('-wal')) ||
        (failing === 'blob' && isBlobSync) ||
        // A big body is synced while it still comes in; that its last sync is good does not help.
        (failing === 'early' && isBlobSync && syncs === 1) ||
        (failing === 'folder' && name === 'syncFolder' && path.includes('/blobs/'));
      if (isFailing && isHit) throw diskError('EIO');
      return undefined;
    });
    const failures: StoreFailure[] = [];
    const store = await openOn(folder, clock, { disk, onFatal: (failure) => failures.push(failure) });
    const subject = subjectOf(store, clock);
    await makeBucket(subject);
    await putText(subject, 'old', 'old');
    isFailing = true;
    const put = store.objects.putObject(at('k'), bodyOf(patternBytes(bodyBytes[failing])), writeOf(), {});
    await assert.rejects(put, StoreFailure);
    isFailing = false;
    await assert.rejects(putText(subject, 'later', 'x'), StoreFailure);
    assert.equal((await readAll(subject, at('old'))).toString(), 'old');
    // What may not be there after a crash is not shown.
    if (failing === '-wal') await assert.rejects(store.objects.readObject(at('k')), StoreFailure);
    else await refused(store.objects.readObject(at('k')), 'NoSuchKey');
    assert.equal(failures.length, 1, failing);
    await store.close();
    await remove();
  }
});

test('STO-98 the log stays below 64 MiB while 200 MiB of small bodies are written', async () => {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  const store = await openOn(folder, clock);
  const subject = subjectOf(store, clock);
  await makeBucket(subject);
  const bytes = patternBytes(60_000);
  let largest = 0;
  for (let round = 0; round < 56; round += 1) {
    const puts = Array.from({ length: 64 }, (_, index) =>
      store.objects.putObject(at(`k${index}`), bodyOf(bytes, 60_000), writeOf(), {}),
    );
    await Promise.all(puts);
    clock.advance(100);
    largest = Math.max(largest, (await systemDisk.facts(`${folder}/meta.db-wal`))?.sizeBytes ?? 0);
  }
  assert.ok(largest < 67_108_864, `the log grew to ${largest} bytes`);
  assert.ok(bytes.equals(await readAll(subject, at('k63'))));
  await store.close();
  await remove();
});
