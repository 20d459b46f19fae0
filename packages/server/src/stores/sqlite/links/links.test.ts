import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemClock } from '../../../world/clock.ts';
import { systemDisk } from '../../../world/disk.ts';
import { systemRandom } from '../../../world/random.ts';
import {
  Holder,
  idOf,
  linkOf,
  noteOf,
  queryOf,
  read,
  revocationOf,
  startMs,
  termsOf,
} from '../../contract/links/link-subject.ts';
import { TestClock } from '../../contract/objects/subject.ts';
import { Secret } from '../../keys/secret.ts';
import type { LinkRetention } from '../../links/link-retention.ts';
import { freshFolder, openLocalSubject, openOn } from '../../local/test-support/open-subject.ts';
import { Statements } from '../schema/connection.ts';
import { openMetadata } from '../schema/open-metadata.ts';
import { migrate } from '../schema/schema.ts';
import { LinkImage } from './link-image.ts';
import { SqliteLinks } from './links.ts';

const hourMs = 3_600_000;

/** One database as two processes open it. */
async function openTwice() {
  const { folder, remove } = await freshFolder();
  await (await openOn(folder, new TestClock())).close();
  const open = async (isFirst: boolean) => {
    const opened = await openMetadata({
      folder,
      disk: systemDisk,
      clock: systemClock,
      random: systemRandom,
      onFatal: (failure) => {
        throw failure;
      },
    });
    const links = new SqliteLinks({ metadata: opened.metadata, giveBackWaitMs: 0, isFirst });
    return { links, opened };
  };
  const [one, other] = [await open(true), await open(false)];
  return {
    one: one.links,
    other: other.links,
    async close() {
      for (const { links, opened } of [other, one]) {
        await links.close();
        await opened.close();
      }
      await remove();
    },
  };
}

test('LDG-28 SEC-204 two connections to one database grant exactly the uses there are', async () => {
  const { one, other, close } = await openTwice();
  try {
    const request = {
      link: linkOf('b'),
      terms: termsOf({ uses: 37 }),
      clientPrefix: '',
      demand: { kind: 'write', declaredBytes: 0 },
    } as const;
    const claims = Array.from({ length: 200 }, (_, index) => {
      const links = index % 2 === 0 ? one : other;
      return links.claim({ ...request, epoch: links.epoch() });
    });
    const all = await Promise.allSettled(claims);
    assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 37);
    assert.equal((await other.readLink(idOf('b')))?.uses.count, 37);
  } finally {
    await close();
  }
});

test('LDG-28 LDG-40 SEC-216 another process judges by a revocation, its undoing, a tightening and a policy from its next request on', async () => {
  const { one, other, close } = await openTwice();
  try {
    const link = linkOf('b');
    const before = other.epoch();
    const made = await one.revoke(revocationOf({ kind: 'prefix', bucket: 'photos', prefix: 'a/' }, startMs));
    assert.equal(other.findRevocation(link)?.id, made.id);
    const request = { link, terms: termsOf({ uses: 1 }), demand: read(0, 1), clientPrefix: '', epoch: before };
    assert.equal(await other.claim(request), 'stale');
    await one.undoRevocation(made.id);
    assert.equal(other.findRevocation(link), undefined);
    await one.register(link, { note: undefined, label: undefined });
    await one.tighten(link.id, { uses: 1 });
    await one.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: { uses: 3 } });
    other.epoch();
    assert.deepEqual(
      [other.readTightening(link.id), other.readPolicy('TGAK1', 'p')?.limits],
      [{ uses: 1 }, { uses: 3 }],
    );
    await one.deletePolicy('TGAK1', 'p');
    other.epoch();
    assert.equal(other.readPolicy('TGAK1', 'p'), undefined);
  } finally {
    await close();
  }
});

