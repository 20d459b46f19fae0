import assert from 'node:assert/strict';
import { systemRandom } from '../../../world/random.ts';
import { at, bodyOf, makeBucket, readAll, TestClock, writeOf } from '../../contract/objects/subject.ts';
import { Secret } from '../../keys/secret.ts';
import { newShareToken, type ShareRecord, shareLinkId } from '../../links/share-store.ts';
import type { LocalStore } from '../open-local-store.ts';
import { freshFolder, openOn } from './open-subject.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = Buffer.alloc(300_000, 'tide ');
const token = newShareToken(systemRandom);

const share: ShareRecord = {
  linkId: shareLinkId(token),
  kind: 'share',
  token,
  accountId: 'a1',
  accessKeyId: 'TGAK1',
  target: { kind: 'keys', bucket: 'photos', keys: ['sealed'] },
  limits: {},
  passwordHash: undefined,
  title: undefined,
  note: undefined,
  createdAtMs: 1,
  expiresAtMs: undefined,
  closedAtMs: undefined,
  notify: [],
};

/** What a test gives: its end removes what was made. */
type Ending = { after(work: () => Promise<void>): void };

/** A folder with one of everything that rests sealed; its server stopped. */
export async function sealedFolder(t: Ending, masterKey?: Uint8Array): Promise<string> {
  const { folder, remove } = await freshFolder();
  t.after(remove);
  const store = await openOn(folder, new TestClock(), { masterKey });
  const key = { role: 'owner', buckets: [], prefixes: [], note: undefined, accountName: 'a' } as const;
  await store.keys.createKey({ ...key, accessKeyId: 'TGAK1', secret: new Secret(secret) });
  await makeBucket({ objects: store.objects, keys: store.keys, clock: new TestClock(), close: () => store.close() });
  await store.objects.putObject(at('sealed'), bodyOf(body), writeOf({ encryption: { kind: 'server' } }), {});
  await store.shares.create(share);
  await store.webhooks.createTarget({
    id: 'wh_a',
    name: undefined,
    url: 'https://example.com/',
    types: [],
    secrets: [{ text: webhookSecret, createdAtMs: 1, retireAtMs: undefined }],
    state: 'enabled',
    createdAtMs: 1,
  });
  assert.equal(await store.records.beginOnce({ name: 'once', asked: 'asked' }), 'begun');
  await store.records.finishOnce('once', { status: 201, document: 'answered' });
  await store.close();
  return folder;
}

async function assertOpens(store: LocalStore): Promise<void> {
  const found = await store.keys.readKey('TGAK1');
  assert.deepEqual(
    found?.secrets.map(({ secret: one }) => one.reveal()),
    [secret],
  );
  assert.ok((await readAll({ objects: store.objects }, at('sealed'))).equals(body));
  assert.equal((await store.shares.find(share.linkId))?.token, token);
  assert.equal((await store.webhooks.findTarget('wh_a'))?.secrets[0]?.text, webhookSecret);
  const again = await store.records.beginOnce({ name: 'once', asked: 'asked' });
  assert.deepEqual(again, { status: 201, document: 'answered' });
}

/** Opens a folder and reads everything in it that rests sealed. */
export async function opensWith(folder: string, masterKey?: Uint8Array): Promise<LocalStore> {
  const store = await openOn(folder, new TestClock(), { masterKey });
  try {
    await assertOpens(store);
  } finally {
    await store.close();
  }
  return store;
}
