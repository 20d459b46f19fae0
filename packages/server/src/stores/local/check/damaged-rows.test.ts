import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { systemDisk } from '../../../world/disk.ts';
import {
  at,
  makeBucket,
  photos,
  putText,
  readAll,
  seededRandom,
  type TestClock,
} from '../../contract/objects/subject.ts';
import { Secret } from '../../keys/secret.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import { type LocalSubject, openLocalSubject, openOn } from '../test-support/open-subject.ts';
import { repairStore } from './check-repair.ts';
import { checkStore } from './check-store.ts';

function hurt({ folder }: LocalSubject, sql: string): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec(sql);
  database.close();
}

const textOf = async (subject: LocalSubject, key: string) => (await readAll(subject, at(key))).toString();

test('REL-12 STO-50 of many deletions the one of a damaged row is told of and does nothing; the others are done', async () => {
  for (const versioning of [undefined, 'Enabled', 'Suspended'] as const) {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    if (versioning !== undefined) await subject.objects.patchBucket(photos, { versioning });
    for (const key of ['a', 'b', 'c']) await putText(subject, key, key);
    hurt(subject, "UPDATE objects SET size = 2 WHERE key = 'b'");
    const outcomes = await subject.objects.deleteObjects(photos, ['a', 'b', 'c']);
    assert.deepEqual(
      outcomes.map(({ key, deleted, damaged }) => [key, deleted, damaged instanceof DamagedRow]),
      [
        ['a', true, false],
        ['b', false, true],
        ['c', true, false],
      ],
    );
    hurt(subject, "UPDATE objects SET size = 1 WHERE key = 'b'");
    assert.equal(await textOf(subject, 'b'), 'b');
    await assert.rejects(textOf(subject, 'a'), /key/);
    await subject.close();
  }
});

test('REL-12 STO-105 a deletion that comes upon a damaged row in its midst is taken back, and those around it are not', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
  for (const key of ['a', 'k', 'z']) await putText(subject, key, key);
  const newest = await putText(subject, 'k', 'newest');
  // What would show again when the newest is gone.
  hurt(subject, "UPDATE versions SET size = 2 WHERE key = 'k'");
  const outcomes = await subject.objects.deleteObjects(photos, [
    { key: 'a' },
    { key: 'k', versionId: newest.versionId },
    { key: 'z' },
  ]);
  assert.deepEqual(
    outcomes.map(({ deleted }) => deleted),
    [true, false, true],
  );
  assert.equal(await textOf(subject, 'k'), 'newest');
  await assert.rejects(textOf(subject, 'z'), /key|marker/);
  await subject.close();
});

/** Works on the one page of an index. */
function hurtIndex(folder: string, name: string, work: (page: Buffer) => void): void {
  const path = join(folder, 'meta.db');
  const database = new DatabaseSync(path);
  const [page] = database.prepare('SELECT pageno, pgsize FROM dbstat WHERE name = ?').all(name);
  database.close();
  const size = Number(page?.['pgsize']);
  const bytes = readFileSync(path);
  work(bytes.subarray((Number(page?.['pageno']) - 1) * size, Number(page?.['pageno']) * size));
  writeFileSync(path, bytes);
}

/** Puts the second cell of a page before the first. Their places are behind the eight bytes of its head. */
function swapCells(page: Buffer): void {
  page.subarray(8, 12).swap32();
  page.subarray(8, 12).swap16();
}

/** In the index of access keys alone each of two has the place of the other. */
function swapKeys(folder: string, one: string, other: string): void {
  hurtIndex(folder, 'sqlite_autoindex_access_keys_1', (page) => {
    const places = [one, other].map((name) => page.indexOf(name, 0, 'latin1'));
    assert.ok(places.every((place) => place > 0));
    page.write(other, places[0] ?? 0, 'latin1');
    page.write(one, places[1] ?? 0, 'latin1');
    // In order still.
    swapCells(page);
  });
}

test('REL-10 a check of an index that is out of order ends, and says so', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  for (const key of ['a', 'b']) await putText(subject, key, key.repeat(100_000));
  await subject.store.close();
  hurtIndex(subject.folder, 'sqlite_autoindex_blobs_1', swapCells);
  const { findings } = await checked(subject.folder, subject.clock);
  assert.ok(findings.some(({ kind, detail }) => kind === 'damaged-database' && /out of order/.test(detail)));
  await subject.close();
});

const secret = new Secret('s'.repeat(40));

/** A folder with a key for each right, its server stopped. `below` was made by the first. */
async function folderWithKeys(): Promise<LocalSubject> {
  const subject = await openLocalSubject();
  for (const [accessKeyId, role, madeBy] of [
    [reads, 'read', undefined],
    [writes, 'write', undefined],
    [below, 'read', reads],
  ] as const) {
    const rights = { role, buckets: [role], prefixes: [], note: undefined, governance: undefined };
    await subject.keys.createKey({ accessKeyId, ...rights, secret, accountName: role, madeBy });
  }
  await subject.store.close();
  return subject;
}
const [reads, writes, below] = ['TGAKREADS00000000001', 'TGAKWRITES0000000002', 'TGAKZBELOW0000000003'];

const checked = (folder: string, clock: TestClock) =>
  checkStore({ folder, clock, disk: systemDisk, depth: 'fast', pause: () => Promise.resolve() });

