import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { verifyWebhook, WebhookError, type WebhookRequest } from './webhook.ts';

/** The example of Standard Webhooks' own documents: what other libraries make of the same secret and message. */
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const at = new Date(1_614_265_330_000);

function requestOf(change: Partial<Omit<typeof published, 'secret'>> = {}): WebhookRequest {
  const { id, timestamp, body, signature } = { ...published, ...change };
  return { headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }, body };
}

test('EVT-30 the published example of Standard Webhooks holds', async () => {
  assert.deepEqual(await verifyWebhook(requestOf(), published.secret, at), { test: 2_432_232_314 });
});

test('EVT-30 a Request, bytes, and Headers are read alike', async () => {
  const { id, timestamp, body, signature } = published;
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const forms: WebhookRequest[] = [
    new Request('https://app.example.com/hook', { method: 'POST', headers, body }),
    { headers: new Headers(headers), body },
    { headers, body: new TextEncoder().encode(body) },
  ];
  for (const form of forms) {
    assert.deepEqual(await verifyWebhook(form, published.secret, at), { test: 2_432_232_314 });
  }
});

test('EVT-30 one of several signatures, and one of several secrets, is enough', async () => {
  const both = requestOf({ signature: `v1,AAAA v1a,x ${published.signature}` });
  await verifyWebhook(both, published.secret, at);
  await verifyWebhook(requestOf(), ['whsec_AAAA', published.secret], at);
});

test('EVT-30 text beyond ASCII is signed as its bytes', async () => {
  const body = '{"type":"request.uploaded","data":{"name":"Übergabe 🎁.pdf"}}';
  const key = Buffer.from(published.secret.slice('whsec_'.length), 'base64');
  const hash = createHmac('sha256', key).update(`${published.id}.${published.timestamp}.${body}`).digest('base64');
  const event = await verifyWebhook(requestOf({ body, signature: `v1,${hash}` }), published.secret, at);
  assert.equal(event.type, 'request.uploaded');
});

const faults: Readonly<Record<string, Partial<Omit<typeof published, 'secret'>>>> = {
  'another body': { body: '{"test": 2432232315}' },
  'another id': { id: 'msg_other' },
  'no id': { id: '' },
  'another time': { timestamp: '1614265331' },
  'no signature': { signature: '' },
  'a signature of another version': { signature: published.signature.replace('v1,', 'v2,') },
  'half a signature': { signature: published.signature.slice(0, 20) },
};
for (const [what, change] of Object.entries(faults)) {
  test(`EVT-30 ${what} is refused`, async () => {
    await assert.rejects(verifyWebhook(requestOf(change), published.secret, at), WebhookError);
  });
}

test('EVT-30 another secret, and one that is not base64, is refused', async () => {
  await assert.rejects(verifyWebhook(requestOf(), 'whsec_AAAA', at), WebhookError);
  await assert.rejects(verifyWebhook(requestOf(), 'whsec_%%', at), WebhookError);
});

test('EVT-30 a message holds five minutes in both directions', async () => {
  const seconds = (by: number) => new Date(at.getTime() + by * 1000);
  for (const by of [-300, 0, 300]) await verifyWebhook(requestOf(), published.secret, seconds(by));
  for (const by of [-301, 301]) {
    await assert.rejects(verifyWebhook(requestOf(), published.secret, seconds(by)), WebhookError);
  }
});
