import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { repairStore } from '../../packages/server/src/stores/local/check/check-repair.ts';
import { checkStore } from '../../packages/server/src/stores/local/check/check-store.ts';
import {
  type LocalStore,
  type LocalStoreOptions,
  openLocalStore,
} from '../../packages/server/src/stores/local/open-local-store.ts';
import type { PartRecord } from '../../packages/server/src/stores/objects/object-store.ts';
import type { CheckReport } from '../../packages/server/src/stores/upkeep/check-report.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { readSeed } from '../seed.ts';
import { bodyStream } from './oracle.ts';

// Corruption of data on the disk: never wrong bytes in a clean response, and a check finds every corruption.

const wantedCorruptions = Number(process.env['TIDEGATE_INJURIES'] ?? 200);
const seed = readSeed();
const bucket = 'damage';
const owner = { id: 'f'.repeat(64), displayName: 'damage' };
const plain = { checksums: {}, compute: [] };
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Numbers from a seed, 0 up to `below`. */
function dice(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function optionsOf(folder: string): LocalStoreOptions {
  const onFatal = (failure: Error): void => {
    throw failure;
  };
  return {
    ...{ folder, disk: systemDisk, clock: systemClock, random: systemRandom, freeSpaceReserveBytes: 0, onFatal },
  };
}

function runCheck(folder: string, depth: 'fast' | 'deep'): Promise<CheckReport> {
  return checkStore({ folder, depth, disk: systemDisk, clock: systemClock, pause: (ms) => pause(ms) });
}

function bytesFor(name: string, sizeBytes: number): Buffer {
  const roll = dice(Buffer.from(name).reduce((sum, byte) => sum * 31 + byte, 7));
  return Buffer.from(Uint8Array.from({ length: sizeBytes }, () => roll(256)));
}

const sizes = [70_000, 70_000, 300_000, 90_000, 70_000, 1_048_577, 66_000, 20, 2_200_000, 1_048_576, 70_000, 80_000];

/** A closed store with plain and encrypted bodies, of one block and of several, some in parts, some shared by a copy. */
async function makeStore(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const bodies = new Map<string, Buffer>();
  const store = await openLocalStore(optionsOf(folder));
  const { objects } = store;
  await objects.createBucket({ name: bucket, owner, region: 'x', acl: 'private' });
  const write = { owner, acl: 'private', contentType: undefined, headers: {}, metadata: {} } as const;
  for (let index = 0; index < 52; index += 1) {
    const key = `k${index}`;
    const bytes = bytesFor(key, sizes[index % sizes.length] ?? 20);
    const encryption = index % 3 === 0 ? ({ kind: 'server' } as const) : undefined;
    await objects.putObject({ bucket, key }, bodyStream(bytes), { ...write, encryption, expect: plain }, {});
    bodies.set(key, bytes);
  }
  for (const key of ['parts0', 'parts1']) {
    const target = { bucket, key };
    const { uploadId } = await objects.createUpload({
      ...target,
      write: { ...write, encryption: undefined },
      checksum: undefined,
    });
    const pieces = [1, 2, 3].map((part) => bytesFor(`${key}-${part}`, 90_000 * part));
    const parts: PartRecord[] = [];
    for (const [index, piece] of pieces.entries()) {
      parts.push(await objects.putPart({ ...target, uploadId }, index + 1, bodyStream(piece), plain));
    }
    const claims = parts.map(({ partNumber, etag }) => ({ partNumber, etag, checksums: {} }));
    await objects.completeUpload(
      { ...target, uploadId },
      { parts: claims, minPartBytes: 0, expectChecksums: {}, condition: {} },
    );
    bodies.set(key, Buffer.concat(pieces));
  }
  await store.close();
  return bodies;
}

/** What a reader gets of a key: all of it, nothing, or an end that he notices. */
async function outcomeOf(store: LocalStore, key: string, expected: Buffer): Promise<'exact' | 'refused' | 'wrong'> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(Buffer.from(Uint8Array.from(chunk)));
      done();
    },
  });
  try {
    const opened = await store.objects.openObject({ bucket, key });
    try {
      await opened.send({ start: 0, end: opened.record.sizeBytes - 1 }, sink, new AbortController().signal);
    } finally {
      await opened.close();
    }
  } catch {
    return 'refused';
  }
  return Buffer.concat(chunks).equals(expected) ? 'exact' : 'wrong';
}

