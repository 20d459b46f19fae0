import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { S3Error } from '@tidegate/protocol';
import {
  at,
  bodyOf,
  patternBytes,
  photos,
  plain,
  readAll,
  writeOf,
} from '../../packages/server/src/stores/contract/objects/subject.ts';
import { checkStore } from '../../packages/server/src/stores/local/check/check-store.ts';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { readSeed } from '../seed.ts';
import { ledgerProblems } from './check-folder.ts';

const kills = Number(process.env['TIDEGATE_LIFECYCLE_KILLS'] ?? 6);
const seed = readSeed();
const child = fileURLToPath(new URL('./lifecycle-child.ts', import.meta.url));
/** More than two slices of the job. */
const oldCount = 620;
/** What is held is covered by a marker, and stays. */
const keptVersions = ['a/kept', 'old/held!', 'old/held', 'z/kept'];

/** Some are within the metadata, some in files, some of two parts; most have metadata of their own. */
function bodyAt(n: number): Buffer {
  return patternBytes(n % 20 === 0 ? 70_000 : 100, n + 1);
}

const keyAt = (n: number): string => `old/${String(n).padStart(4, '0')}`;

test(`LFC-20 REL-9 a kill at any step of a lifecycle run leaves nothing half removed, and the next run goes on (seed=${seed})`, {
  timeout: 600_000,
}, async (t) => {
  const place = await mkdtemp(join(tmpdir(), 'tidegate-lifecycle-'));
  t.after(() => rm(place, { recursive: true, force: true }));
  const first = join(place, 'first');
  await fill(first);
  await cp(first, join(place, 'whole'), { recursive: true });
  const whole = await run(t, join(place, 'whole'), 'never');
  assert.equal(whole.signal, null);
  await checkEnd(join(place, 'whole'));
  const steps = Number(/\d+/.exec(whole.said)?.[0]);
  assert.ok(steps > kills, `a run has ${steps} steps`);
  let killedRuns = 0;
  for (let round = 0; round < kills; round += 1) {
    // One in each part of the run, where in it by the seed.
    const part = ((seed + round * 7_919) % 1_000) / 1_000;
    const before = 1 + Math.floor(((round + part) * steps) / kills);
    const folder = join(place, 'killed');
    await cp(first, folder, { recursive: true });
    const killed = await run(t, folder, String(before));
    // A step more or less may fall to another commit: then it gets through, which must be as good.
    if (killed.signal === 'SIGKILL') {
      killedRuns += 1;
      await checkKilled(folder, `step ${before} of ${steps}, seed=${seed}`);
    }
    assert.equal((await run(t, folder, 'never')).signal, null);
    await checkEnd(folder);
    await rm(folder, { recursive: true });
  }
  assert.ok(killedRuns > 0, 'no run was killed');
});

async function fill(folder: string): Promise<void> {
  const { objects, close } = await open(folder);
  await objects.createBucket({ name: photos, owner: writeOf().owner, region: 'x', acl: 'private', objectLock: true });
  const put = (key: string, body: Buffer, lock = {}) =>
    objects.putObject(at(key), bodyOf(body), writeOf({ metadata: { of: key }, lock }), {});
  await Promise.all(Array.from({ length: oldCount }, (_, n) => put(keyAt(n), bodyAt(n))));
  // Older versions and a marker, which go for themselves.
  for (let n = 0; n < 30; n += 1) await put(keyAt(n), bodyAt(n));
  await objects.deleteObjects(photos, [keyAt(1)]);
  await put('old/held', bodyAt(0), { legalHold: 'ON' });
  for (const key of ['a/kept', 'z/kept']) await put(key, bodyAt(0));
  for (let n = 0; n < 3; n += 1) {
    const { expect: _, ...write } = writeOf();
    const { uploadId } = await objects.createUpload({ ...at(`old/upload-${n}`), write, checksum: undefined });
    await objects.putPart({ ...at(`old/upload-${n}`), uploadId }, 1, bodyOf(bodyAt(0)), plain);
  }
  const rule = { prefix: 'old/', status: 'Enabled' as const, transitions: [], noncurrentTransitions: [] };
  const lifecycle = [
    { ...rule, id: 'end', expiration: { days: 1 }, noncurrentExpiration: { days: 1 }, abortUploads: { days: 1 } },
    { ...rule, id: 'markers', expiration: { expiredMarkers: true } },
  ];
  await objects.patchBucket(photos, { lifecycle });
  await close();
}

function open(folder: string): Promise<LocalStore> {
  const world = { disk: systemDisk, clock: systemClock, random: systemRandom, freeSpaceReserveBytes: 0 };
  const onFatal = (failure: Error): never => {
    throw failure;
  };
  return openLocalStore({ folder, ...world, onFatal });
}

type Ended = { readonly signal: NodeJS.Signals | null; readonly said: string };

async function run(t: TestContext, folder: string, killBefore: string): Promise<Ended> {
  const args = ['--conditions=tidegate-source', child, folder, killBefore];
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => running.kill('SIGKILL'));
  let said = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(running, 'close');
  assert.ok(running.signalCode === 'SIGKILL' || running.exitCode === 0, `it ended with ${running.exitCode}`);
  return { signal: running.signalCode, said };
}

/** Every object is whole or gone, and what a check finds is no more than what the next start removes. */
async function checkKilled(folder: string, when: string): Promise<void> {
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const { findings } = await checkStore({ folder, depth: 'deep', disk: systemDisk, clock: systemClock, pause });
  assert.deepEqual(
    findings.filter(({ kind }) => kind !== 'orphan-file'),
    [],
    when,
  );
  const store = await open(folder);
  try {
    for (let n = 0; n < oldCount; n += 1) {
      const body = await readAll(store, at(keyAt(n))).catch((error: unknown) => {
        if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
        throw error;
      });
      if (body !== undefined) assert.ok(body.equals(bodyAt(n)), `${keyAt(n)} after ${when}`);
    }
    await checkKept(store);
  } finally {
    await store.close();
  }
}

async function checkKept(store: LocalStore): Promise<void> {
  for (const key of ['a/kept', 'z/kept']) assert.ok((await readAll(store, at(key))).equals(bodyAt(0)));
}

/** What was over is gone with all that it held, and the rest is there. */
async function checkEnd(folder: string): Promise<void> {
  const store = await open(folder);
  try {
    const page = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 1_000 };
    const versions = await store.objects.listVersions({ ...page, afterVersionId: '' });
    const left = versions.entries.flatMap((each) => (each.kind === 'entry' ? [each.entry] : []));
    assert.deepEqual(
      left.map(({ key, isMarker }) => (isMarker ? `${key}!` : key)),
      keptVersions,
    );
    assert.deepEqual((await store.objects.listUploads({ ...page, afterUploadId: '' })).entries, []);
    await checkKept(store);
    while ((await store.housekeeping.emptyTrash()) === 'more');
    while ((await store.housekeeping.sweepOrphans(systemClock.nowMs() + 3_600_000)) === 'more');
  } finally {
    await store.close();
  }
  assert.deepEqual(await ledgerProblems(folder), []);
}