test('LDG-40 LNK-31 what shares a transaction with a change that came before it is judged by that change', async () => {
  const { store, close } = await openLocalSubject();
  try {
    const { links, keys } = store;
    const terms = termsOf({ uses: 9 });
    const demand = { kind: 'write', declaredBytes: 0 } as const;
    const key = { accessKeyId: 'TGAKX', role: 'owner', buckets: [], prefixes: [], note: undefined } as const;
    await keys.createKey({ ...key, secret: new Secret('s'), accountName: 'acme' });
    const matches = revocationOf({ kind: 'prefix', bucket: 'photos', prefix: 'a/' }, startMs);
    const changes: readonly (() => Promise<unknown>)[] = [
      () => links.revoke(matches),
      () => links.putPolicy({ accessKeyId: 'TGAK1', name: 'p', limits: { uses: 3 } }),
      () => links.deletePolicy('TGAK1', 'p'),
      () => keys.setKeyEnabled('TGAKX', 'disabled'),
    ];
    for (const change of changes) {
      const request = { link: linkOf('b'), terms, demand, clientPrefix: '', epoch: links.epoch() };
      // Queued in one turn, so all three are one transaction.
      const [before, , after] = await Promise.all([links.claim(request), change(), links.claim(request)]);
      assert.notEqual(before, 'stale');
      assert.equal(after, 'stale');
      assert.notEqual(await links.claim({ ...request, epoch: links.epoch() }), 'stale');
    }
  } finally {
    await close();
  }
});

test('LDG-40 a change of an access key changes the epoch', async () => {
  const { store, close } = await openLocalSubject();
  const { keys, links } = store;
  const key = { accessKeyId: 'TGAKX', role: 'owner', buckets: [], prefixes: [], note: undefined } as const;
  await keys.createKey({ ...key, secret: new Secret('s'), accountName: 'acme' });
  const epochs = [links.epoch()];
  await keys.setKeyEnabled('TGAKX', 'disabled');
  epochs.push(links.epoch());
  await keys.deleteKey('TGAKX');
  epochs.push(links.epoch());
  assert.equal(new Set(epochs).size, 3);
  await close();
});

test('LDG-16 a request for more than is left waits for what a transfer under way gives back', async () => {
  const subject = await openLocalSubject({ giveBackWaitMs: 250 });
  const { store, clock, close } = subject;
  const holder = new Holder({ links: store.links, clock, close }, linkOf('b'), { uses: 1 });
  const whole = await holder.claim(read(0, 1_000));
  const seek = holder.claim(read(500, 500));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  holder.failed(whole, 100);
  assert.equal((await seek).spentUse, false);
  await close();
});

test('LDG-24 SEC-221 REL-6 a claim, a session and a revocation are there after the store is opened again', async () => {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  const first = await openOn(folder, clock, { giveBackWaitMs: 0 });
  const subject = { links: first.links, clock, close: () => first.close() };
  await new Holder(subject, linkOf('b'), { uses: 1 }).fetch(0, 400);
  const running = new Holder(subject, linkOf('c'), { uses: 1 });
  await running.claim(read(0, 4_000_000, 4_000_000));
  const all = new Holder(subject, linkOf('e'), { uses: 1 });
  await all.claim(read(0, 1_000));
  await first.links.revoke(revocationOf({ kind: 'link', id: idOf('d') }, startMs));
  await first.close();
  const second = await openOn(folder, clock, { giveBackWaitMs: 0 });
  const again = { links: second.links, clock, close: () => second.close() };
  assert.notEqual(second.links.findRevocation(linkOf('d')), undefined);
  assert.equal((await new Holder(again, linkOf('b'), { uses: 1 }).claim(read(400, 600))).spentUse, false);
  // What was under way is over: it may begin again, and needs no other use.
  assert.equal(
    (await new Holder(again, linkOf('c'), { uses: 1 }).claim(read(0, 4_000_000, 4_000_000))).spentUse,
    false,
  );
  // Unless all of it was reserved: then all may have been sent, and nobody gets it twice (LDG-13).
  await new Holder(again, linkOf('e'), { uses: 1 }).refused(read(0, 1_000), 'LinkUsesSpent');
  await second.close();
  await remove();
});

