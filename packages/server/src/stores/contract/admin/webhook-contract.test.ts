import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  mostSettled,
  mostTargets,
  settledKeptMs,
  type WebhookStore,
  type WebhookTarget,
} from '../../admin/webhook-store.ts';
import type { EventStore, NewEvent } from '../../links/event-store.ts';
import { silentEvent } from '../../links/link-notes.ts';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { MemoryEvents } from '../../memory/memory-events.ts';
import { MemoryWebhooks } from '../../memory/memory-webhooks.ts';
import { TestClock } from '../objects/subject.ts';

type Subject = {
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly clock: TestClock;
  readonly close: () => Promise<void>;
};

const engines: Readonly<Record<string, () => Promise<Subject>>> = {
  memory() {
    const clock = new TestClock();
    const events = new MemoryEvents();
    const webhooks = new MemoryWebhooks(clock, () => events.bounds().last);
    return Promise.resolve({ events, webhooks, clock, close: () => Promise.resolve() });
  },
  async sqlite() {
    const { store, clock, close } = await openLocalSubject();
    return { events: store.events, webhooks: store.webhooks, clock, close };
  },
};

const event = (type: string, atMs = 1_700_000_000_000): NewEvent => ({
  ...silentEvent(type, atMs, undefined),
  accountId: 'a1',
  data: { key: type },
});

const target = (id: string, change: Partial<WebhookTarget> = {}): WebhookTarget => ({
  id,
  name: undefined,
  url: 'https://hooks.example.com/in',
  types: ['link.spent'],
  secrets: [{ text: `whsec_${id}`, createdAtMs: 1, retireAtMs: undefined }],
  state: 'enabled',
  createdAtMs: 1_700_000_000_000,
  ...change,
});

const failed = (nextAtMs: number, state: 'waiting' | 'failed' = 'waiting') =>
  ({ state, nextAtMs, lastAtMs: 5, lastStatus: 500, lastError: 'answered 500' }) as const;

const message = (to: string, type = 'x') => ({ target: to, type, body: `{"type":"${type}"}` });

