import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookTarget } from '../stores/admin/webhook-store.ts';
import { seededRandom, TestClock } from '../stores/contract/objects/subject.ts';
import { MemoryWebhooks } from '../stores/memory/memory-webhooks.ts';
import { retryAfterMs, WebhookDelivery } from './webhook-delivery.ts';

type Sent = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Webhooks over a way out that answers what the test says. */
function open(nowMs?: number) {
  const clock = new TestClock(nowMs);
  const webhooks = new MemoryWebhooks(clock, () => 0);
  const sent: Sent[] = [];
  const outcomes: string[] = [];
  const state = { answer: (_url: string): Promise<number> => Promise.resolve(204) };
  const delivery = new WebhookDelivery({
    webhooks,
    outbound: {
      post(url, headers, body) {
        sent.push({ url, headers, body });
        return state.answer(url);
      },
    },
    clock,
    random: seededRandom(7),
    userAgent: 'tidegate/test',
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const step = async (): Promise<void> => {
    await delivery.step(await webhooks.listTargets());
    await delivery.settled();
  };
  const make = async (id: string, change: Partial<WebhookTarget> = {}): Promise<void> => {
    await webhooks.createTarget({
      id,
      name: undefined,
      url: `https://${id}.example.com/`,
      types: [],
      secrets: [{ text: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', createdAtMs: 0, retireAtMs: undefined }],
      state: 'enabled',
      createdAtMs: clock.nowMs(),
      ...change,
    });
  };
  const message = (target: string) =>
    webhooks.enqueue([{ target, id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', type: 't', body: '{"test": 2432232314}' }]);
  const deliveries = async (targetId: string) =>
    (await webhooks.listDeliveries({ targetId, cursor: undefined, limit: 100 })).items;
  return { clock, webhooks, delivery, sent, outcomes, state, step, make, message, deliveries };
}

test('EVT-23 a message is signed as the published example of Standard Webhooks, with each secret that is not retired', async () => {
  const { sent, step, make, message } = open(1_614_265_330_000);
  const text = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  await make('a', {
    secrets: [
      { text: 'whsec_AAAA', createdAtMs: 2, retireAtMs: undefined },
      { text, createdAtMs: 1, retireAtMs: 1_614_265_330_001 },
      { text: 'whsec_BBBB', createdAtMs: 0, retireAtMs: 1_614_265_330_000 },
    ],
  });
  await message('a');
  await step();
  assert.equal(sent[0]?.body, '{"test": 2432232314}');
  const { 'webhook-signature': signatures = '', ...headers } = sent[0]?.headers ?? {};
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    'user-agent': 'tidegate/test',
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
  });
  const [, second, ...more] = signatures.split(' ');
  assert.equal(second, 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  assert.deepEqual(more, []);
});

test('EVT-25 a message that nobody takes is tried again after the waits of the specification, a tenth about, then failed', async () => {
  const { clock, state, step, make, message, deliveries, outcomes, sent } = open();
  state.answer = () => Promise.resolve(500);
  await make('a');
  await message('a');
  await step();
  for (const waitMs of retryAfterMs) {
    const [delivery] = await deliveries('a');
    const inMs = (delivery?.nextAtMs ?? 0) - clock.nowMs();
    assert.ok(inMs >= waitMs * 0.9 && inMs <= waitMs * 1.1, `${inMs} for ${waitMs}`);
    assert.equal(delivery?.lastStatus, 500);
    clock.advance(inMs - 1);
    const before = sent.length;
    await step();
    assert.equal(sent.length, before, 'it was tried too early');
    clock.advance(1);
    await step();
    assert.equal(sent.length, before + 1);
  }
  const [delivery] = await deliveries('a');
  assert.deepEqual([delivery?.state, delivery?.tries, delivery?.lastError], ['failed', 8, 'It answered 500.']);
  assert.deepEqual(outcomes, [...Array.from({ length: 7 }, () => 'retried'), 'failed']);
});

test('EVT-25 each id stays the same, and a later success ends it', async () => {
  const { clock, state, step, make, message, deliveries, sent } = open();
  state.answer = () => (sent.length === 1 ? Promise.reject(new Error('refused')) : Promise.resolve(200));
  await make('a');
  await message('a');
  await step();
  assert.equal((await deliveries('a'))[0]?.lastError, 'refused');
  clock.advance(6_000);
  await step();
  assert.equal((await deliveries('a'))[0]?.state, 'delivered');
  assert.equal(new Set(sent.map(({ headers }) => headers['webhook-id'])).size, 1);
});

for (const status of [301, 302, 307, 308, 199, 400, 404, 503]) {
  test(`SEC-603 EVT-25 an answer of ${status} is a failure, and nothing follows it`, async () => {
    const { state, step, make, message, deliveries, sent } = open();
    state.answer = () => Promise.resolve(status);
    await make('a');
    await message('a');
    await step();
    assert.equal(sent.length, 1);
    assert.equal((await deliveries('a'))[0]?.state, 'waiting');
  });
}

test('EVT-29 a target that answers 410 is switched off, and told nothing more', async () => {
  const { clock, state, step, make, message, deliveries, webhooks, sent } = open();
  state.answer = () => Promise.resolve(410);
  await make('a');
  await message('a');
  await step();
  assert.equal((await webhooks.findTarget('a'))?.state, 'gone');
  assert.equal((await deliveries('a'))[0]?.state, 'failed');
  assert.equal(await message('a'), 0);
  clock.advance(1e9);
  await step();
  assert.equal(sent.length, 1);
});

test('EVT-29 a target that hangs holds up no other, and has four requests under way', async () => {
  const { state, delivery, make, message, webhooks, sent, deliveries } = open();
  state.answer = (url) => (url.includes('slow') ? new Promise(() => undefined) : Promise.resolve(200));
  await make('slow');
  await make('fast');
  for (let at = 0; at < 10; at += 1) await message('slow');
  await message('fast');
  for (let at = 0; at < 3; at += 1) await delivery.step(await webhooks.listTargets());
  while ((await deliveries('fast'))[0]?.state !== 'delivered') await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sent.filter(({ url }) => url.includes('slow')).length, 4);
});
