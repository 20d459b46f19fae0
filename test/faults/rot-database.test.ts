import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { seededRandom, TestClock } from '../../packages/server/src/stores/contract/objects/subject.ts';
import type { KeyWithSecret } from '../../packages/server/src/stores/keys/key-store.ts';
import { Secret } from '../../packages/server/src/stores/keys/secret.ts';
import { checkStore } from '../../packages/server/src/stores/local/check/check-store.ts';
import {
  type LocalStore,
  type LocalStoreOptions,
  openLocalStore,
} from '../../packages/server/src/stores/local/open-local-store.ts';
import type { VersionRecord } from '../../packages/server/src/stores/objects/object-store.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { readSeed } from '../seed.ts';
import { bodyStream } from './oracle.ts';

// Hundreds of corruptions of one small database: none serves a wrong byte as a clean response, and none gives an access key other rights.

const rounds = Number(process.env['TIDEGATE_DATABASE_ROUNDS'] ?? 60);
const seed = Number(process.env['TIDEGATE_ROT_SEED'] ?? readSeed());
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const owner = { id: 'f'.repeat(64), displayName: 'damage' };
const plain = { checksums: {}, compute: [] };
const buckets = ['damage', 'too'] as const;
/** The same store from the same seed, byte for byte. */
const clock = new TestClock();
const random = seededRandom(seed);
type Dice = (below: number) => number;