async function bodyFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

type Corrupt = (path: string, other: string, roll: (below: number) => number) => Promise<readonly string[]>;

async function change(path: string, work: (bytes: Buffer) => Buffer): Promise<readonly string[]> {
  await writeFile(path, work(await readFile(path)));
  return [path];
}

/** Each tells which files are not what they were. */
const corruptions: Readonly<Record<string, Corrupt>> = {
  flip: (path, _, roll) =>
    change(path, (bytes) => {
      const at = roll(bytes.byteLength);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
      return bytes;
    }),
  zero: (path, _, roll) =>
    change(path, (bytes) => {
      const at = roll(bytes.byteLength - 512);
      return bytes.fill(0, at, at + 512);
    }),
  truncate: (path, _, roll) => change(path, (bytes) => bytes.subarray(0, roll(bytes.byteLength))),
  extend: (path, _, roll) => change(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(1 + roll(5_000))])),
  remove: async (path) => {
    await rm(path);
    return [path];
  },
  swap: async (path, other) => {
    await rename(path, `${path}.x`);
    await rename(other, path);
    await rename(`${path}.x`, other);
    return [path, other];
  },
};

function foundIn(report: CheckReport): Set<string> {
  return new Set(report.findings.flatMap(({ file }) => (file === undefined ? [] : [file])));
}

test(`REL-10 REL-12 every corruption of a body is found by a read and by a check, and no wrong byte ends cleanly (seed=${seed})`, async (t) => {
  const place = await mkdtemp(join(base, 'tidegate-damage-'));
  t.after(() => rm(place, { recursive: true, force: true }));
  const [whole, data] = [join(place, 'whole'), join(place, 'data')];
  const bodies = await makeStore(whole);
  const roll = dice(seed);
  let corrupted = 0;
  for (let round = 0; corrupted < wantedCorruptions; round += 1) {
    await cp(whole, data, { recursive: true });
    const names = Object.keys(corruptions);
    const left = await bodyFiles(data);
    const bad = new Map<string, string>();
    while (left.length >= 12) {
      const [path = '', other = ''] = [0, 0].map(() => left.splice(roll(left.length), 1)[0] ?? '');
      const name = names[(corrupted + round) % names.length] ?? 'flip';
      for (const hurt of (await corruptions[name]?.(path, other, roll)) ?? []) bad.set(basename(hurt), name);
      corrupted += 1;
    }
    const run = `seed=${seed} round=${round}`;
    const deep = await runCheck(data, 'deep');
    const found = foundIn(deep);
    assert.deepEqual(
      [...bad].filter(([id]) => !found.has(id)),
      [],
      `not found, ${run}`,
    );
    assert.deepEqual(
      [...found].filter((id) => !bad.has(id)),
      [],
      `found and not there, ${run}`,
    );
    const fast = foundIn(await runCheck(data, 'fast'));
    for (const [id, name] of bad)
      if (['truncate', 'extend', 'remove'].includes(name)) assert.ok(fast.has(id), `${name} ${run}`);
    const lost = new Set(deep.findings.flatMap(({ holders }) => holders.map(({ key }) => key)));
    const store = await openLocalStore(optionsOf(data));
    for (const [key, bytes] of bodies) {
      const outcome = await outcomeOf(store, key, bytes);
      assert.equal(outcome, lost.has(key) ? 'refused' : 'exact', `${key} ${run}`);
    }
    await store.close();
    await repairAndCompare(data, deep, bodies, lost);
    await rm(data, { recursive: true });
  }
  console.log(`corruption: seed=${seed} corruptions=${corrupted}, all found`);
});

