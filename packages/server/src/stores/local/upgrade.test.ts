import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemDisk } from '../../world/disk.ts';
import { alice, at, bob, bodyOf, makeBucket, photos, putText, readAll, writeOf } from '../contract/objects/subject.ts';
import { Secret } from '../keys/secret.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { schemaVersion } from '../sqlite/schema/schema.ts';
import { DamagedRow } from '../upkeep/damaged-row.ts';
import { StoreStartFailure } from '../upkeep/start-failures.ts';
import { diskError, faultyDisk } from './test-support/faulty-disk.ts';
import { makeOlder } from './test-support/make-older.ts';
import { type LocalSubject, openLocalSubject, openOn } from './test-support/open-subject.ts';

/** A folder as the program of the first schema left it: with an object, its server stopped. */
async function olderFolder(): Promise<LocalSubject> {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await putText(subject, 'old', 'as it was');
  await subject.store.close();
  makeOlder(subject.folder, 1);
  return subject;
}

function change(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, 'meta.db'));
  database.exec(sql);
  database.close();
}

function ask(folder: string, name: string, sql: string): unknown {
  const database = new DatabaseSync(join(folder, name), { readOnly: true });
  try {
    return Object.values(database.prepare(sql).get() ?? {})[0];
  } finally {
    database.close();
  }
}

const copyName = 'meta.db.v1.bak';

test('REL-13 SEC-809 older data are read, after a copy of the metadata was made that nobody else may read', async () => {
  const subject = await olderFolder();
  const store = await openOn(subject.folder, subject.clock);
  assert.equal((await readAll({ objects: store.objects }, at('old'))).toString(), 'as it was');
  await store.close();
  assert.equal(ask(subject.folder, copyName, 'PRAGMA user_version'), 1);
  assert.equal(ask(subject.folder, copyName, 'SELECT key FROM objects'), 'old');
  assert.equal((await stat(join(subject.folder, copyName))).mode & 0o777, 0o600);
  // A start without an upgrade makes none.
  const names = await readdir(subject.folder);
  await (await openOn(subject.folder, subject.clock)).close();
  assert.deepEqual(await readdir(subject.folder), names);
  await subject.close();
});

test('REL-13 an upgrade that is broken off at any call of the disk leaves the old data or the new, and goes on', async () => {
  for (let calls = 0; ; calls += 1) {
    const subject = await olderFolder();
    let left = calls;
    const disk = faultyDisk(systemDisk, () => {
      left -= 1;
      if (left >= 0) return undefined;
      // From then on nothing more happens, as after a kill.
      throw diskError('EIO');
    });
    // It may fail while it opens, or, once open, while it closes.
    await openOn(subject.folder, subject.clock, { disk, onFatal: () => undefined }).then(
      (store) => store.close().catch(() => undefined),
      () => undefined,
    );
    const version = ask(subject.folder, 'meta.db', 'PRAGMA user_version');
    const hasCopy = (await readdir(subject.folder)).includes(copyName);
    assert.ok(version === 1 || hasCopy, `The tables were changed before the copy was there (call ${calls}).`);
    if (hasCopy) assert.equal(ask(subject.folder, copyName, 'SELECT key FROM objects'), 'old');
    const store = await openOn(subject.folder, subject.clock);
    assert.equal((await readAll({ objects: store.objects }, at('old'))).toString(), 'as it was');
    await store.close();
    await subject.close();
    // What comes after is a start like any other.
    if (version === schemaVersion) break;
    assert.ok(calls < 500);
  }
});