function dice(from: number): Dice {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function optionsOf(folder: string): LocalStoreOptions {
  const onFatal = (): void => undefined;
  return { folder, disk: systemDisk, clock, random, freeSpaceReserveBytes: 0, onFatal };
}

/** A version as it was written: what a reader may get, and nothing else. */
type Written = { readonly record: VersionRecord; readonly bytes: Buffer };

/** Two buckets with the same keys, enough of them for a tree of two levels, with bodies of all kinds. */
async function makeStore(folder: string): Promise<readonly Written[]> {
  const store = await openLocalStore(optionsOf(folder));
  const { objects } = store;
  // Long rows: a tree of two levels with few of them.
  const write = { owner, acl: 'private', contentType: `text/${'x'.repeat(250)}`, headers: {} } as const;
  const sent = new Map<string, Buffer>();
  const put = async (bucket: string, key: string, sizeBytes: number): Promise<void> => {
    const bytes = Buffer.from(`${bucket}/${key}#${sent.size} `.repeat(sizeBytes).slice(0, sizeBytes));
    const metadata: Record<string, string> = sizeBytes % 3 === 0 ? { key, bucket } : {};
    const encryption = sizeBytes % 12 === 0 ? ({ kind: 'server' } as const) : undefined;
    const record = await objects.putObject(
      { bucket, key },
      bodyStream(bytes),
      { ...write, metadata, encryption, expect: plain },
      {},
    );
    sent.set(JSON.stringify([bucket, key, record.versionId]), bytes);
  };
  for (const bucket of buckets) {
    await objects.createBucket({ name: bucket, owner, region: 'x', acl: 'private' });
    for (let index = 0; index < 36; index += 1) await put(bucket, `k${index}`, 40 + (index % 24));
    await objects.patchBucket(bucket, { versioning: 'Enabled' });
    for (let index = 0; index < 12; index += 1) await put(bucket, `k${index}`, 40 + (index % 24));
    await put(bucket, 'file', 66_001);
    await put(bucket, 'sealed', 66_000);
    for (const part of ['parts', 'piece']) {
      const target = { bucket, key: part };
      const { uploadId } = await objects.createUpload({
        ...target,
        write: { ...write, metadata: {}, encryption: undefined },
        checksum: undefined,
      });
      const pieces = [30, 45, 66_001, 30].map((size, at) => Buffer.alloc(size, `${bucket}${part}${at}`));
      const claims = [];
      for (const [index, piece] of pieces.entries()) {
        const { partNumber, etag } = await objects.putPart(
          { ...target, uploadId },
          index + 1,
          bodyStream(piece),
          plain,
        );
        claims.push({ partNumber, etag, checksums: {} });
      }
      const done = { parts: claims, minPartBytes: 0, expectChecksums: {}, condition: {} };
      const record = await objects.completeUpload({ ...target, uploadId }, done);
      sent.set(JSON.stringify([bucket, part, record.versionId]), Buffer.concat(pieces));
    }
  }
  const written: Written[] = [];
  for (const [name, bytes] of sent) {
    const [bucket, key, versionId]: string[] = JSON.parse(name);
    const target = { bucket: bucket ?? '', key: key ?? '', versionId };
    // What was put over without versioning is gone.
    const record = await objects.readObject(target).catch(() => undefined);
    if (record !== undefined) written.push({ record, bytes });
  }
  await store.close();
  return written;
}

const keyIds = Array.from({ length: 24 }, (_, index) => `TGAKROT${String(index).padStart(4, '0')}`);

/** Keys, some of them made by others, disabled, rotated: what each may, and what it signs with. */
async function makeKeys(folder: string): Promise<ReadonlyMap<string, KeyWithSecret>> {
  const { keys, close } = await openLocalStore(optionsOf(folder));
  for (const [index, accessKeyId] of keyIds.entries()) {
    const rights = { role: index % 3 === 0 ? 'write' : 'read', buckets: [`b${index}`], prefixes: [] } as const;
    const madeBy = index < 8 ? undefined : keyIds[index % 8];
    const note = 'x'.repeat(200);
    const secret = new Secret(`secret ${index}`);
    await keys.createKey({
      accessKeyId,
      ...rights,
      note,
      governance: undefined,
      secret,
      madeBy,
      accountName: 'damage',
    });
    if (index % 5 === 0) await keys.setKeyEnabled(accessKeyId, 'disabled');
    if (index % 4 === 0) await keys.rotateKey(accessKeyId, { secret: new Secret(`next ${index}`), retireAtMs: 9e12 });
  }
  const known = new Map<string, KeyWithSecret>();
  for (const id of keyIds) {
    const key = await keys.readKey(id);
    if (key !== undefined) known.set(id, key);
  }
  await close();
  return known;
}

/** A key may be refused, may lose a secret or be bound more tightly; it gets nothing that it had not. */
async function outcomeOfKey(store: LocalStore, id: string, known: KeyWithSecret): Promise<Outcome> {
  let found: KeyWithSecret | undefined;
  try {
    found = await store.keys.readKey(id);
  } catch {
    return 'refused';
  }
  // Of one whose maker is lost nobody knows what it may.
  if (found === undefined || found.record.bounds?.at(-1)?.buckets[0] === '-') return 'refused';
  const secretsOf = ({ secrets }: KeyWithSecret) =>
    secrets.map(({ secret, generation }) => JSON.stringify([secret.reveal(), generation]));
  const had = new Set(secretsOf(known));
  // The names of accounts are for people.
  const recordOf = ({ record }: KeyWithSecret) => ({ ...record, account: record.account.id });
  const isSame = isSameText(recordOf(found), recordOf(known)) && secretsOf(found).every((secret) => had.has(secret));
  if (!isSame) return 'wrong';
  return found.secrets.length === known.secrets.length ? 'exact' : 'refused';
}

type Outcome = 'exact' | 'refused' | 'wrong';

async function outcomeOf(store: LocalStore, { record, bytes }: Written): Promise<Outcome> {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(Buffer.from(Uint8Array.from(chunk)));
      done();
    },
  });
  const { bucket, key, versionId } = record;
  let found: VersionRecord;
  try {
    const opened = await store.objects.openObject({ bucket, key, versionId });
    found = opened.record;
    try {
      await opened.send({ start: 0, end: found.sizeBytes - 1 }, sink, new AbortController().signal);
    } finally {
      await opened.close();
    }
  } catch {
    return 'refused';
  }
  // Names of accounts are not what an object is.
  const isSame = isSameText({ ...found, owner: found.owner.id }, { ...record, owner: record.owner.id });
  return isSame && Buffer.concat(chunks).equals(bytes) ? 'exact' : 'wrong';
}

function isSameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The pages that lead from a name to its bytes. */
function pagesOf(path: string): { readonly pageBytes: number; readonly pages: readonly number[] } {
  const database = new DatabaseSync(path, { readOnly: true });
  const names = [
    'objects',
    'versions',
    'version_headers',
    'inline_bodies',
    'blobs',
    'segments',
    'segment_lists',
    'buckets',
    'access_keys',
    'key_secrets',
    'key_secrets_of_key',
  ];
  const rows = database
    .prepare('SELECT pageno FROM dbstat WHERE name IN (SELECT value FROM json_each(?)) OR name GLOB ? OR name GLOB ?')
    .all(JSON.stringify(names), 'versions_*', 'sqlite_autoindex_[ab]*');
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.close();
  return { pageBytes, pages: rows.map(({ pageno }) => Number(pageno)) };
}