/** After a repair nothing is left to find, what was whole is untouched, and what was not is gone from its bucket, not from the disk. */
async function repairAndCompare(
  data: string,
  report: CheckReport,
  bodies: ReadonlyMap<string, Buffer>,
  lost: ReadonlySet<string>,
): Promise<void> {
  const repaired = await repairStore(optionsOf(data), report);
  assert.deepEqual(new Set(repaired.quarantined.map(({ key }) => key)), lost);
  assert.deepEqual(repaired.refused, []);
  const again = await runCheck(data, 'deep');
  assert.deepEqual(again.findings, []);
  const store = await openLocalStore(optionsOf(data));
  for (const [key, bytes] of bodies)
    assert.equal(await outcomeOf(store, key, bytes), lost.has(key) ? 'refused' : 'exact');
  await store.close();
  assert.ok(repaired.place !== undefined);
  const records = (await readFile(join(repaired.place, 'records.ndjson'), 'utf8')).trim().split('\n');
  assert.equal(records.length, lost.size);
  for (const { file, kind } of report.findings) {
    if (file !== undefined && kind !== 'missing-file') assert.ok((await stat(join(repaired.place, file))).isFile());
  }
}

test('REL-10 a check finds orphans, foreign files, files that others may read, and wrong counts; a repair fixes what it safely can', async (t) => {
  const place = await mkdtemp(join(base, 'tidegate-damage-'));
  t.after(() => rm(place, { recursive: true, force: true }));
  const data = join(place, 'data');
  await makeStore(data);
  const orphan = `blobs/ab/ab${'0'.repeat(30)}`;
  await writeFile(join(data, orphan), 'left by a crash', { mode: 0o600 });
  await writeFile(join(data, 'blobs/ab/notes.txt'), 'mine', { mode: 0o600 });
  await writeFile(join(data, 'photo.jpg'), 'mine', { mode: 0o600 });
  const [open = ''] = await bodyFiles(data);
  const { chmod } = await import('node:fs/promises');
  const { DatabaseSync } = await import('node:sqlite');
  const wide = (await bodyFiles(data)).find((path) => /\/[0-9a-f]{32}$/.test(path) && !path.endsWith(orphan)) ?? open;
  await chmod(wide, 0o644);
  const database = new DatabaseSync(join(data, 'meta.db'));
  database.exec('UPDATE blobs SET refs = refs + 1 WHERE id IN (SELECT id FROM blobs LIMIT 2)');
  database.exec('UPDATE segment_lists SET refs = refs + 1 WHERE id IN (SELECT id FROM segment_lists LIMIT 1)');
  database.exec("INSERT INTO inline_bodies (crc, body) VALUES (0, x'00')");
  database.close();
  const kinds = (report: CheckReport): string[] => [...new Set(report.findings.map(({ kind }) => kind))].sort();
  const check = () => runCheck(data, 'fast');
  const first = await check();
  assert.deepEqual(kinds(first), ['foreign-file', 'orphan-body', 'orphan-file', 'wrong-count', 'wrong-mode']);
  const repaired = await repairStore(optionsOf(data), first);
  assert.deepEqual(
    { removed: repaired.removed, counts: repaired.counts, modes: repaired.modes, quarantined: repaired.quarantined },
    { removed: 2, counts: 3, modes: 1, quarantined: [] },
  );
  const second = await check();
  assert.deepEqual(second.findings.map(({ subject }) => subject).sort(), ['blobs/ab/notes.txt', 'photo.jpg']);
});

test('REL-10 a check of a running store changes nothing, finds corruption, and ignores uploads in progress', async (t) => {
  const place = await mkdtemp(join(base, 'tidegate-damage-'));
  t.after(() => rm(place, { recursive: true, force: true }));
  const data = join(place, 'data');
  await makeStore(data);
  const store = await openLocalStore(optionsOf(data));
  const fresh = join(data, 'blobs', 'cd', `cd${'1'.repeat(30)}`);
  await writeFile(fresh, 'coming in', { mode: 0o600 });
  const check = () => runCheck(data, 'deep');
  const good = await check();
  assert.deepEqual([good.online, good.findings], [true, []]);
  const [path = ''] = (await bodyFiles(data)).filter((file) => file !== fresh);
  await change(path, (bytes) => bytes.subarray(0, 100));
  assert.deepEqual(
    (await check()).findings.map(({ kind, file }) => [kind, file]),
    [['wrong-size', basename(path)]],
  );
  await assert.rejects(repairStore(optionsOf(data), await check()), { name: 'UpkeepFailure' });
  await store.close();
});