const rules: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'EVT-2 events are read in the order in which they were told, page by page, with what they say'({ events }) {
    assert.deepEqual(events.bounds(), { first: 0, last: 0 });
    await events.tell([event('one'), event('two')]);
    await events.tell([event('three')]);
    const { first, last } = events.bounds();
    assert.equal(last - first, 2);
    const page = await events.read(0, 2);
    assert.deepEqual(
      page.events.map(({ type, accountId, data, count }) => [type, accountId, data, count]),
      [
        ['one', 'a1', { key: 'one' }, 1],
        ['two', 'a1', { key: 'two' }, 1],
      ],
    );
    const rest = await events.read(page.after, 2);
    assert.deepEqual(
      rest.events.map(({ type }) => type),
      ['three'],
    );
    assert.equal(rest.after, last);
    assert.deepEqual(await events.read(last, 2), { events: [], after: last });
    const ids = [...page.events, ...rest.events].map(({ id }) => id);
    assert.deepEqual(ids.toSorted(), ids);
    for (const id of ids) assert.match(id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  },
  async 'EVT-20 a target is made, changed and found by id or name; a name belongs to one'({ webhooks }) {
    assert.equal(await webhooks.createTarget(target('wh_a', { name: 'app' })), 'created');
    assert.equal(await webhooks.createTarget(target('wh_b', { name: 'app' })), 'taken');
    assert.equal(await webhooks.createTarget(target('wh_b')), 'created');
    assert.deepEqual(await webhooks.findTarget('app'), target('wh_a', { name: 'app' }));
    assert.equal((await webhooks.findTarget('wh_b'))?.id, 'wh_b');
    assert.equal(await webhooks.findTarget('nobody'), undefined);
    assert.equal(await webhooks.editTarget('wh_b', { name: 'app' }), 'taken');
    assert.equal(await webhooks.editTarget('wh_c', { name: 'other' }), undefined);
    const secrets = [{ text: 'whsec_n', createdAtMs: 2, retireAtMs: undefined }];
    assert.deepEqual(
      await webhooks.editTarget('wh_b', { state: 'gone', secrets }),
      target('wh_b', { state: 'gone', secrets }),
    );
    assert.deepEqual(
      (await webhooks.listTargets()).map(({ id, state }) => [id, state]),
      [
        ['wh_a', 'enabled'],
        ['wh_b', 'gone'],
      ],
    );
    assert.equal(await webhooks.deleteTarget('wh_b'), true);
    assert.equal(await webhooks.deleteTarget('wh_b'), false);
  },
  async 'EVT-28 there are at most a hundred targets'({ webhooks }) {
    for (let at = 0; at < mostTargets; at += 1) await webhooks.createTarget(target(`wh_${at}`));
    assert.equal(await webhooks.createTarget(target('wh_x')), 'full');
  },
  async 'EVT-21 a target is told of what happens after it was made or switched on again'({ webhooks, events }) {
    await events.tell([event('before')]);
    const before = events.bounds().last;
    await webhooks.createTarget(target('wh_a'));
    assert.equal(await webhooks.startOf('wh_a'), before);
    await webhooks.editTarget('wh_a', { state: 'disabled' });
    await events.tell([event('meanwhile')]);
    await webhooks.editTarget('wh_a', { state: 'enabled' });
    assert.equal(await webhooks.startOf('wh_a'), events.bounds().last);
  },
  async 'EVT-24 messages are queued with the place behind their events, each once, for targets that are switched on'({
    webhooks,
    clock,
  }) {
    await webhooks.createTarget(target('wh_a', { name: 'app' }));
    await webhooks.createTarget(target('wh_off', { state: 'disabled' }));
    await webhooks.queueEvents([{ ...message('wh_a'), id: 'event-1' }, message('wh_off')], 7);
    assert.equal(await webhooks.place(), 7);
    await webhooks.queueEvents([], 3);
    assert.equal(await webhooks.place(), 7);
    assert.equal(await webhooks.enqueue([message('app'), message('nobody'), message('wh_off')]), 1);
    const due = await webhooks.due('wh_a', clock.nowMs(), 10);
    assert.equal(due.length, 2);
    assert.equal(due[0]?.messageId, 'event-1');
    assert.match(due[1]?.messageId ?? '', /^msg_[0-9A-Z]{26}$/);
    assert.equal(due[1]?.body, '{"type":"x"}');
    assert.equal(await webhooks.countWaiting(), 2);
    assert.deepEqual(await webhooks.due('wh_off', clock.nowMs(), 10), []);
  },
  async 'EVT-25 a message is due when its time has come, until it was delivered or failed; it can be sent again'({
    webhooks,
    clock,
  }) {
    const nowMs = clock.nowMs();
    await webhooks.createTarget(target('wh_a'));
    await webhooks.enqueue([message('wh_a')]);
    const [first] = await webhooks.due('wh_a', nowMs, 10);
    assert.ok(first !== undefined);
    await webhooks.settle(first.n, failed(nowMs + 5_000));
    assert.deepEqual(await webhooks.due('wh_a', nowMs + 4_999, 10), []);
    const [again] = await webhooks.due('wh_a', nowMs + 5_000, 10);
    assert.deepEqual([again?.tries, again?.lastStatus, again?.lastError], [1, 500, 'answered 500']);
    await webhooks.settle(first.n, failed(nowMs, 'failed'));
    assert.deepEqual(await webhooks.due('wh_a', nowMs + 1e9, 10), []);
    assert.equal(await webhooks.retry('wh_b', first.n, nowMs), undefined);
    assert.equal((await webhooks.retry('wh_a', first.n, nowMs))?.state, 'waiting');
    assert.equal((await webhooks.due('wh_a', nowMs, 10))[0]?.tries, 0);
  },
  async 'EVT-26 deliveries are listed newest first, in pages, and forgotten after a week or past a thousand'({
    webhooks,
    clock,
  }) {
    const nowMs = clock.nowMs();
    await webhooks.createTarget(target('wh_a'));
    await webhooks.enqueue(Array.from({ length: mostSettled + 5 }, (_, at) => message('wh_a', `t${at}`)));
    const page = await webhooks.listDeliveries({ targetId: 'wh_a', cursor: undefined, limit: 3 });
    assert.deepEqual(
      page.items.map(({ type }) => type),
      ['t1004', 't1003', 't1002'],
    );
    const second = await webhooks.listDeliveries({ targetId: 'wh_a', cursor: page.next, limit: 2 });
    assert.deepEqual(
      second.items.map(({ type }) => type),
      ['t1001', 't1000'],
    );
    for (const { n } of await webhooks.due('wh_a', nowMs, 2_000)) await webhooks.settle(n, failed(nowMs, 'failed'));
    await webhooks.enqueue([message('wh_a', 'waits')]);
    await webhooks.sweep(nowMs);
    const kept = await webhooks.listDeliveries({ targetId: 'wh_a', cursor: undefined, limit: 2_000 });
    assert.equal(kept.items.length, mostSettled + 1);
    await webhooks.sweep(nowMs + settledKeptMs + 1);
    const left = await webhooks.listDeliveries({ targetId: 'wh_a', cursor: undefined, limit: 2_000 });
    assert.deepEqual(
      left.items.map(({ type }) => type),
      ['waits'],
    );
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
