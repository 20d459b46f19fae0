import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StoreFailure } from '@tidegate/protocol';
import { override } from '../../../../../../test/override.ts';
import { systemDisk } from '../../../world/disk.ts';
import { at, bodyOf, makeBucket, patternBytes, TestClock, writeOf } from '../../contract/objects/subject.ts';
import type { NewKey } from '../../keys/key-store.ts';
import { Secret } from '../../keys/secret.ts';
import { type StartFailureKind, StoreStartFailure } from '../../upkeep/start-failures.ts';
import { diskError, diskWithSpace, faultyDisk } from '../test-support/faulty-disk.ts';
import { freshFolder, openLocalSubject, openOn } from '../test-support/open-subject.ts';

async function refusedStart(start: Promise<unknown>, kind: StartFailureKind): Promise<void> {
  await assert.rejects(start, (error: unknown) => {
    assert.ok(error instanceof StoreStartFailure, String(error));
    assert.equal(error.kind, kind);
    return true;
  });
}

const secretText = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

function newKey(accessKeyId: string, secret = secretText): NewKey {
  return {
    accessKeyId,
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: undefined,
    secret: new Secret(secret),
    accountName: 'a',
  };
}

test('STO-90 SEC-704 a folder in use is refused at once and free after closing', async () => {
  const subject = await openLocalSubject();
  await refusedStart(openOn(subject.folder, subject.clock), 'FolderInUse');
  // The refusal must not have dropped the lock of the first.
  await refusedStart(openOn(subject.folder, subject.clock), 'FolderInUse');
  await makeBucket(subject);
  await subject.store.close();
  const again = await openOn(subject.folder, subject.clock);
  await again.close();
  await subject.close();
});

test('STO-91 SEC-703 folders are 0700 and files 0600 under the umasks 000 and 777', async () => {
  for (const mask of [0o000, 0o777]) {
    const { folder, remove } = await freshFolder();
    const before = process.umask(mask);
    try {
      const store = await openOn(join(folder, 'data'), new TestClock());
      await makeBucket({
        objects: store.objects,
        keys: store.keys,
        clock: new TestClock(),
        close: () => store.close(),
      });
      await store.objects.putObject(at('k'), bodyOf(patternBytes(100_000)), writeOf(), {});
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        const expected = entry.isDirectory() ? 0o700 : 0o600;
        assert.equal((await stat(path)).mode & 0o777, expected, `${path} under umask ${mask.toString(8)}`);
      }
      await store.close();
    } finally {
      process.umask(before);
      await remove();
    }
  }
});

test('STO-92 a folder of a newer program is refused and left as it is', async () => {
  const subject = await openLocalSubject();
  await subject.store.close();
  const path = join(subject.folder, 'meta.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version=999');
  database.close();
  const before = await readFile(path);
  await refusedStart(openOn(subject.folder, subject.clock), 'DataNewerThanServer');
  assert.ok(before.equals(await readFile(path)));
  await subject.close();
});

for (const [what, sql] of [
  ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON objects BEGIN DELETE FROM objects; END'],
  ['a view', 'CREATE VIEW v AS SELECT 1'],
  ['a table more', 'CREATE TABLE extra (x)'],
  ['a table less', 'DROP TABLE completions'],
] as const) {
  test(`STO-92 SEC-711 a database with ${what} is refused`, async () => {
    const subject = await openLocalSubject();
    await subject.store.close();
    const database = new DatabaseSync(join(subject.folder, 'meta.db'));
    database.exec(sql);
    database.close();
    await refusedStart(openOn(subject.folder, subject.clock), 'DataDamaged');
    await subject.close();
  });
}

test('STO-92 SEC-702 a database that is none, or a link, is refused', async () => {
  const subject = await openLocalSubject();
  await subject.store.close();
  await writeFile(
    join(subject.folder, 'meta.db'),
    'this is no database, but it is long enough to look like one'.repeat(20),
  );
  await refusedStart(openOn(subject.folder, subject.clock), 'DataDamaged');
  await subject.close();
});

for (const code of ['EACCES', 'EROFS', 'ENOTDIR']) {
  test(`STO-93 a folder that answers ${code} is not writable`, async () => {
    const { folder, remove } = await freshFolder();
    const disk = faultyDisk(systemDisk, ({ name }) => {
      if (name === 'makeFolder' || name === 'createFile') throw diskError(code);
      return undefined;
    });
    await refusedStart(openOn(join(folder, 'data'), new TestClock(), { disk }), 'FolderNotWritable');
    await remove();
  });
}

test('STO-93 a file in the place of the folder is refused', async () => {
  const { folder, remove } = await freshFolder();
  await writeFile(join(folder, 'data'), '');
  await refusedStart(openOn(join(folder, 'data'), new TestClock()), 'FolderNotWritable');
  await remove();
});

test('STO-93 SQLite files that cannot be opened make a folder that is not writable', async () => {
  // A folder in a file's place is what SQLite cannot open whoever runs the test; root may open files of every mode.
  for (const name of ['LOCK.db', 'meta.db']) {
    const subject = await openLocalSubject();
    await subject.store.close();
    const path = join(subject.folder, name);
    const facts = await systemDisk.facts(path);
    await rm(path);
    await mkdir(path);
    const disk = override(
      faultyDisk(systemDisk, () => undefined),
      {
        facts: (asked: string) => (asked === path ? Promise.resolve(facts) : systemDisk.facts(asked)),
      },
    );
    await refusedStart(openOn(subject.folder, subject.clock, { disk }), 'FolderNotWritable');
    await subject.close();
  }
});

