import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemDisk } from '../../../world/disk.ts';
import { systemRandom } from '../../../world/random.ts';
import { TestClock } from '../../contract/objects/subject.ts';
import { StoreStartFailure } from '../../upkeep/start-failures.ts';
import { UpkeepFailure, type UpkeepFailureKind } from '../../upkeep/upkeep-failure.ts';
import { backUp } from '../backup/backup.ts';
import { freshFolder, openOn } from '../test-support/open-subject.ts';
import { opensWith, sealedFolder } from '../test-support/sealed-folder.ts';
import { type RotateOptions, rotateMasterKey } from './rotate-master-key.ts';

function rotate(folder: string, changes: Partial<RotateOptions> = {}) {
  return rotateMasterKey({
    folder,
    masterKey: undefined,
    newKey: undefined,
    insecureModes: 'refuse',
    receiptKeyOf: (seed) => Buffer.from(seed).toString('base64url'),
    disk: systemDisk,
    random: systemRandom,
    ...changes,
  });
}

const keyFile = (folder: string) => join(folder, 'keys', 'master.key');

async function refused(work: Promise<unknown>, kind: UpkeepFailureKind): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof UpkeepFailure, String(error));
    assert.equal(error.kind, kind);
    return true;
  });
}

test('SEC-804 SEC-801 another master key seals everything anew, and the old one opens nothing any more', async (t) => {
  const folder = await sealedFolder(t);
  const old = await readFile(keyFile(folder), 'utf8');
  const before = (await opensWith(folder)).deriveKey('receipts');
  assert.deepEqual(await rotate(folder), { secrets: 6 });
  const fresh = await readFile(keyFile(folder), 'utf8');
  assert.match(fresh, /^[0-9a-f]{64}\n$/);
  assert.notEqual(fresh, old);
  assert.equal((await stat(keyFile(folder))).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(folder, 'keys')), ['master.key']);
  const store = await opensWith(folder);
  // SHR-24: who has a receipt of before can still have it checked.
  assert.deepEqual(store.earlierReceiptKeys, [Buffer.from(before).toString('base64url')]);
  await rotate(folder);
  assert.equal((await opensWith(folder)).earlierReceiptKeys.length, 2);
  await writeFile(keyFile(folder), old);
  await assert.rejects(openOn(folder, new TestClock()), StoreStartFailure);
});

test('SEC-804 STS-30 temporary credentials, whose tokens the new master key does not open, are off the record', async (t) => {
  const folder = await sealedFolder(t);
  const one = { accessKeyId: 'TGTS1', tokenHash: 'h', parent: 'TGAK1', parentSerial: 1, accountId: 'a', client: '' };
  const store = await openOn(folder, new TestClock());
  const plain = { role: undefined, name: undefined, policy: undefined };
  await store.temporary.record({ ...one, ...plain, issuedAtMs: 1, endsAtMs: Number.MAX_SAFE_INTEGER });
  await store.close();
  await rotate(folder);
  const again = await openOn(folder, new TestClock());
  assert.equal(await again.temporary.find('TGTS1'), undefined);
  await again.close();
});

test('SEC-804 a key from outside takes the place of the one in the folder, or of another from outside', async (t) => {
  const folder = await sealedFolder(t);
  const [first, second] = [systemRandom.bytes(32), systemRandom.bytes(32)];
  await rotate(folder, { newKey: first });
  assert.deepEqual(await readdir(join(folder, 'keys')), []);
  await opensWith(folder, first);
  await rotate(folder, { masterKey: first, newKey: second });
  await opensWith(folder, second);
  await refused(rotate(folder, { masterKey: first, newKey: systemRandom.bytes(32) }), 'MasterKeyWrong');
  await refused(rotate(folder, { masterKey: second, newKey: second }), 'MasterKeyWrong');
  await opensWith(folder, second);
});

test('SEC-804 SEC-704 a folder in use, and one without data, are refused', async (t) => {
  const folder = await sealedFolder(t);
  const store = await openOn(folder, new TestClock());
  await refused(rotate(folder), 'InUse');
  await store.close();
  const { folder: empty, remove } = await freshFolder();
  t.after(remove);
  await refused(rotate(empty), 'NoData');
});

test('SEC-804 REL-11 a backup goes on where it was after the master key was changed', async (t) => {
  const folder = await sealedFolder(t);
  const { folder: target, remove } = await freshFolder();
  t.after(remove);
  const options = { folder, target, verify: 'new', links: 'never', madeBy: 'test', disk: systemDisk } as const;
  const first = await backUp({ ...options, clock: new TestClock() });
  await rotate(folder);
  const second = await backUp({ ...options, clock: new TestClock() });
  assert.equal(second.store, first.store);
  assert.equal(second.kept, first.bodies);
});
