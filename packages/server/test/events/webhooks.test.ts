import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { verifyWebhook } from '@tidegate/presign/admin';
import { override } from '../../../../test/override.ts';
import { type AdminFixture, openAdminFixture } from '../admin-fixture.ts';
import { links } from '../test-server.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

const toml = 'outbound_allow = ["127.0.0.1/32"]\n';

/** Polls the deliveries of a webhook until one is as wanted. */
async function delivery(fixture: AdminFixture, id: string, isThere: (shown: ReturnType<typeof JSON.parse>) => boolean) {
  const until = performance.now() + 30_000;
  for (;;) {
    const { value } = await fixture.api('GET', `/webhooks/${id}/deliveries`);
    const found = value.items.find(isThere);
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`Not there in time: ${JSON.stringify(value.items)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function verified({ headers, body }: Received, secret: string) {
  return verifyWebhook({ headers, body }, secret);
}

describe('webhooks', () => {
  let fixture: AdminFixture;
  let receiver: Receiver;

  before(async () => {
    fixture = await openAdminFixture({ toml });
    receiver = await startReceiver();
    await fixture.putObject('reports', 'q3.pdf', 'the third quarter');
  });
  after(async () => {
    await receiver.stop();
    await fixture.server.stop();
  });

  test('EVT-22 EVT-21 a target is told of the types that it names, signed, by what people see of a link', async () => {
    const made = await fixture.api('POST', '/webhooks', {
      url: receiver.url,
      types: ['link.spent', 'link.first-used'],
    });
    assert.equal(made.status, 201, made.text);
    const { secret, id } = made.value;
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { uses: 1, id: 'invoice-8812' } });
    await (await fetch(url)).arrayBuffer();
    const received = await receiver.until((all) => all.length >= 2);
    const types = received.map(({ event }) => event.type);
    assert.deepEqual(types.toSorted(), ['link.first-used', 'link.spent']);
    const spent = received.find(({ event }) => event.type === 'link.spent');
    assert.ok(spent !== undefined);
    const event = await verified(spent, secret);
    assert.equal(spent.headers['webhook-id'], event.id);
    assert.equal(event.server, new URL(fixture.server.endpoint).host);
    const { link } = event.data;
    assert.ok(typeof link === 'object' && link !== null);
    const linkId = String(Reflect.get(link, 'id'));
    assert.match(linkId, /^lk_[a-z2-7]{16}$/);
    assert.deepEqual(link, {
      id: linkId,
      label: 'invoice-8812',
      operation: 'GetObject',
      bucket: 'reports',
      key: 'q3.pdf',
      state: 'spent',
      uses: { count: 1, limit: 1 },
    });
    // SEC-605
    const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? '';
    for (const { body } of received) assert.ok(!body.includes(signature) && !body.includes('X-Amz-'));
    const shown = await delivery(fixture, id, ({ type, state }) => type === 'link.spent' && state === 'delivered');
    assert.deepEqual([shown.tries, shown.lastStatus, shown.message], [1, 204, event.id]);
    await fixture.api('DELETE', `/webhooks/${id}`);
  });

  test('SEC-605 the secret is shown once, and the reader of a webhook sees none', async () => {
    const made = await fixture.api('POST', '/webhooks', { url: receiver.url, name: 'app', types: [] });
    const read = await fixture.api('GET', '/webhooks/app');
    assert.equal(read.value.id, made.value.id);
    assert.ok(!read.text.includes('whsec_'));
    assert.ok(!(await fixture.api('GET', '/webhooks')).text.includes('whsec_'));
    assert.equal((await fixture.api('POST', '/webhooks', { url: receiver.url, name: 'app' })).status, 409);
    await fixture.api('DELETE', '/webhooks/app');
    assert.equal((await fixture.api('DELETE', '/webhooks/app')).status, 204);
    assert.equal((await fixture.api('GET', '/webhooks/app')).status, 404);
  });

  test('EVT-23 while a secret is being rotated both verify, then the new one alone', async () => {
    const made = await fixture.api('POST', '/webhooks', { url: receiver.url, types: [] });
    const { id, secret: old } = made.value;
    const rotated = await fixture.api('POST', `/webhooks/${id}/rotate`, {});
    assert.notEqual(rotated.value.secret, old);
    const tested = await fixture.api('POST', `/webhooks/${id}/test`);
    assert.equal(tested.status, 201, tested.text);
    const find = (message: string) => receiver.received.find(({ event }) => event.id === message);
    await receiver.until(() => find(tested.value.message) !== undefined);
    const both = find(tested.value.message);
    assert.ok(both !== undefined);
    for (const secret of [old, rotated.value.secret]) {
      assert.equal((await verified(both, secret)).type, 'webhook.test');
    }
    await fixture.api('POST', `/webhooks/${id}/rotate`, { overlap: 1 });
    await fixture.api('DELETE', `/webhooks/${id}`);
  });

  test('SEC-603 EVT-29 a redirect is not followed, 410 switches off, a failed one is sent again by hand', async () => {
    const elsewhere = await startReceiver();
    const made = await fixture.api('POST', '/webhooks', { url: receiver.url, types: [] });
    const { id } = made.value;
    receiver.answer((response) => response.writeHead(302, { location: elsewhere.url }).end());
    const first = await fixture.api('POST', `/webhooks/${id}/test`);
    const waiting = await delivery(fixture, id, ({ n, tries }) => n === first.value.n && tries === 1);
    assert.deepEqual([waiting.state, waiting.lastStatus], ['waiting', 302]);
    receiver.answer((response) => response.writeHead(410).end());
    const again = await fixture.api('POST', `/webhooks/${id}/deliveries/${first.value.n}/retry`);
    assert.equal(again.status, 200, again.text);
    await delivery(fixture, id, ({ n, state }) => n === first.value.n && state === 'failed');
    assert.equal((await fixture.api('GET', `/webhooks/${id}`)).value.state, 'gone');
    assert.equal((await fixture.api('POST', `/webhooks/${id}/test`)).status, 400);
    receiver.answer((response) => response.writeHead(200).end('thanks'));
    assert.equal((await fixture.api('PATCH', `/webhooks/${id}`, { state: 'enabled' })).value.state, 'enabled');
    await fixture.api('POST', `/webhooks/${id}/deliveries/${first.value.n}/retry`);
    await delivery(fixture, id, ({ n, state }) => n === first.value.n && state === 'delivered');
    assert.deepEqual(elsewhere.received, []);
    assert.equal((await fixture.api('POST', `/webhooks/${id}/deliveries/999999/retry`)).status, 404);
    await fixture.api('DELETE', `/webhooks/${id}`);
    await elsewhere.stop();
  });

  test('SEC-604 an answer without end is success by its head, and is not read on', async () => {
    const made = await fixture.api('POST', '/webhooks', { url: receiver.url, types: [] });
    const { id } = made.value;
    receiver.answer((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const tested = await fixture.api('POST', `/webhooks/${id}/test`);
    const shown = await delivery(fixture, id, ({ n, state }) => n === tested.value.n && state === 'delivered');
    assert.equal(shown.lastStatus, 200);
    receiver.answer((response) => response.writeHead(204).end());
    await fixture.api('DELETE', `/webhooks/${id}`);
  });

  test('EVT-20 nobody but owners of the account root sees or makes webhooks', async () => {
    const tenant = await fixture.makeKey({ owner: 'tenant', role: 'owner' });
    const bounded = await fixture.makeKey({ role: 'owner', buckets: ['reports'] });
    const reader = await fixture.makeKey({ role: 'read' });
    for (const credentials of [tenant, bounded, reader]) {
      for (const [method, path, body] of [
        ['GET', '/webhooks', undefined],
        ['POST', '/webhooks', { url: receiver.url }],
        ['GET', '/webhooks/wh_x', undefined],
        ['DELETE', '/webhooks/wh_x', undefined],
      ] as const) {
        assert.equal((await fixture.api(method, path, body, { credentials })).status, 403, `${method} ${path}`);
      }
    }
  });

  test('EVT-21 where no types are named all but link.used and session.created are told of, and unknown ones are refused', async () => {
    const made = await fixture.api('POST', '/webhooks', { url: receiver.url });
    assert.ok(made.value.types.includes('link.refused') && !made.value.types.includes('link.used'));
    assert.ok(!made.value.types.includes('session.created'));
    const wrong = await fixture.api('PATCH', `/webhooks/${made.value.id}`, { types: ['link.usd'] });
    assert.equal(wrong.status, 400);
    await fixture.api('DELETE', `/webhooks/${made.value.id}`);
  });
});

test('SEC-601 EVT-27 a private address is refused when it is configured, and when the name leads there later', async () => {
  const fixture = await openAdminFixture();
  const receiver = await startReceiver();
  try {
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '169.254.169.254',
      '10.0.0.1',
    ]) {
      const refused = await fixture.api('POST', '/webhooks', { url: `http://${host}:${receiver.port}/hook` });
      assert.equal(refused.status, 400, host);
      assert.match(refused.value.detail, /not public/);
    }
    // As if it had been configured when the name led elsewhere.
    const name = await fixture.api('POST', '/webhooks', { url: 'http://hooks.invalid/', types: [] });
    assert.equal(name.status, 201, name.text);
    const changed = await fixture.api('PATCH', `/webhooks/${name.value.id}`, {
      url: `http://localhost:${receiver.port}/`,
    });
    assert.equal(changed.status, 400);
    assert.match(fixture.server.logged(), /outbound\.blocked/);
    assert.deepEqual(receiver.received, []);
  } finally {
    await receiver.stop();
    await fixture.server.stop();
  }
});

