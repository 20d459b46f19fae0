import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Writable } from 'node:stream';
import { S3Error } from '@tidegate/protocol';
import { type LocalStore, openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { describedBody, type KeyState, type Oracle } from './oracle.ts';

export const bucket = 'faults';

/** What is wrong with a folder after a crash; empty: nothing. */
export type Findings = {
  readonly problems: string[];
  readonly found: Map<string, KeyState>;
  /** Processor time: how much a start has to do, however busy the machine is with something else. */
  readonly openedInMs: number;
};

/** Opens a folder as a server does after a crash, and compares all that it shows with what the oracle allows. */
export async function checkFolder(folder: string, oracle: Oracle): Promise<Findings> {
  const problems: string[] = [];
  const found = new Map<string, KeyState>();
  const before = process.cpuUsage();
  let store: LocalStore;
  try {
    store = await openLocalStore({
      folder,
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      freeSpaceReserveBytes: 0,
      onFatal: (failure) => problems.push(`fatal: ${failure.message}`),
    });
  } catch (error) {
    return { problems: [`it does not open: ${String(error)}`], found, openedInMs: 0 };
  }
  const { user, system } = process.cpuUsage(before);
  const openedInMs = (user + system) / 1_000;
  try {
    await compareKeys(store, oracle, found, problems);
    while ((await store.housekeeping.emptyTrash()) === 'more');
    // One folder a call; all files are old enough an hour from now.
    while ((await store.housekeeping.sweepOrphans(systemClock.nowMs() + 3_600_000)) === 'more');
    await compareKeys(store, oracle, found, problems);
  } finally {
    await store.close();
  }
  problems.push(...(await ledgerProblems(folder)));
  return { problems, found, openedInMs };
}

async function compareKeys(
  store: LocalStore,
  oracle: Oracle,
  found: Map<string, KeyState>,
  problems: string[],
): Promise<void> {
  if ((await store.objects.readBucket(bucket)) === undefined) {
    if (oracle.acknowledgedCount > 0) problems.push('the bucket is gone');
    return;
  }
  const listed = new Set<string>();
  const page = { bucket, prefix: '', delimiter: undefined, after: '', limit: 1_000 };
  for (const entry of (await store.objects.listObjects(page)).entries)
    if (entry.kind === 'entry') listed.add(entry.entry.key);
  for (const key of new Set([...oracle.keys(), ...listed])) {
    const state = await stateOf(store, key).catch((error: unknown) => `unreadable (${String(error)})`);
    if ((state !== 'absent') !== listed.has(key)) problems.push(`${key} is ${state} and listed: ${listed.has(key)}`);
    const allowed = oracle.allowed(key);
    if (typeof state === 'string' && state !== 'absent') problems.push(`${key} is ${state}`);
    else {
      found.set(key, state === 'absent' ? 'absent' : state);
      if (!allowed.has(state === 'absent' ? 'absent' : state)) {
        problems.push(`${key} is ${state}, allowed ${[...allowed].join(' or ')}`);
      }
    }
  }
}

/** The version that a key holds, its bytes compared to the last. */
async function stateOf(store: LocalStore, key: string): Promise<KeyState | string> {
  try {
    const opened = await store.objects.openObject({ bucket, key });
    const { sizeBytes, metadata } = opened.record;
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        chunks.push(Buffer.from(Uint8Array.from(chunk)));
        done();
      },
    });
    try {
      await opened.send({ start: 0, end: sizeBytes - 1 }, sink, new AbortController().signal);
    } finally {
      await opened.close();
    }
    const version = Number(metadata['version']);
    // A copy carries the bytes of the key that it was made from.
    const expected = describedBody(metadata['key'] ?? '', version);
    return expected.equals(Buffer.concat(chunks)) ? version : `mixed: the bytes are not those of version ${version}`;
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchKey') return 'absent';
    throw error;
  }
}

/** Files and ledger must agree to the last file, and the database must be whole. */
export async function ledgerProblems(folder: string): Promise<string[]> {
  const problems: string[] = [];
  const names = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  const files = new Set(names.filter((entry) => entry.isFile()).map((entry) => entry.name));
  const database = new DatabaseSync(join(folder, 'meta.db'));
  try {
    const check = database.prepare('PRAGMA integrity_check').all();
    if (check.length !== 1 || check[0]?.['integrity_check'] !== 'ok')
      problems.push(`integrity: ${JSON.stringify(check)}`);
    const rows = database.prepare('SELECT id, refs FROM blobs').all();
    const used = database.prepare(
      `SELECT (SELECT count(*) FROM objects WHERE file = ?1) + (SELECT count(*) FROM versions WHERE file = ?1)
       + (SELECT count(*) FROM parts WHERE file = ?1)
       + (SELECT count(*) FROM segments WHERE file = ?1) AS n`,
    );
    for (const row of rows) {
      const id = String(row['id']);
      if (!files.delete(id)) problems.push(`the file ${id} is missing`);
      if (used.get(id)?.['n'] !== row['refs']) problems.push(`the file ${id} is counted wrong`);
    }
    const headers = database
      .prepare(`SELECT id FROM version_headers EXCEPT SELECT headers FROM objects EXCEPT SELECT headers FROM versions`)
      .all();
    for (const { id } of headers) problems.push(`nothing names the headers ${String(id)}`);
    for (const name of files) problems.push(`the file ${name} is an orphan`);
  } finally {
    database.close();
  }
  return problems;
}
