import assert from 'node:assert/strict';
import { readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { crc32c, StoreFailure } from '@tidegate/protocol';
import { at, bodyOf, makeBucket, patternBytes, plain, readAll, writeOf } from '../contract/objects/subject.ts';
import { CustomerKey, type EncryptionChoice } from '../objects/object-encryption.ts';
import { StoreStartFailure } from '../upkeep/start-failures.ts';
import { type LocalSubject, openLocalSubject, openOn } from './test-support/open-subject.ts';

const customerKey = new CustomerKey(Buffer.alloc(32, 7));
const choices: readonly EncryptionChoice[] = [{ kind: 'server' }, { kind: 'customer', key: customerKey }];
const readKey = (choice: EncryptionChoice) => (choice.kind === 'customer' ? { customerKey } : {});
/** A text that is found wherever a body rests in the clear. */
const marked = (sizeBytes: number) => Buffer.alloc(sizeBytes, 'nobody may read this on the disk; ');

async function bodyFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true });
  return names.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

async function everyByte(folder: string): Promise<Buffer> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name)));
  return Buffer.concat(await Promise.all(files));
}

async function put(subject: LocalSubject, key: string, bytes: Buffer, encryption: EncryptionChoice | undefined) {
  await subject.objects.putObject(at(key), bodyOf(bytes), writeOf({ encryption }), {});
}

for (const choice of choices) {
  test(`ENC-20 ENC-10 ENC-22 no byte in the clear and no key rests in the folder (key of the ${choice.kind})`, async () => {
    const subject = await openLocalSubject();
    await makeBucket(subject);
    const { objects } = subject;
    await put(subject, 'small', marked(2_000), choice);
    await put(subject, 'big', marked(700_000), choice);
    const write = writeOf({ encryption: choice });
    const { uploadId } = await objects.createUpload({ ...at('parts'), write, checksum: undefined });
    await objects.putPart({ ...at('parts'), uploadId, ...readKey(choice) }, 1, bodyOf(marked(300_000)), plain);
    const source = { ...at('big'), ...readKey(choice) };
    await objects.copyObject(
      source,
      at('copy'),
      { owner: write.owner, acl: 'private', replace: undefined, encryption: choice },
      { source: {}, target: {} },
    );
    await subject.store.close();
    const all = await everyByte(subject.folder);
    assert.equal(all.indexOf('may read this'), -1);
    const secret = Buffer.from(customerKey.reveal());
    for (const form of [secret, secret.toString('base64'), secret.toString('hex'), customerKey.md5]) {
      assert.equal(all.indexOf(form), -1);
    }
    const again = await openOn(subject.folder, subject.clock);
    assert.ok(marked(700_000).equals(await readAll(again, { ...at('copy'), ...readKey(choice) })));
    assert.ok(marked(2_000).equals(await readAll(again, { ...at('small'), ...readKey(choice) })));
    await again.close();
    await subject.close();
  });
}

test('ENC-20 a body in the clear is where it can be found, so that the search above finds something', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  for (const [key, size] of [
    ['small', 2_000],
    ['big', 300_000],
  ] as const) {
    await put(subject, key, marked(size), undefined);
    assert.notEqual((await everyByte(subject.folder)).indexOf('may read this'), -1, key);
  }
  await subject.close();
});

/** Reads as far as it goes. What came must be right, and its end must not look like the end of the object. */
async function failsWithoutWrongBytes(subject: LocalSubject, key: string, expected: Buffer, choice: EncryptionChoice) {
  const got: Uint8Array[] = [];
  await assert.rejects(async () => {
    const opened = await subject.objects.openObject({ ...at(key), ...readKey(choice) });
    try {
      for await (const chunk of opened.stream({ start: 0, end: expected.byteLength - 1 })) got.push(chunk);
    } finally {
      await opened.close();
    }
  }, StoreFailure);
  const bytes = Buffer.concat(got);
  assert.ok(expected.subarray(0, bytes.byteLength).equals(bytes));
  assert.ok(bytes.byteLength < expected.byteLength);
}