test('SEC-602 SEC-601 a name that led to a public address when it was configured is looked at again when it is sent to', async () => {
  const { systemNetwork } = await import('../../src/world/network.ts');
  const receiver = await startReceiver();
  let leadsTo = ['93.184.215.14'];
  const network = override(systemNetwork, { resolve: () => Promise.resolve(leadsTo) });
  const fixture = await openAdminFixture({ world: { network } });
  try {
    const made = await fixture.api('POST', '/webhooks', {
      url: `http://rebind.example.com:${receiver.port}/`,
      types: [],
    });
    assert.equal(made.status, 201, made.text);
    for (const later of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['93.184.215.14', '127.0.0.1']]) {
      leadsTo = later;
      const tested = await fixture.api('POST', `/webhooks/${made.value.id}/test`);
      const shown = await delivery(fixture, made.value.id, ({ n, tries }) => n === tested.value.n && tries === 1);
      assert.match(shown.lastError, /not public/);
    }
    assert.deepEqual(receiver.received, []);
  } finally {
    await receiver.stop();
    await fixture.server.stop();
  }
});

describe('file requests that name webhooks', () => {
  let fixture: AdminFixture;
  let receiver: Receiver;
  const names = { unnamed: 'other', silent: 'silent', eager: 'eager' } as const;

  before(async () => {
    fixture = await openAdminFixture({ toml });
    receiver = await startReceiver();
    await fixture.putObject('inbox', 'first', 'here');
    for (const name of Object.values(names)) {
      const types = name === names.eager ? ['request.uploaded'] : [];
      const made = await fixture.api('POST', '/webhooks', { url: `${receiver.url}/${name}`, name, types });
      assert.equal(made.status, 201, made.text);
    }
  });
  after(async () => {
    await receiver.stop();
    await fixture.server.stop();
  });

  const told = (type: string) =>
    receiver.received
      .filter(({ event }) => event.type === type)
      .map(({ url, event }) => `${url.split('/').at(-1)} ${event.data['name'] ?? ''}`.trim())
      .toSorted();

  test('SHR-29 a webhook that a request names is told of each file and of the closing once, another of nothing', async () => {
    const body = { bucket: 'inbox', prefix: 'acme/', notify: [names.silent, names.eager, names.silent] };
    const made = await fixture.api('POST', '/requests', body);
    assert.equal(made.status, 201, made.text);
    assert.equal(made.value.notify.length, 2);
    for (const id of made.value.notify) assert.match(id, /^wh_/);
    for (const name of ['a.txt', 'b.txt']) {
      const sent = await fetch(`${made.value.url}/${name}`, { method: 'PUT', body: 'x' });
      assert.equal(sent.status, 201, await sent.text());
    }
    const closed = await fixture.api('PATCH', `/requests/${made.value.id}`, { closed: true });
    assert.equal(closed.status, 200, closed.text);
    await receiver.until((all) => all.length >= 6);
    assert.deepEqual(told('request.uploaded'), ['eager a.txt', 'eager b.txt', 'silent a.txt', 'silent b.txt']);
    assert.deepEqual(told('request.closed'), ['eager', 'silent']);
    assert.equal(receiver.received.length, 6);
  });

  test('SHR-29 what is told is changed by PATCH; a webhook that is not there, or is switched off, is refused', async () => {
    const made = await fixture.api('POST', '/requests', { bucket: 'inbox', prefix: 'later/' });
    assert.deepEqual(made.value.notify, []);
    const named = await fixture.api('PATCH', `/requests/${made.value.id}`, { notify: [names.unnamed] });
    assert.equal(named.status, 200, named.text);
    assert.equal(named.value.notify.length, 1);
    assert.notEqual(named.headers.get('etag'), made.headers.get('etag'));
    assert.deepEqual((await fixture.api('GET', `/requests/${made.value.id}`)).value.notify, named.value.notify);
    const none = await fixture.api('PATCH', `/requests/${made.value.id}`, { notify: [] });
    assert.deepEqual(none.value.notify, []);
    const missing = await fixture.api('POST', '/requests', { bucket: 'inbox', notify: ['nobody'] });
    assert.deepEqual([missing.status, missing.value.field], [400, 'notify']);
    await fixture.api('PATCH', `/webhooks/${names.unnamed}`, { state: 'disabled' });
    const off = await fixture.api('POST', '/requests', { bucket: 'inbox', notify: [names.unnamed] });
    assert.deepEqual([off.status, off.value.field], [400, 'notify']);
    const eleven = Array.from({ length: 11 }, () => names.silent);
    assert.equal((await fixture.api('POST', '/requests', { bucket: 'inbox', notify: eleven })).status, 400);
  });
});
