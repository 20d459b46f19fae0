import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { S3Error } from '@tidegate/protocol';
import { linkOf } from '../stores/contract/links/link-subject.ts';
import { seededRandom, TestClock } from '../stores/contract/objects/subject.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import { MemoryLinks } from '../stores/memory/memory-links.ts';
import { GrantCookies } from './grant-cookie.ts';
import { Links } from './links.ts';

const facts = linkOf('b', { bucket: 'photos', key: 'k', method: 'PUT', operation: 'PutObject' });
const key: KeyRecord = {
  accessKeyId: facts.accessKeyId,
  account: { id: facts.accountId, name: 'root', displayName: 'root' },
  role: 'owner',
  buckets: [],
  prefixes: [],
  note: undefined,
  createdAtMs: 0,
  disabledAtMs: undefined,
};

test('SEC-217 SEC-218 a look while the key is being deleted is followed by another, and until then nothing is published', async () => {
  const clock = new TestClock();
  const links = new Links({
    store: new MemoryLinks({ clock, random: seededRandom(2) }),
    clock,
    rules: { maxExpiryS: undefined },
    cookies: new GrantCookies(new Uint8Array(32), seededRandom(3)),
    clientAddress: () => 'full',
    ledger: true,
    onUse: () => undefined,
  });
  let now: KeyRecord | undefined | Promise<KeyRecord | undefined> = key;
  const client = { address: '192.0.2.1', secure: true };
  const { operation } = facts;
  const use = links.useOf({
    facts,
    key,
    operation,
    keyAskedFor: 'k',
    outsideGrant: false,
    rawHeaders: [],
    client,
    keyNow: () => now,
  });
  const cut: S3Error[] = [];
  use.watch((refused) => cut.push(refused));

  // What a deletion does: the links are to be judged anew, and the key is told when the change is durable.
  const match = { kind: 'object', bucket: 'photos', key: 'another' } as const;
  await links.store.revoke({ match, beforeMs: clock.nowMs(), by: 'test', reason: undefined, keptUntilMs: undefined });
  now = Promise.resolve(undefined);
  assert.equal(links.transfers.cutSince(0), 0);
  assert.equal(cut.length, 0);
  assert.throws(() => use.guard(), { code: 'SlowDown' });

  now = undefined;
  const epoch = links.store.epoch();
  assert.deepEqual([links.transfers.cutSince(epoch - 1), links.transfers.cutSince(epoch)], [1, 0]);
  assert.equal(cut.length, 1);
  assert.equal(cut[0]?.reason, 'UnknownKey');
  assert.throws(() => use.guard(), { reason: 'UnknownKey' });
  use.giveBack();
});