type Hurt = (bytes: Buffer, at: number, roll: Dice) => void;

const corruptions: readonly Hurt[] = [
  (bytes, at, roll) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
  },
  (bytes, at, roll) => {
    const end = Math.min(bytes.byteLength, at + 1 + roll(16));
    for (let byte = at; byte < end; byte += 1) bytes[byte] = roll(256);
  },
  (bytes, at) => {
    bytes[at] = ((bytes[at] ?? 0) + 1) & 0xff;
  },
];

test(`REL-10 REL-12 REL-15 corruption of the database is refused, found or harmless, and no wrong byte ends cleanly (seed=${seed})`, async (t) => {
  const place = await mkdtemp(join(base, 'tidegate-damage-'));
  t.after(() => rm(place, { recursive: true, force: true }));
  const folder = join(place, 'whole');
  const written = await makeStore(folder);
  const keys = await makeKeys(folder);
  const whole = await readFile(join(folder, 'meta.db'));
  const { pageBytes, pages } = pagesOf(join(folder, 'meta.db'));
  const roll = dice(seed);
  const counts = { refused: 0, found: 0, harmless: 0 };
  let corrupted = 0;
  const hurtIn = (round: number): Buffer => {
    const bytes = Buffer.from(whole);
    if (round % 40 === 39 || round % 20 === 19) corrupted += 1;
    if (round % 40 === 39) return bytes.subarray(0, roll(bytes.byteLength));
    const page = ((pages[roll(pages.length)] ?? 1) - 1) * pageBytes;
    if (round % 20 === 19) {
      const other = ((pages[roll(pages.length)] ?? 1) - 1) * pageBytes;
      whole.copy(bytes, page, other, other + pageBytes);
      return bytes;
    }
    // Alone it must be found; together there are more of them in as little time.
    const times = round % 2 === 0 ? 1 : 4;
    for (let time = 0; time < times; time += 1) {
      const first = ((pages[roll(pages.length)] ?? 1) - 1) * pageBytes;
      // Otherwise most of the damage would hit empty parts of pages.
      let at = first + roll(pageBytes);
      for (let tries = 0; tries < 30 && bytes[at] === 0; tries += 1) at = first + roll(pageBytes);
      corruptions[roll(corruptions.length)]?.(bytes, at, roll);
      corrupted += 1;
    }
    return bytes;
  };
  for (let round = 0; round < rounds; round += 1) {
    const data = join(place, `round-${round}`);
    await cp(folder, data, { recursive: true });
    await writeFile(join(data, 'meta.db'), hurtIn(round));
    const options = { folder: data, disk: systemDisk, clock, pause: () => Promise.resolve() };
    const run = `seed=${seed} round=${round}`;
    const outcomes = await outcomesOf(data, written, keys);
    const wrong = outcomes?.filter(({ outcome }) => outcome === 'wrong').map(({ name }) => name) ?? [];
    assert.deepEqual(wrong, [], run);
    const lost = outcomes?.filter(({ outcome }) => outcome === 'refused').map(({ name }) => name);
    if (lost === undefined) counts.refused += 1;
    else if (lost.length === 0) counts.harmless += 1;
    else {
      const report = await checkStore({ ...options, depth: 'deep' }).catch(() => undefined);
      assert.ok(report === undefined || report.findings.length > 0, `${run}: not found, and refused: ${lost}`);
      counts.found += 1;
    }
    await rm(data, { recursive: true });
  }
  console.log(`corruption of the database: seed=${seed} corruptions=${corrupted} ${JSON.stringify(counts)}`);
  assert.ok(counts.found > rounds / 5);
});

/** What readers get; undefined: the store does not open. */
async function outcomesOf(folder: string, written: readonly Written[], keys: ReadonlyMap<string, KeyWithSecret>) {
  let store: LocalStore;
  try {
    // As a further process does: without a thread for checkpoints.
    store = await openLocalStore({ ...optionsOf(folder), sharing: { role: 'further' } });
  } catch {
    return undefined;
  }
  const outcomes: { readonly name: string; readonly outcome: Outcome }[] = [];
  for (const one of written) {
    const { bucket, key, versionId } = one.record;
    outcomes.push({ name: `${bucket}/${key} ${versionId}`, outcome: await outcomeOf(store, one) });
  }
  for (const [id, known] of keys) outcomes.push({ name: id, outcome: await outcomeOfKey(store, id, known) });
  await store.close().catch(() => undefined);
  return outcomes;
}
