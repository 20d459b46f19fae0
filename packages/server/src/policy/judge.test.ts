import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { CannedAcl } from '@tidegate/protocol';
import { openMemoryStore } from '../stores/memory/memory-store.ts';
import { Judge } from './judge.ts';
import { hideMissingKey } from './missing-key.ts';

const owner = { id: 'aa', displayName: 'ada' };
const write = { owner, contentType: undefined, headers: {}, metadata: {}, expect: { checksums: {}, compute: [] } };

async function openStore() {
  const clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => undefined };
  const { objects: store } = openMemoryStore({ clock, random: { bytes: (count) => new Uint8Array(count) } });
  await store.createBucket({ name: 'b', owner, region: 'us-east-1', acl: 'private' });
  const put = (key: string, acl: CannedAcl) =>
    store.putObject({ bucket: 'b', key }, Readable.from([Buffer.from(acl)]), { ...write, acl }, {});
  return { store, put };
}

const read = { action: 's3:GetObject', bucket: 'b', key: 'k' };

test('SEC-301 an object that is replaced by a private one between gate and opening is not admitted', async () => {
  const { store, put } = await openStore();
  await put('k', 'public-read');
  const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  assert.equal(await judge.judge(read), undefined);
  assert.equal(judge.admits(await store.readObject({ bucket: 'b', key: 'k' })), true);
  assert.equal(judge.admits(await put('k', 'private')), false);
});

test('SEC-301 who is admitted by the policy of the bucket is admitted to whatever version is opened', async () => {
  const { store, put } = await openStore();
  const policy = JSON.stringify({
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
  });
  await store.patchBucket('b', { policy });
  const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  assert.equal(await judge.judge(read), undefined);
  assert.equal(judge.admits(await put('k', 'private')), true);
});

const tagPolicy = (Effect: string) =>
  JSON.stringify({
    Statement: {
      Effect,
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::b/*',
      Condition: { StringEquals: { 's3:ExistingObjectTag/state': Effect === 'Allow' ? 'open' : 'closed' } },
    },
  });
const head = { query: () => undefined, header: () => undefined, headersWith: () => [] };
const facts = { client: { address: '192.0.2.1', secure: false }, head, verified: undefined, nowMs: 0 };

test('POL-7 an object that is replaced by one with other tags between gate and opening is not admitted', async () => {
  const { store, put } = await openStore();
  for (const [effect, acl, state] of [
    ['Allow', 'private', 'open'],
    ['Deny', 'public-read', 'open'],
  ] as const) {
    await store.patchBucket('b', { policy: tagPolicy(effect) });
    await put('k', acl);
    await store.setObjectTags(read, [{ name: 'state', value: state }]);
    const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' }, facts);
    assert.equal(await judge.judge(read), undefined, effect);
    assert.equal(judge.admits(await store.readObject(read)), true, effect);
    await store.setObjectTags(read, [{ name: 'state', value: 'closed' }]);
    assert.equal(judge.admits(await store.readObject(read)), false, effect);
  }
});

test('POL-31 what is replaced by another account’s object between gate and opening is not admitted by the policy', async () => {
  const { store, put } = await openStore();
  const policy = JSON.stringify({
    Statement: { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
  });
  await store.patchBucket('b', { policy });
  await put('k', 'private');
  const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  assert.equal(await judge.judge(read), undefined);
  assert.equal(judge.admits(await store.readObject(read)), true);
  const foreign = { ...write, owner: { id: 'ee', displayName: 'eve' } };
  const target = { bucket: 'b', key: 'k' };
  const hers = await store.putObject(target, Readable.from([Buffer.from('v')]), { ...foreign, acl: 'private' }, {});
  assert.equal(judge.admits(hers), false);
  assert.equal(judge.admits({ ...hers, acl: 'public-read' }), true);
  assert.equal(judge.admits({ ...hers, bucket: 'another' }), false);
});

test('SEC-301 an action that no table names is refused to everybody', async () => {
  const { store } = await openStore();
  const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  assert.equal((await judge.judge({ action: 's3:Everything', bucket: 'b', key: 'k' }))?.code, 'AccessDenied');
});

test('SEC-132 a key that vanishes after the gate is told to nobody who may not list', async () => {
  const { store, put } = await openStore();
  await put('k', 'public-read');
  const judge = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  assert.equal(await judge.judge(read), undefined);
  await store.deleteObjects('b', ['k']);
  const permit = {
    target: read,
    allows: async (access: Parameters<typeof judge.judge>[0]) => (await judge.judge(access)) === undefined,
    reaches: () => true,
    admits: () => true,
  };
  await assert.rejects(
    hideMissingKey(permit, read, () => store.openObject(read)),
    { code: 'AccessDenied' },
  );
  await store.patchBucket('b', { acl: 'public-read' });
  const later = new Judge({ kind: 'anonymous' }, { store, publicAccess: 'allow' });
  const mayList = { ...permit, allows: async (access: typeof read) => (await later.judge(access)) === undefined };
  await assert.rejects(
    hideMissingKey(mayList, read, () => store.openObject(read)),
    { code: 'NoSuchKey' },
  );
});