test('REL-13 whatever versions older data have is the same after an upgrade: owner, headers, tags, order and bytes', async () => {
  for (const version of [1, 2, 3] as const) {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    // Written in another order than that of the keys, by two owners.
    for (let n = 0; n < 40; n += 1) {
      const key = `k${(n * 17) % 40}`;
      const metadata: Record<string, string> = n % 3 === 0 ? { key, long: 'x'.repeat(1_500) } : {};
      const tags = n % 4 === 0 ? [{ name: 'n', value: String(n) }] : undefined;
      const write = writeOf({ metadata, tags, owner: n % 5 === 0 ? bob : alice });
      await subject.objects.putObject(at(key), bodyOf(`body ${n}`), write, {});
      if (n === 20) await subject.objects.patchBucket(photos, { versioning: 'Enabled' });
    }
    for (const key of ['k1', 'k2', 'k3']) await subject.objects.putObject(at(key), bodyOf('newer'), writeOf({}), {});
    await subject.objects.deleteObjects(photos, ['k3', 'k4']);
    const before = await everything(subject.objects);
    await subject.store.close();
    makeOlder(subject.folder, version);
    const store = await openOn(subject.folder, subject.clock);
    assert.deepEqual(await everything(store.objects), before);
    await store.objects.putObject(at('k5'), bodyOf('after'), writeOf({ metadata: { a: 'b' } }), {});
    assert.equal((await store.objects.readObject(at('k5'))).metadata['a'], 'b');
    await store.close();
    const unnamed =
      'SELECT id FROM version_headers EXCEPT SELECT headers FROM objects EXCEPT SELECT headers FROM versions';
    assert.equal(ask(subject.folder, 'meta.db', unnamed), undefined);
    assert.equal(ask(subject.folder, 'meta.db', 'PRAGMA integrity_check'), 'ok');
    await subject.close();
  }
});

test('REL-13 STO-81 access keys are the same after an upgrade, and prove themselves from then on', async () => {
  for (const version of [1, 6] as const) {
    const subject = await openLocalSubject();
    const rights = { buckets: ['b'], prefixes: [], note: 'n', governance: undefined, accountName: 'a' };
    await subject.keys.createKey({ accessKeyId: 'TGAK1', role: 'write', secret: new Secret('first'), ...rights });
    await subject.keys.createKey({
      accessKeyId: 'TGAK2',
      role: 'read',
      secret: new Secret('second'),
      madeBy: 'TGAK1',
      ...rights,
    });
    await subject.keys.rotateKey('TGAK2', { secret: new Secret('third'), retireAtMs: 9e12 });
    await subject.keys.setKeyEnabled('TGAK1', 'disabled');
    const before = await subject.keys.listKeys();
    await subject.store.close();
    makeOlder(subject.folder, version);
    const store = await openOn(subject.folder, subject.clock);
    assert.deepEqual(await store.keys.listKeys(), before);
    const secrets = (await store.keys.readKey('TGAK2'))?.secrets.map(({ secret }) => secret.reveal());
    assert.deepEqual(secrets, ['third', 'second']);
    await store.keys.setKeyEnabled('TGAK1', 'enabled');
    await store.close();
    change(subject.folder, 'UPDATE access_keys SET disabled_ms = 1');
    const again = await openOn(subject.folder, subject.clock);
    await assert.rejects(async () => await again.keys.readKey('TGAK1'), DamagedRow);
    await again.close();
    await subject.close();
  }
});

async function everything(objects: ObjectStore): Promise<unknown> {
  const query = { bucket: photos, prefix: '', delimiter: undefined, after: '', limit: 1_000 };
  const { entries } = await objects.listVersions({ ...query, afterVersionId: '' });
  const records = [];
  for (const each of entries) {
    if (each.kind !== 'entry' || each.entry.isMarker) continue;
    const target = { ...at(each.entry.key), versionId: each.entry.versionId };
    records.push(await objects.readObject(target), (await readAll({ objects }, target)).toString());
  }
  return { entries, listed: await objects.listObjects(query), records };
}

test('REL-13 without room for the copy nothing is changed, and the start says so', async () => {
  const subject = await olderFolder();
  const disk = faultyDisk(systemDisk, ({ name, path }) => {
    if (name === 'createFile' && path.endsWith('.bak.new')) throw diskError('ENOSPC');
    return undefined;
  });
  await assert.rejects(openOn(subject.folder, subject.clock, { disk }), (error: unknown) => {
    assert.ok(error instanceof StoreStartFailure);
    assert.equal(error.kind, 'FolderNotWritable');
    assert.match(error.message, /before the upgrade: ENOSPC.* Nothing was changed\.$/);
    return true;
  });
  assert.equal(ask(subject.folder, 'meta.db', 'PRAGMA user_version'), 1);
  await subject.close();
});

test('REL-13 SEC-711 a migration does not run over tables that are not those of its version', async () => {
  const subject = await olderFolder();
  change(subject.folder, 'CREATE TRIGGER t AFTER INSERT ON objects BEGIN DELETE FROM objects; END');
  await assert.rejects(openOn(subject.folder, subject.clock), StoreStartFailure);
  assert.equal(ask(subject.folder, 'meta.db', 'PRAGMA user_version'), 1);
  await subject.close();
});
