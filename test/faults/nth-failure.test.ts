import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error, StoreFailure } from '@tidegate/protocol';
import {
  at,
  bodyOf,
  makeBucket,
  patternBytes,
  photos,
  plain,
  readAll,
  type Subject,
  TestClock,
  writeOf,
} from '../../packages/server/src/stores/contract/objects/subject.ts';
import type { LocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import {
  type DiskCall,
  diskError,
  faultyDisk,
} from '../../packages/server/src/stores/local/test-support/faulty-disk.ts';
import { freshFolder, openOn } from '../../packages/server/src/stores/local/test-support/open-subject.ts';
import { CustomerKey } from '../../packages/server/src/stores/objects/object-encryption.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { ledgerProblems } from './check-folder.ts';

const oldBytes = patternBytes(150_000, 1);
const newBytes = patternBytes(2_200_000, 2);
const smallBytes = patternBytes(500, 3);

/** Whether the bucket has its objects encrypted (ENC-20): the same must hold then. */
type Kind = 'clear' | 'encrypted';
const kinds: readonly Kind[] = ['clear', 'encrypted'];

type Prepared = { readonly uploadId: string; readonly etag: string };

/** An operation under faults: what `k` holds before, and after it was acknowledged. */
type Scene = {
  readonly what: string;
  readonly run: (subject: Subject & { readonly store: LocalStore }, prepared: Prepared) => Promise<unknown>;
  readonly after: Buffer | 'absent' | 'unchanged';
};

const big = { ...at('big') };
const key = new CustomerKey(Buffer.alloc(32, 5));
const scenes: readonly Scene[] = [
  {
    what: 'overwrite by a big body',
    after: newBytes,
    run: ({ objects }) => objects.putObject(at('k'), bodyOf(newBytes), writeOf(), {}),
  },
  {
    what: 'overwrite by a small body',
    after: smallBytes,
    run: ({ objects }) => objects.putObject(at('k'), bodyOf(smallBytes), writeOf(), {}),
  },
  { what: 'delete', after: 'absent', run: ({ objects }) => objects.deleteObjects(photos, ['k']) },
  {
    what: 'copy',
    after: 'unchanged',
    run: ({ objects }) =>
      objects.copyObject(
        at('k'),
        at('copy'),
        { owner: writeOf().owner, acl: 'private', replace: undefined },
        { source: {}, target: {} },
      ),
  },
  {
    what: 'copy that encrypts',
    after: 'unchanged',
    run: ({ objects }) =>
      objects.copyObject(
        at('k'),
        at('copy'),
        { owner: writeOf().owner, acl: 'private', replace: undefined, encryption: { kind: 'customer', key } },
        { source: {}, target: {} },
      ),
  },
  {
    what: 'part',
    after: 'unchanged',
    run: ({ objects }, { uploadId }) => objects.putPart({ ...big, uploadId }, 2, bodyOf(newBytes), plain),
  },
  {
    what: 'complete',
    after: 'unchanged',
    run: ({ objects }, { uploadId, etag }) =>
      objects.completeUpload(
        { ...big, uploadId },
        { parts: [{ partNumber: 1, etag, checksums: {} }], minPartBytes: 1, expectChecksums: {}, condition: {} },
      ),
  },
  { what: 'read', after: 'unchanged', run: (subject) => readAll(subject, at('k')) },
  {
    what: 'empty trash',
    after: 'absent',
    async run({ objects, store }) {
      await objects.deleteObjects(photos, ['k']);
      while ((await store.housekeeping.emptyTrash()) === 'more');
    },
  },
];

type Fault = {
  readonly what: string;
  readonly onlyOnce: boolean;
  readonly make: (call: DiskCall) => 'short' | undefined;
};
const faults: readonly Fault[] = [
  ...['EIO', 'ENOSPC', 'EMFILE'].map(
    (code): Fault => ({
      what: code,
      onlyOnce: true,
      make: () => {
        throw diskError(code);
      },
    }),
  ),
  { what: 'short write', onlyOnce: true, make: ({ name }) => (name === 'write' ? 'short' : undefined) },
  {
    what: 'stop',
    onlyOnce: false,
    make: () => {
      throw diskError('EIO');
    },
  },
];

/** Runs a scene with a fault at the n-th call. @returns whether there was an n-th call */
async function runWithFault(scene: Scene, kind: Kind, fault: Fault, n: number): Promise<boolean> {
  const label = `${scene.what} (${kind}), ${fault.what} at call ${n}`;
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  let calls = Number.NEGATIVE_INFINITY;
  const disk = faultyDisk(systemDisk, (call) => {
    calls += 1;
    return calls === n || (calls > n && !fault.onlyOnce) ? fault.make(call) : undefined;
  });
  const fatal: unknown[] = [];
  const store = await openOn(folder, clock, { disk, onFatal: (failure) => fatal.push(failure) });
  const subject = { objects: store.objects, keys: store.keys, clock, close: () => store.close(), store };
  const prepared = await prepare(subject, kind);
  calls = 0;
  const outcome = await scene.run(subject, prepared).then(
    () => 'done' as const,
    (error: unknown) => {
      assert.ok(error instanceof StoreFailure || error instanceof S3Error, `${label}: ${String(error)}`);
      return 'failed' as const;
    },
  );
  const wasReached = calls >= n;
  calls = Number.NEGATIVE_INFINITY;
  await store.close().catch(() => undefined);
  await checkAfter(folder, clock, { scene, outcome, isFatal: fatal.length > 0, label });
  await remove();
  return wasReached;
}

async function prepare(subject: Subject, kind: Kind): Promise<Prepared> {
  await makeBucket(subject);
  if (kind === 'encrypted') await subject.objects.patchBucket(photos, { encryption: { algorithm: 'AES256' } });
  await subject.objects.putObject(at('k'), bodyOf(oldBytes), writeOf(), {});
  const { uploadId } = await subject.objects.createUpload({ ...big, write: writeOf(), checksum: undefined });
  const { etag } = await subject.objects.putPart({ ...big, uploadId }, 1, bodyOf(oldBytes), plain);
  return { uploadId, etag };
}

type Ended = {
  readonly scene: Scene;
  readonly outcome: 'done' | 'failed';
  readonly isFatal: boolean;
  readonly label: string;
};

async function checkAfter(folder: string, clock: TestClock, { scene, outcome, isFatal, label }: Ended): Promise<void> {
  const store = await openOn(folder, clock);
  const subject = { objects: store.objects, keys: store.keys, clock, close: () => store.close() };
  try {
    const bytes = await readAll(subject, at('k')).catch((error: unknown) => {
      if (error instanceof S3Error && error.code === 'NoSuchKey') return 'absent' as const;
      throw error;
    });
    const after = scene.after === 'unchanged' ? oldBytes : scene.after;
    const isNew = typeof after === 'string' ? bytes === after : typeof bytes !== 'string' && after.equals(bytes);
    const isOld = typeof bytes !== 'string' && oldBytes.equals(bytes);
    if (outcome === 'done') assert.ok(isNew, `${label}: acknowledged and not there`);
    // After a failed sync or a stop the write may be there; after a failure of another kind it is not.
    else assert.ok(isOld || isNew, `${label}: neither the old nor the new version`);
    if (outcome === 'failed' && !isFatal && scene.what.startsWith('overwrite'))
      assert.ok(isOld, `${label}: refused and there`);
    while ((await store.housekeeping.emptyTrash()) === 'more');
    while ((await store.housekeeping.sweepOrphans(8_640_000_000_000_000)) === 'more');
  } finally {
    await store.close();
  }
  assert.deepEqual(await ledgerProblems(folder), [], label);
}

for (const kind of kinds) {
  for (const scene of scenes) {
    test(`REL-2 REL-15 STO-13 STO-23 whatever call of the disk fails during ${scene.what} (${kind}), the store is whole afterwards`, async () => {
      let points = 0;
      for (const fault of faults) {
        for (let n = 1; await runWithFault(scene, kind, fault, n); n += 1) points += 1;
      }
      console.log(`n-th failure: ${scene.what} (${kind}): ${points} points`);
      assert.ok(points > 0);
    });
  }
}

for (const step of ['begin', 'before-commit', 'committed'] as const) {
  for (const scene of scenes.filter(({ what }) => what !== 'read')) {
    test(`REL-2 a stop at the step ${step} of ${scene.what} leaves the old or the new state`, async () => {
      const { folder, remove } = await freshFolder();
      const clock = new TestClock();
      let isArmed = false;
      const store = await openOn(folder, clock, {
        onStep: (reached) => {
          if (isArmed && reached === step) throw new Error('stopped by a test');
        },
      });
      const subject = { objects: store.objects, keys: store.keys, clock, close: () => store.close(), store };
      const prepared = await prepare(subject, 'encrypted');
      isArmed = true;
      await assert.rejects(scene.run(subject, prepared), /stopped by a test/);
      isArmed = false;
      await store.close();
      await checkAfter(folder, clock, {
        scene,
        outcome: 'failed',
        isFatal: step === 'committed',
        label: `${scene.what} at ${step}`,
      });
      await remove();
    });
  }
}