/** What a check names of access keys, and what a repair sets aside, after which nothing is found. */
async function repairedKeys({ folder, clock }: LocalSubject) {
  const report = await checked(folder, clock);
  const onFatal = (failure: Error): never => {
    throw failure;
  };
  const options = { folder, disk: systemDisk, clock, random: seededRandom(1), freeSpaceReserveBytes: 0, onFatal };
  const { accessKeys, place } = await repairStore(options, report);
  assert.deepEqual((await checked(folder, clock)).findings, []);
  return { named: new Set(report.findings.map(({ accessKey }) => accessKey)), accessKeys, place };
}

test('REL-10 REL-12 SEC-708 no access key gets the rights or the account of another that a damaged tree hands out for it', async () => {
  const subject = await folderWithKeys();
  swapKeys(subject.folder, reads, writes);
  const store = await openOn(subject.folder, subject.clock);
  for (const id of [reads, writes]) {
    await assert.rejects(async () => await store.keys.readKey(id), DamagedRow);
    await assert.rejects(store.keys.setKeyEnabled(id, 'disabled'), DamagedRow);
    await assert.rejects(store.keys.deleteKey(id), DamagedRow);
  }
  // Its bounds cannot be known, and nobody finds the others gone for that.
  await assert.rejects(async () => await store.keys.readKey(below), DamagedRow);
  assert.deepEqual(await store.keys.listKeys(), []);
  await store.close();

  // The rows are whole: nothing is lost when the index is made anew.
  const repaired = await repairedKeys(subject);
  assert.deepEqual(repaired, { named: new Set([reads, writes]), accessKeys: [], place: undefined });
  const again = await openOn(subject.folder, subject.clock);
  for (const [id, role] of [
    [reads, 'read'],
    [writes, 'write'],
    [below, 'read'],
  ] as const) {
    const key = await again.keys.readKey(id);
    assert.equal(key?.record.role, role);
    assert.equal(key?.record.account.name, role);
    assert.equal(key?.secret.reveal(), secret.reveal());
  }
  await again.keys.setKeyEnabled(writes, 'disabled');
  assert.equal(await again.keys.deleteKey(reads), 'deleted');
  await again.close();
  await subject.close();
});

for (const [what, sql, refused] of [
  ['is disabled works', "UPDATE access_keys SET disabled_ms = 1 WHERE akid = 'TGAKREADS00000000001'", [reads, below]],
  ['has another role', "UPDATE access_keys SET role = 'owner' WHERE akid = 'TGAKREADS00000000001'", [reads, below]],
  [
    'has another reach',
    `UPDATE access_keys SET reach = '{"buckets":[],"prefixes":[]}' WHERE akid = 'TGAKREADS00000000001'`,
    [reads, below],
  ],
  ['has lost its maker', "UPDATE access_keys SET made_by = NULL WHERE akid = 'TGAKZBELOW0000000003'", [below]],
  ['has another reach below', "UPDATE access_keys SET reach = '{}' WHERE akid = 'TGAKZBELOW0000000003'", [below]],
  ['has a maker that is gone', "DELETE FROM access_keys WHERE akid = 'TGAKREADS00000000001'", [below]],
  [
    'has a secret with another end',
    "UPDATE key_secrets SET retire_ms = 9e15 WHERE akid = 'TGAKREADS00000000001'",
    [reads],
  ],
  [
    'has a secret of another',
    "UPDATE key_secrets SET sealed = (SELECT sealed FROM key_secrets WHERE akid = 'TGAKWRITES0000000002') WHERE akid = 'TGAKREADS00000000001'",
    [reads],
  ],
] as const) {
  test(`REL-10 REL-12 SEC-310 a key whose row says that it ${what} signs nothing, and a repair sets it aside`, async () => {
    const subject = await folderWithKeys();
    hurt(subject, sql);
    const store = await openOn(subject.folder, subject.clock);
    const rights = async (id: string) => (await store.keys.readKey(id))?.record;
    for (const id of refused) {
      // One whose maker is lost may nothing.
      const bounds = await rights(id).then(
        (record) => record?.bounds?.at(-1)?.buckets,
        (error: unknown) => assert.ok(error instanceof StoreFailure),
      );
      assert.deepEqual(bounds ?? ['-'], ['-']);
    }
    assert.equal((await rights(writes))?.role, 'write');
    await store.close();
    const { accessKeys, place, named } = await repairedKeys(subject);
    assert.ok(refused.some((id) => named.has(id)));
    const again = await openOn(subject.folder, subject.clock);
    for (const id of refused) {
      assert.ok(accessKeys?.includes(id));
      assert.equal(await again.keys.readKey(id), undefined);
    }
    assert.match(readFileSync(join(place ?? '', 'records.ndjson'), 'utf8'), new RegExp(refused[0]));
    assert.equal((await again.keys.readKey(writes))?.secret.reveal(), secret.reveal());
    // What hung on a key that went with its secret is bounded as when that is deleted.
    if (refused.length === 1 && refused[0] === reads) {
      const left = (await again.keys.readKey(below))?.record;
      assert.equal(left?.madeBy, undefined);
      assert.deepEqual(left?.bounds, [{ role: 'read', buckets: ['read'], prefixes: [] }]);
    }
    await again.close();
    await subject.close();
  });
}
