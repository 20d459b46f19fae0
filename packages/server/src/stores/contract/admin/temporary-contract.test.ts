import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyStore } from '../../keys/key-store.ts';
import { Secret } from '../../keys/secret.ts';
import {
  mostTemporary,
  type NewTemporary,
  type TemporaryQuery,
  type TemporaryStore,
  temporaryKeptMs,
} from '../../keys/temporary-store.ts';
import type { LinkStore } from '../../links/link-store.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryKeys } from '../../memory/memory-keys.ts';
import { MemoryLinks } from '../../memory/memory-links.ts';
import { MemoryTemporary } from '../../memory/memory-temporary.ts';
import { seededRandom, TestClock } from '../objects/subject.ts';

type Subject = {
  readonly temporary: TemporaryStore;
  readonly keys: KeyStore;
  readonly links: LinkStore;
  readonly clock: TestClock;
  readonly close: () => Promise<void>;
};

const engines: Readonly<Record<string, () => Promise<Subject>>> = {
  memory() {
    const clock = new TestClock();
    const world = { clock, random: seededRandom(11) };
    const [keys, links] = [new MemoryKeys(world), new MemoryLinks(world)];
    const temporary = new MemoryTemporary({ clock, keys, links });
    return Promise.resolve({ temporary, keys, links, clock, close: () => Promise.resolve() });
  },
  async sqlite() {
    const { store, clock, close } = await openLocalSubject();
    return { temporary: store.temporary, keys: store.keys, links: store.links, clock, close };
  },
};

const startMs = 1_700_000_000_000;
const hourMs = 3_600_000;
const all: TemporaryQuery = { accountId: undefined, cursor: undefined, limit: 100 };

async function makeKey({ keys }: Subject, accessKeyId: string, accountName = 'acme') {
  const secret = new Secret(`secret of ${accessKeyId}`);
  const reach = { role: 'owner', buckets: [], prefixes: [], note: undefined } as const;
  const { account } = await keys.createKey({ accessKeyId, ...reach, secret, accountName });
  const [newest] = (await keys.readKey(accessKeyId))?.secrets ?? [];
  return { accessKeyId, accountId: account.id, serial: newest?.serial ?? 0 };
}

type Parent = Awaited<ReturnType<typeof makeKey>>;

function issuedBy({ accessKeyId: parent, accountId, serial }: Parent, n: number | string, hours = 1): NewTemporary {
  return {
    ...{ accessKeyId: `TGTS${n}`, tokenHash: `hash of ${n}`, parent, parentSerial: serial, accountId },
    ...{ role: 'team/reader', name: 'nightly', policy: '{"Statement":[]}', client: '192.0.2.7' },
    ...{ issuedAtMs: startMs, endsAtMs: startMs + hours * hourMs },
  };
}

async function stateOf({ temporary }: Subject, n: number | string): Promise<string | undefined> {
  return (await temporary.find(`TGTS${n}`))?.state;
}

function revoke({ links }: Subject, n: number | string, beforeMs: number) {
  const match = { kind: 'session', tokenHash: `hash of ${n}` } as const;
  return links.revoke({ match, beforeMs, by: 'TGAK1', reason: 'lost', keptUntilMs: undefined });
}

