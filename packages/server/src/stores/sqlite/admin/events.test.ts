import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiringBeforeMs, refusalsReportedEveryMs } from '../../links/event-store.ts';
import type { LinkFacts } from '../../links/link-store.ts';
import { type ShareRecord, shareFacts } from '../../links/share-store.ts';
import { type LocalSubject, openLocalSubject } from '../../local/test-support/open-subject.ts';

const nowMs = 1_700_000_000_000;

async function withStore(work: (subject: LocalSubject) => Promise<void>): Promise<void> {
  const subject = await openLocalSubject();
  try {
    await work(subject);
  } finally {
    await subject.close();
  }
}

/** Events of the stream of one type, and what of them is told. */
async function streamed({ store }: LocalSubject, type: string) {
  const { events } = await store.events.read(0, 1_000);
  return events.filter((event) => event.type === type);
}

function share(name: string, change: Partial<ShareRecord> = {}): ShareRecord {
  return {
    kind: 'share',
    token: name.padEnd(22, '0'),
    linkId: name.padEnd(52, 'a'),
    accountId: 'a1',
    accessKeyId: 'TGAK1',
    target: { kind: 'keys', bucket: 'b', keys: ['k'] },
    limits: {},
    passwordHash: undefined,
    title: undefined,
    note: undefined,
    createdAtMs: nowMs,
    expiresAtMs: undefined,
    closedAtMs: undefined,
    notify: [],
    ...change,
  };
}

const factsOf = (name: string): LinkFacts => shareFacts(share(name), 'h');

test('EVT-6 of refusals for one reason the first of a minute is told of, the rest later with their number; the ledger has all', () =>
  withStore(async (subject) => {
    const { store, clock } = subject;
    const refuse = async (reason: string, client: string): Promise<void> => {
      store.links.note({
        link: factsOf('one'),
        limited: true,
        outcome: 'refused',
        clientPrefix: client,
        bytesIn: 0,
        bytesOut: 0,
        event: {
          ...{ atMs: clock.nowMs(), client, userAgent: 'curl', method: 'GET', status: 403, bytes: 0, durationMs: 1 },
          ...{ reason, requestId: 'r' },
        },
      });
      await store.links.flush();
    };
    await refuse('LinkUsesSpent', '192.0.2.1');
    await refuse('LinkRevoked', '192.0.2.1');
    for (let at = 0; at < 5; at += 1) {
      clock.advance(10_000);
      await refuse('LinkUsesSpent', `192.0.2.${at + 2}`);
    }
    const counts = async () => (await streamed(subject, 'link.refused')).map(({ reason, count }) => [reason, count]);
    assert.deepEqual(await counts(), [
      ['LinkUsesSpent', 1],
      ['LinkRevoked', 1],
    ]);
    await store.events.tellWithheld(clock.nowMs());
    assert.equal((await counts()).length, 2, 'the minute is not over');
    clock.advance(refusalsReportedEveryMs - 50_000);
    await store.events.tellWithheld(clock.nowMs());
    assert.deepEqual((await counts()).at(-1), ['LinkUsesSpent', 5]);
    await store.events.tellWithheld(clock.nowMs() + refusalsReportedEveryMs);
    assert.equal((await counts()).length, 3, 'nothing is told twice');
    clock.advance(refusalsReportedEveryMs);
    await refuse('LinkUsesSpent', '192.0.2.9');
    assert.deepEqual((await counts()).at(-1), ['LinkUsesSpent', 1]);
    const query = { linkId: factsOf('one').id, cursor: undefined, limit: 100, order: 'asc' } as const;
    const ledger = (await store.links.listEvents(query)).items.filter(({ type }) => type === 'link.refused');
    assert.equal(ledger.length, 8);
    assert.ok(ledger.every(({ count }) => count === 1));
  }));

test('EVT-8 a share that was made for longer is told of a day before its end, once for each end', () =>
  withStore(async (subject) => {
    const { store, clock } = subject;
    const dayMs = expiringBeforeMs;
    await store.shares.create(share('long', { expiresAtMs: nowMs + 3 * dayMs }));
    await store.shares.create(share('short', { expiresAtMs: nowMs + dayMs - 1 }));
    await store.shares.create(share('never'));
    await store.shares.create(share('gone', { expiresAtMs: nowMs + 3 * dayMs }));
    await store.shares.create(share('asked', { kind: 'request', expiresAtMs: nowMs + 3 * dayMs }));
    const match = { kind: 'link', id: share('gone').linkId } as const;
    await store.links.revoke({ match, beforeMs: nowMs, by: 'TGAK1', reason: undefined, keptUntilMs: undefined });
    const expiring = async () => {
      await store.events.tellExpiring(clock.nowMs());
      return (await streamed(subject, 'link.expiring')).map(({ linkId, accountId, data }) => [linkId, accountId, data]);
    };
    assert.deepEqual(await expiring(), []);
    clock.advance(2 * dayMs - 1);
    assert.deepEqual(await expiring(), []);
    clock.advance(1);
    const first = [share('long').linkId, 'a1', { expiresAt: new Date(nowMs + 3 * dayMs).toISOString() }];
    assert.deepEqual(await expiring(), [first]);
    assert.deepEqual(await expiring(), [first]);
    await store.shares.edit(share('long').linkId, { expiresAtMs: nowMs + 5 * dayMs });
    assert.deepEqual(await expiring(), [first]);
    clock.advance(2 * dayMs);
    assert.equal((await expiring()).length, 2);
  }));

test('links are counted by state, and how long notes wait is told', () =>
  withStore(async ({ store, clock }) => {
    for (const name of ['one', 'two', 'three'])
      await store.links.register(factsOf(name), { note: undefined, label: undefined });
    const match = { kind: 'link', id: factsOf('one').id } as const;
    await store.links.revoke({ match, beforeMs: nowMs, by: 'TGAK1', reason: undefined, keptUntilMs: undefined });
    assert.deepEqual(await store.links.countByState(), { active: 2, spent: 0, revoked: 1, expired: 0 });
    await store.links.register(factsOf('four'), { note: undefined, label: undefined });
    assert.equal((await store.links.countByState()).active, 2, 'a count is kept for a minute');
    clock.advance(60_000);
    assert.equal((await store.links.countByState()).active, 3);
    await store.links.flush();
    assert.equal(store.links.lagMs(), 0);
  }));