for (const verifyReads of [true, false]) {
  test(`ENC-21 SEC-708 a flipped bit, a cut and a swap of files are errors, and no wrong byte goes out (blocks compared: ${verifyReads})`, async () => {
    const subject = await openLocalSubject({ verifyReads });
    await makeBucket(subject);
    const bytes = patternBytes(1_500_000);
    for (const choice of choices) {
      for (const position of [0, 262_143, 262_144, 1_048_576, 1_499_999]) {
        await put(subject, 'k', bytes, choice);
        const [path = ''] = await bodyFiles(subject.folder);
        const stored = await readFile(path);
        stored[position] = (stored[position] ?? 0) ^ 1;
        await writeFile(path, stored);
        await failsWithoutWrongBytes(subject, 'k', bytes, choice);
        await dropAll(subject);
      }
      await put(subject, 'k', bytes, choice);
      const [path = ''] = await bodyFiles(subject.folder);
      await truncate(path, 1_048_576);
      await failsWithoutWrongBytes(subject, 'k', bytes, choice);
      await dropAll(subject);

      await put(subject, 'k', bytes, choice);
      await put(subject, 'l', patternBytes(1_500_000, 3), choice);
      const [one = '', two = ''] = await bodyFiles(subject.folder);
      await rename(one, `${one}.x`);
      await rename(two, one);
      await rename(`${one}.x`, two);
      await failsWithoutWrongBytes(subject, 'k', bytes, choice);
      await dropAll(subject);
    }
    await subject.close();
  });
}

/** Deletes everything, files too. */
async function dropAll(subject: LocalSubject): Promise<void> {
  await subject.objects.deleteObjects('photos', ['k', 'l']);
  while ((await subject.store.housekeeping.emptyTrash()) === 'more');
  assert.deepEqual(await bodyFiles(subject.folder), []);
}

const rowCorruptions: readonly (readonly [what: string, hurt: (database: DatabaseSync) => void])[] = [
  [
    'a small body was changed and its checksum with it',
    (database) => {
      const body = Buffer.from(database.prepare('SELECT body FROM inline_bodies').get()?.['body'] as Uint8Array);
      body[3] = (body[3] ?? 0) ^ 4;
      database.prepare('UPDATE inline_bodies SET body = ?, crc = ?').run(body, crc32c(body, 0));
    },
  ],
  ['the ciphers of two small bodies were swapped', (database) => swap(database, 'inline_bodies', 'blob')],
  ['the ciphers of two files were swapped', (database) => swap(database, 'blobs', 'id')],
  [
    'the ciphers were taken for those of no encryption',
    (database) => {
      // The bytes are then no secret, and not the object's either: the checksum of blocks holds, so the version must say no.
      database.exec('UPDATE inline_bodies SET cipher = NULL');
      database.exec('UPDATE blobs SET cipher = NULL');
    },
  ],
  [
    'a file and its row were cut to whole frames',
    (database) => {
      database.exec('UPDATE blobs SET cipher = substr(cipher, 1, length(cipher) - 16)');
    },
  ],
];

function swap(database: DatabaseSync, table: string, id: string): void {
  const [one, two] = database.prepare(`SELECT ${id} AS id, cipher FROM ${table}`).all();
  const put = database.prepare(`UPDATE ${table} SET cipher = ? WHERE ${id} = ?`);
  put.run(two?.['cipher'] as Uint8Array, one?.['id'] as string);
  put.run(one?.['cipher'] as Uint8Array, two?.['id'] as string);
}

for (const [what, hurt] of rowCorruptions) {
  test(`ENC-21 no wrong byte goes out when ${what}`, async () => {
    for (const choice of choices) {
      const subject = await openLocalSubject();
      await makeBucket(subject);
      const big = patternBytes(600_000);
      const small = patternBytes(1_000);
      const isBig = /file|cipher/.test(what) && !/small/.test(what);
      for (const key of ['k', 'l']) {
        if (isBig) await put(subject, key, big, choice);
        else if (key === 'k' || /two/.test(what)) await put(subject, key, small, choice);
      }
      await subject.store.close();
      const database = new DatabaseSync(join(subject.folder, 'meta.db'));
      hurt(database);
      database.close();
      const store = await openOn(subject.folder, subject.clock);
      await failsWithoutWrongBytes({ ...subject, store, objects: store.objects }, 'k', isBig ? big : small, choice);
      await store.close();
      await subject.close();
    }
  });
}

test('ENC-22 SEC-802 a key of bodies that was altered stops the start; none is made over objects that are there', async () => {
  const subject = await openLocalSubject();
  await makeBucket(subject);
  await put(subject, 'k', patternBytes(100), { kind: 'server' });
  await subject.store.close();
  const database = new DatabaseSync(join(subject.folder, 'meta.db'));
  const kept = String(database.prepare("SELECT value FROM meta WHERE name = 'body_key'").get()?.['value']);
  const sealed = Buffer.from(kept, 'base64');
  sealed[40] = (sealed[40] ?? 0) ^ 1;
  database.prepare("UPDATE meta SET value = ? WHERE name = 'body_key'").run(sealed.toString('base64'));
  database.close();
  await assert.rejects(openOn(subject.folder, subject.clock), StoreStartFailure);
  await subject.close();
});