test('STO-93 a file in the folder that belongs to somebody else makes it not writable', async () => {
  const subject = await openLocalSubject();
  await subject.store.close();
  const disk = faultyDisk(systemDisk, ({ name, path }) => {
    if (name === 'openFile' && path.includes('master.key')) throw diskError('EACCES');
    return undefined;
  });
  await refusedStart(openOn(subject.folder, subject.clock, { disk }), 'FolderNotWritable');
  await subject.close();
});

test('STO-94 REL-17 a folder on NFS or SMB is refused unless it is allowed', async () => {
  for (const fileSystemType of [0x6969, 0x517b, 0xff534d42, 0xfe534d42]) {
    const { folder, remove } = await freshFolder();
    const disk = diskWithSpace(systemDisk, () => ({ fileSystemType }));
    await refusedStart(openOn(folder, new TestClock(), { disk }), 'NetworkFolder');
    await (await openOn(folder, new TestClock(), { disk, networkFolders: 'allow' })).close();
    await remove();
  }
});

test('STO-82 SEC-801 no file of the folder holds a secret in any common encoding', async () => {
  const subject = await openLocalSubject();
  await subject.keys.createKey(newKey('TGAK1'));
  assert.equal((await subject.keys.readKey('TGAK1'))?.secret.reveal(), secretText);
  const search = async (): Promise<void> => {
    for (const entry of await readdir(subject.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const content = await readFile(join(entry.parentPath, entry.name));
      const utf8 = Buffer.from(secretText);
      for (const form of [
        utf8,
        Buffer.from(utf8.toString('base64')),
        Buffer.from(utf8.toString('hex')),
        Buffer.from(secretText, 'utf16le'),
      ]) {
        assert.equal(content.includes(form), false, `${entry.name} holds the secret`);
      }
    }
  };
  await search();
  await subject.store.close();
  await search();
  await subject.close();
});

test('STO-83 SEC-802 secrets that were altered or moved to another key do not open', async () => {
  const subject = await openLocalSubject();
  await subject.keys.createKey(newKey('TGAK1'));
  await subject.keys.createKey(newKey('TGAK2', 'another secret'));
  await subject.keys.createKey(newKey('TGAK3'));
  await subject.store.close();
  const database = new DatabaseSync(join(subject.folder, 'meta.db'));
  database.exec(`
    UPDATE key_secrets SET sealed = (SELECT sealed FROM key_secrets WHERE akid = 'TGAK2') WHERE akid = 'TGAK1';
    UPDATE key_secrets SET sealed = CAST(substr(sealed, 1, 30) || x'00' || substr(sealed, 32) AS BLOB) WHERE akid = 'TGAK3';
  `);
  database.close();
  const again = await openOn(subject.folder, subject.clock);
  const read = async (id: string): Promise<unknown> => await again.keys.readKey(id);
  await assert.rejects(read('TGAK1'), StoreFailure);
  await assert.rejects(read('TGAK3'), StoreFailure);
  assert.ok(await read('TGAK2'));
  await again.close();
  await subject.close();
});

test('STO-83 SEC-802 SEC-807 a wrong, missing or readable master key stops the start, and none is made over data', async () => {
  const subject = await openLocalSubject();
  await subject.keys.createKey(newKey('TGAK1'));
  await subject.store.close();
  const path = join(subject.folder, 'keys/master.key');
  const key = await readFile(path);
  assert.match(key.toString(), /^[0-9a-f]{64}\n$/);
  const start = (): Promise<unknown> => openOn(subject.folder, subject.clock);
  await unlink(path);
  await refusedStart(start(), 'MasterKeyMissing');
  await assert.rejects(stat(path));
  await writeFile(path, `${'0'.repeat(64)}\n`, { mode: 0o600 });
  await refusedStart(start(), 'MasterKeyWrong');
  await writeFile(path, 'short');
  await refusedStart(start(), 'MasterKeyWrong');
  await writeFile(path, key);
  await chmod(path, 0o640);
  await refusedStart(start(), 'UnsafeFileMode');
  await chmod(path, 0o600);
  const again = await openOn(subject.folder, subject.clock);
  assert.equal((await again.keys.readKey('TGAK1'))?.secret.reveal(), secretText);
  await again.close();
  await subject.close();
});

test('STO-83 a master key from outside is used and never written', async () => {
  const { folder, remove } = await freshFolder();
  const masterKey = Buffer.alloc(32, 7);
  const first = await openOn(folder, new TestClock(), { masterKey });
  await first.keys.createKey(newKey('TGAK1'));
  await first.close();
  await assert.rejects(stat(join(folder, 'keys')));
  await refusedStart(openOn(folder, new TestClock()), 'MasterKeyMissing');
  await refusedStart(openOn(folder, new TestClock(), { masterKey: Buffer.alloc(32, 8) }), 'MasterKeyWrong');
  await refusedStart(openOn(folder, new TestClock(), { masterKey: Buffer.alloc(16) }), 'MasterKeyWrong');
  const again = await openOn(folder, new TestClock(), { masterKey });
  assert.equal((await again.keys.readKey('TGAK1'))?.secret.reveal(), secretText);
  await again.close();
  await rm(folder, { recursive: true });
  await remove();
});