const rules: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'STS-30 temporary credentials are on record as they were given out'(subject) {
    const { temporary } = subject;
    const issued = issuedBy(await makeKey(subject, 'TGAK1'), 1);
    assert.equal(await temporary.record(issued), 1);
    assert.deepEqual(await temporary.find('TGTS1'), { ...issued, state: 'active', revocation: undefined });
    const plain = { ...issued, accessKeyId: 'TGTS2', tokenHash: 'h2', role: undefined, name: undefined };
    assert.equal(await temporary.record({ ...plain, policy: undefined, client: '' }), 2);
    const found = await temporary.find('TGTS2');
    assert.deepEqual([found?.role, found?.name, found?.policy, found?.client], [undefined, undefined, undefined, '']);
    assert.equal(await temporary.find('TGTS3'), undefined);
  },
  async 'STS-33 they are listed newest first, by account, key and state, in pages'(subject) {
    const { temporary, clock } = subject;
    const [one, other] = [await makeKey(subject, 'TGAK1'), await makeKey(subject, 'TGAK2', 'other')];
    for (const n of [1, 2, 3]) await temporary.record(issuedBy(one, n, n));
    await temporary.record(issuedBy(other, 4));
    const ids = async (query: Partial<TemporaryQuery>) =>
      (await temporary.list({ ...all, ...query })).items.map(({ accessKeyId }) => accessKeyId);
    assert.deepEqual(await ids({}), ['TGTS4', 'TGTS3', 'TGTS2', 'TGTS1']);
    assert.deepEqual(await ids({ accountId: one.accountId }), ['TGTS3', 'TGTS2', 'TGTS1']);
    assert.deepEqual(await ids({ parent: 'TGAK2' }), ['TGTS4']);
    assert.deepEqual(await ids({ parent: 'TGAK2', accountId: one.accountId }), []);
    const first = await temporary.list({ ...all, limit: 2 });
    assert.equal(first.items.length, 2);
    const second = await temporary.list({ ...all, limit: 2, cursor: first.next });
    assert.deepEqual(
      [second.items.map(({ accessKeyId }) => accessKeyId), second.next],
      [['TGTS2', 'TGTS1'], undefined],
    );
    await revoke(subject, 2, startMs + 2 * hourMs);
    clock.advance(hourMs);
    assert.deepEqual(await ids({ states: ['active'] }), ['TGTS3']);
    assert.deepEqual(await ids({ states: ['revoked'] }), ['TGTS2']);
    assert.deepEqual(await ids({ states: ['expired', 'revoked'] }), ['TGTS4', 'TGTS2', 'TGTS1']);
    await assert.rejects(temporary.list({ ...all, cursor: '?' }));
  },
  async 'STS-12 STS-33 those whose key or secret is gone or off are inactive; at their end all are expired'(subject) {
    const { temporary, keys, clock } = subject;
    const parent = await makeKey(subject, 'TGAK1');
    await temporary.record(issuedBy(parent, 1));
    await keys.setKeyEnabled('TGAK1', 'disabled');
    assert.equal(await stateOf(subject, 1), 'inactive');
    await keys.setKeyEnabled('TGAK1', 'enabled');
    assert.equal(await stateOf(subject, 1), 'active');
    const retireAtMs = startMs + 60_000;
    const rotated = await keys.rotateKey('TGAK1', { secret: new Secret('second'), retireAtMs });
    assert.ok(typeof rotated === 'object');
    assert.equal(await stateOf(subject, 1), 'active');
    clock.advance(60_000);
    assert.equal(await stateOf(subject, 1), 'inactive');
    const [newest] = (await keys.readKey('TGAK1'))?.secrets ?? [];
    await temporary.record(issuedBy({ ...parent, serial: newest?.serial ?? 0 }, 2));
    assert.equal(await stateOf(subject, 2), 'active');
    await keys.deleteKey('TGAK1');
    assert.equal(await stateOf(subject, 2), 'inactive');
    clock.advance(hourMs);
    assert.equal(await stateOf(subject, 2), 'expired');
  },
  async 'STS-32 a revocation until their end takes them back whole, one of links until a time does not; both are undone'(
    subject,
  ) {
    const { temporary, links, clock } = subject;
    const issued = issuedBy(await makeKey(subject, 'TGAK1'), 1);
    const { tokenHash, endsAtMs } = issued;
    await temporary.record(issued);
    await revoke(subject, 1, clock.nowMs());
    await revoke(subject, 2, endsAtMs);
    assert.equal(links.findSessionRevocation(tokenHash, endsAtMs), undefined);
    assert.equal(await stateOf(subject, 1), 'active');
    const made = await revoke(subject, 1, endsAtMs);
    assert.deepEqual(links.findSessionRevocation(tokenHash, endsAtMs), made);
    const found = await temporary.find('TGTS1');
    assert.deepEqual([found?.state, found?.revocation], ['revoked', made]);
    clock.advance(hourMs);
    assert.equal(await stateOf(subject, 1), 'revoked');
    clock.advance(-hourMs);
    await links.undoRevocation(made.id);
    assert.equal(links.findSessionRevocation(tokenHash, endsAtMs), undefined);
    assert.equal(await stateOf(subject, 1), 'active');
  },
  async 'STS-30 a day after their end they are off the record'(subject) {
    const { temporary } = subject;
    const parent = await makeKey(subject, 'TGAK1');
    await temporary.record(issuedBy(parent, 1, 1));
    await temporary.record(issuedBy(parent, 2, 2));
    await temporary.sweep(startMs + hourMs + temporaryKeptMs);
    assert.equal((await temporary.list(all)).items.length, 2);
    await temporary.sweep(startMs + hourMs + temporaryKeptMs + 1);
    assert.equal(await temporary.find('TGTS1'), undefined);
    assert.equal((await temporary.list(all)).items.length, 1);
  },
  async 'STS-31 a key has so many at once and no more; those that work no more make room, another key is not touched'(
    subject,
  ) {
    const { temporary, keys } = subject;
    const parent = await makeKey(subject, 'TGAK1');
    const batch = Array.from({ length: mostTemporary - 1 }, (_, n) => issuedBy(parent, n, 5));
    await Promise.all(batch.map((issued) => temporary.record(issued)));
    assert.equal(await temporary.record(issuedBy(parent, 'short', 1)), mostTemporary);
    assert.equal(await temporary.record(issuedBy(parent, 'more')), 'full');
    assert.equal(await temporary.find('TGTSmore'), undefined);
    assert.equal(await temporary.record(issuedBy(await makeKey(subject, 'TGAK2'), 'others')), 1);
    const later = { issuedAtMs: startMs + hourMs, endsAtMs: startMs + 9 * hourMs };
    assert.equal(await temporary.record({ ...issuedBy(parent, 'next'), ...later }), mostTemporary);
    assert.equal(await temporary.find('TGTSshort'), undefined);
    assert.equal(await temporary.record({ ...issuedBy(parent, 'after'), ...later }), 'full');
    await keys.rotateKey('TGAK1', { secret: new Secret('second'), retireAtMs: startMs + 60_000 });
    await keys.retireSecrets('TGAK1');
    const [newest] = (await keys.readKey('TGAK1'))?.secrets ?? [];
    const fresh = issuedBy({ ...parent, serial: newest?.serial ?? 0 }, 'fresh');
    assert.equal(await temporary.record(fresh), mostTemporary);
    assert.notEqual(await temporary.find('TGTSfresh'), undefined);
  },
};

for (const [engine, open] of Object.entries(engines)) {
  for (const [rule, check] of Object.entries(rules)) {
    test(`${rule} (${engine})`, async () => {
      const subject = await open();
      try {
        await check(subject);
      } finally {
        await subject.close();
      }
    });
  }
}