test('LDG-60 LDG-70 notes of a moment become one row and one event with a count', async () => {
  const { store, clock, close } = await openLocalSubject();
  for (let time = 0; time < 1_000; time += 1) store.links.note(noteOf(linkOf('b'), clock.nowMs()));
  const { items } = await store.links.listEvents({ linkId: undefined, cursor: undefined, limit: 10, order: 'asc' });
  assert.deepEqual(
    items.map(({ type, count, bytes }) => [type, count, bytes]),
    [
      ['link.first-used', 1, 10_000],
      ['link.used', 1_000, 10_000],
    ],
  );
  assert.equal((await store.links.readLink(idOf('b')))?.uses.count, 1_000);
  await close();
});

test('LDG-61 LDG-63 SEC-223 a flood of links, events and refusals is bounded, and what is left out is counted', async () => {
  const { store, clock, close } = await openLocalSubject();
  const { links } = store;
  for (let n = 0; n < 3_000; n += 1) links.note(noteOf(linkOf(`b${base26(n)}`), clock.nowMs()));
  for (let n = 0; n < 2_000; n += 1)
    links.refuse({ reason: 'UnknownKey', bucket: `b${n}`, accessKeyId: `k${n}`, atMs: clock.nowMs() });
  await links.flush();
  const overflow = await links.listEvents({
    linkId: undefined,
    types: ['ledger.overflow'],
    cursor: undefined,
    limit: 10,
    order: 'desc',
  });
  assert.equal(overflow.items[0]?.count, 2_750 + 2_000);
  const first = {
    linkId: undefined,
    types: ['link.first-used'],
    cursor: undefined,
    limit: 5_000,
    order: 'asc',
  } as const;
  assert.ok((await links.listEvents(first)).items.length <= 1_000);
  const kinds = await links.listRefusals({ groupBy: ['bucket', 'accessKeyId'], sinceMs: 0 });
  assert.ok(kinds.length <= 502, `${kinds.length}`);
  assert.deepEqual(
    (await links.listRefusals({ groupBy: [], sinceMs: 0 })).map(({ count }) => count),
    [2_000],
  );
  const found = new Set<string>();
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await links.listLinks(queryOf({ sort: 'created', order: 'asc', limit: 1_000, cursor }));
    for (const { id } of page.items) found.add(id);
    cursor = page.next;
  }
  assert.equal(found.size, 3_000);
  await close();
});

test('LDG-62 distinct clients of an unlimited link are counted up to 64', async () => {
  const { store, clock, close } = await openLocalSubject();
  for (let n = 0; n < 100; n += 1) {
    store.links.note(noteOf(linkOf('b'), clock.nowMs(), { clientPrefix: `192.0.2.${n % 40}` }));
    if (n % 30 === 0) await store.links.flush();
  }
  assert.equal((await store.links.readLink(idOf('b')))?.clients, 40);
  for (let n = 0; n < 100; n += 1)
    store.links.note(noteOf(linkOf('b'), clock.nowMs(), { clientPrefix: `198.51.100.${n}` }));
  assert.equal((await store.links.readLink(idOf('b')))?.clients, 64);
  await close();
});

test('LDG-41 revocations beyond what is kept in memory are found all the same', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database, 0);
  const insert = database.prepare(
    "INSERT INTO link_revocations (id, kind, scope, value, before_ms, at_ms, by) VALUES (?, ?, ?, ?, ?, 1, 'me')",
  );
  for (let n = 0; n < 20; n += 1) insert.run(`rv_${n}`, 'link', '', idOf(`b${base26(n)}`), startMs);
  insert.run('rv_p', 'prefix', 'other', 'x/', startMs);
  const image = new LinkImage(new Statements(database), 5);
  image.refresh();
  for (let n = 0; n < 20; n += 1)
    assert.notEqual(
      image.find(linkOf(`b${base26(n)}`), undefined, () => undefined),
      undefined,
    );
  assert.equal(
    image.find(linkOf('c'), undefined, () => undefined),
    undefined,
  );
  assert.notEqual(
    image.find(linkOf('c', { bucket: 'other', key: 'x/y' }), undefined, () => undefined),
    undefined,
  );
  database.close();
});

test('LDG-81 LDG-83 LDG-84 past the number the unlimited links that ended longest ago go first, then those not seen for longest', async () => {
  const retention: Partial<LinkRetention> = { maxLinks: 3, maxEvents: 4 };
  const { store, clock, close } = await openLocalSubject({ linkRetention: () => retention });
  const { links } = store;
  const at = clock.nowMs();
  links.note(noteOf(linkOf('b', { expiresAtMs: at - 2 * hourMs }), at - 5 * hourMs));
  links.note(noteOf(linkOf('c', { expiresAtMs: at - 3 * hourMs }), at - 4 * hourMs));
  links.note(noteOf(linkOf('d', { limits: { uses: 1 }, expiresAtMs: at - 9 * hourMs }), at - 9 * hourMs));
  links.note(noteOf(linkOf('f'), at - 7 * hourMs));
  links.note(noteOf(linkOf('g'), at - 6 * hourMs));
  await links.register(linkOf('h'), { note: undefined, label: undefined });
  await links.flush();
  await links.sweep(at);
  const left = (await links.listLinks(queryOf({ sort: 'created', order: 'asc' }))).items.map(({ id }) =>
    id.slice(0, 1),
  );
  assert.deepEqual(left.sort(), ['d', 'g', 'h']);
  const events = await links.listEvents({ linkId: undefined, cursor: undefined, limit: 100, order: 'asc' });
  assert.equal(events.items.length, 4);
  await close();
});

test('LDG-64 hours of refusals that are two days old are kept by days', async () => {
  const { store, clock, close } = await openLocalSubject();
  const { links } = store;
  const old = clock.nowMs() - 72 * hourMs;
  for (let hour = 0; hour < 5; hour += 1)
    links.refuse({ reason: 'R', bucket: 'b', accessKeyId: 'k', atMs: old + hour * hourMs });
  await links.flush();
  await links.sweep(clock.nowMs());
  assert.equal((await links.listRefusals({ groupBy: ['reason'], sinceMs: 0 }))[0]?.count, 5);
  await links.sweep(clock.nowMs() + 31 * 24 * hourMs);
  assert.deepEqual(await links.listRefusals({ groupBy: ['reason'], sinceMs: 0 }), []);
  await close();
});

/** A number in letters that an identity may have. */
function base26(n: number): string {
  return n.toString().replace(/\d/g, (digit) => 'bcdefghijk'[Number(digit)] ?? '');
}

test('LDG-65 a link that is used again shows when at once, and lists by it, though its place in the order is written later', async () => {
  const { store, clock, close } = await openLocalSubject();
  const { links } = store;
  for (const name of ['b', 'c', 'd']) links.note(noteOf(linkOf(name), clock.nowMs()));
  await links.flush();
  links.note(noteOf(linkOf('c'), clock.nowMs() + 10));
  await links.flush();
  links.note(noteOf(linkOf('b'), clock.nowMs() + 20));
  const { items } = await links.listLinks(queryOf());
  assert.deepEqual(
    items.map(({ id, lastSeenMs, uses }) => [id, lastSeenMs, uses.count]),
    [
      [idOf('b'), clock.nowMs() + 20, 2],
      [idOf('c'), clock.nowMs() + 10, 2],
      [idOf('d'), clock.nowMs(), 1],
    ],
  );
  await close();
});

test('LDG-60 LDG-65 what happened with a link that was swept meanwhile makes a new record', async () => {
  const { store, clock, close } = await openLocalSubject({ linkRetention: () => ({ keptAfterEndMs: 0 }) });
  const { links } = store;
  const link = linkOf('b', { expiresAtMs: clock.nowMs() - 1 });
  for (let use = 0; use < 2; use += 1) {
    links.note(noteOf(link, clock.nowMs()));
    await links.flush();
  }
  assert.equal((await links.readLink(link.id))?.uses.count, 2);
  await links.sweep(clock.nowMs());
  assert.equal(await links.readLink(link.id), undefined);
  links.note(noteOf(link, clock.nowMs()));
  assert.equal((await links.readLink(link.id))?.uses.count, 1);
  await close();
});
