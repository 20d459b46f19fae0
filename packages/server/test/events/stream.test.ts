import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AdminFixture, openAdminFixture } from '../admin-fixture.ts';
import { links, startTestServer } from '../test-server.ts';
import { type Heard, type Listener, listen } from './listen.ts';

const has =
  (...types: readonly string[]) =>
  (heard: readonly Heard[]): boolean =>
    types.every((type) => heard.some((event) => event.type === type));

async function get(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.status;
}

describe('the stream of events', () => {
  let fixture: AdminFixture;
  let all: Listener;

  before(async () => {
    fixture = await openAdminFixture();
    await fixture.putObject('reports', 'q3.pdf', 'the third quarter');
    all = await listen(fixture.server);
  });
  after(async () => {
    all.close();
    await fixture.server.stop();
  });

  test('EVT-1 EVT-4 what happens with a link is told as it happens, refusals of a minute once', async () => {
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { uses: 1 } });
    const registered = await fixture.api('POST', '/links', { url });
    const { id } = registered.value;
    assert.equal(await get(url), 200);
    for (let at = 0; at < 3; at += 1) assert.equal(await get(url), 403);
    const heard = await all.until(has('link.registered', 'link.used', 'link.first-used', 'link.spent', 'link.refused'));
    const own = heard.filter(({ link }) => link === id);
    assert.deepEqual(own.map(({ type }) => type).toSorted(), [
      'link.first-used',
      'link.refused',
      'link.registered',
      'link.spent',
      'link.used',
    ]);
    const used = own.find(({ type }) => type === 'link.used');
    assert.equal(used?.bytes, 17);
    assert.equal(used?.client.address, '127.0.0.1');
    assert.equal(own.find(({ type }) => type === 'link.refused')?.reason, 'LinkUsesSpent');
  });

  test('EVT-3 taking back, giving back, shares and keys are told of', async () => {
    const url = links(fixture.server, 'reports').presignGet('q3.pdf');
    const { id } = (await fixture.api('POST', '/links', { url })).value;
    const revocation = await fixture.api('POST', '/revocations', { match: { url }, reason: 'wrong Anna' });
    await fixture.api('DELETE', `/revocations/${revocation.value.id}`);
    const share = await fixture.api('POST', '/shares', { bucket: 'reports', key: 'q3.pdf' });
    await fixture.api('PATCH', `/shares/${share.value.id}`, { title: 'Third quarter' });
    const request = await fixture.api('POST', '/requests', { bucket: 'reports', prefix: 'in/' });
    const sent = await fetch(`${request.value.url}/offer.txt`, { method: 'PUT', body: 'cheap' });
    assert.equal(sent.status, 201);
    await fixture.api('PATCH', `/requests/${request.value.id}`, { closed: true });
    const key = await fixture.makeKey({ role: 'read' });
    await fixture.api('PATCH', `/keys/${key.accessKeyId}`, { note: 'another' });
    await fixture.api('PATCH', `/keys/${key.accessKeyId}`, { state: 'disabled' });
    await fixture.api('DELETE', `/keys/${key.accessKeyId}`);
    const heard = await all.until(has('key.deleted', 'request.uploaded'));
    const revoked = heard.find(({ type, link }) => type === 'link.revoked' && link === id);
    assert.equal(revoked?.reason, 'wrong Anna');
    assert.equal(revoked?.client.userAgent, fixture.server.credentials.accessKeyId);
    assert.ok(heard.some(({ type, link }) => type === 'link.restored' && link === id));
    for (const type of ['share.created', 'share.changed']) {
      assert.ok(
        heard.some((event) => event.type === type && event.link === share.value.id),
        type,
      );
    }
    for (const type of ['request.uploaded', 'request.closed']) {
      assert.ok(
        heard.some((event) => event.type === type && event.link === request.value.id),
        type,
      );
    }
    const uploaded = heard.find(({ type }) => type === 'request.uploaded');
    assert.equal(uploaded?.data?.['key'], 'in/offer.txt');
    for (const type of ['key.created', 'key.changed', 'key.disabled', 'key.deleted']) {
      const found = heard.find((event) => event.type === type);
      assert.equal(found?.data?.['accessKeyId'], key.accessKeyId, type);
    }
  });

  test('EVT-7 an object that came through a link is told of', async () => {
    const put = links(fixture.server, 'reports').presignPut('in.csv', {});
    const sent = await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'a,b\n' });
    assert.equal(sent.status, 200);
    const heard = await all.until((events) =>
      events.some(({ type, data }) => type === 'object.uploaded' && data?.['key'] === 'in.csv'),
    );
    const uploaded = heard.find(({ type }) => type === 'object.uploaded');
    assert.deepEqual(uploaded?.data, {
      bucket: 'reports',
      key: 'in.csv',
      size: 4,
      etag: sent.headers.get('etag')?.replaceAll('"', ''),
    });
  });

  test('EVT-5 types and a link narrow the stream, and accounts are closed to each other', async () => {
    const tenant = await fixture.makeKey({ owner: 'tenant', role: 'owner' });
    await fixture.putObject('theirs', 'a.txt', 'theirs', tenant);
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { expiresIn: 300 });
    const other = links(fixture.server, 'theirs', tenant).presignGet('a.txt');
    const { id } = (await fixture.api('POST', '/links', { url })).value;
    const ofLink = await listen(fixture.server, `?link=${id}&types=link.used,link.revoked`);
    const ofTenant = await listen(fixture.server, '', { credentials: tenant });
    assert.equal(await get(other), 200);
    assert.equal(await get(url), 200);
    await fixture.api('POST', '/revocations', { match: { url } });
    await ofLink.until(has('link.used', 'link.revoked'));
    await ofTenant.until(has('link.used', 'link.first-used'));
    await fixture.api('POST', '/links', { url: other }, { credentials: tenant });
    await ofTenant.until(has('link.registered'));
    assert.deepEqual(new Set(ofLink.heard.map(({ link }) => link)), new Set([id]));
    assert.ok(ofTenant.heard.every(({ link }) => link !== id));
    const unknown = await fixture.server.signed('GET', `/_/api/v1/events?link=${id}`, { credentials: tenant });
    assert.equal(unknown.status, 404);
    const wrong = await fixture.server.signed('GET', '/_/api/v1/events?types=link.usd');
    assert.equal(wrong.status, 400);
    ofLink.close();
    ofTenant.close();
  });

  test('EVT-10 a stream goes on behind the last event, without a gap or a double', async () => {
    const share = await fixture.api('POST', '/shares', { bucket: 'reports', key: 'q3.pdf' });
    const first = await listen(fixture.server, '?types=share.changed');
    const change = (title: string) => fixture.api('PATCH', `/shares/${share.value.id}`, { title });
    await change('one');
    await first.until((heard) => heard.length === 1);
    const lastEventId = first.lastId();
    first.close();
    await change('two');
    await change('three');
    const second = await listen(fixture.server, '?types=share.changed', { lastEventId });
    await second.until((heard) => heard.length === 2);
    await change('four');
    const heard = await second.until((events) => events.length === 3);
    assert.deepEqual(second.told, []);
    assert.ok(heard.every(({ id }) => id > lastEventId));
    second.close();
  });

  test('EVT-11 who cannot go on is told so, and hears what comes', async () => {
    const listener = await listen(fixture.server, '?types=share.created', { lastEventId: 'nonsense' });
    assert.deepEqual(listener.told, ['reset']);
    await fixture.api('POST', '/shares', { bucket: 'reports', key: 'q3.pdf' });
    await listener.until(has('share.created'));
    listener.close();
  });

  test('EVT-5 a link cannot listen, nor can nobody', async () => {
    assert.equal((await fetch(`${fixture.server.endpoint}/_/api/v1/events`)).status, 403);
  });
});

test('EVT-9 EVT-14 a start is told of; a server that stops ends its streams at once', async () => {
  const server = await startTestServer();
  const listener = await listen(server, '', { lastEventId: '0'.repeat(26) });
  await listener.until(has('server.started'));
  await server.running.stop('graceful');
  await listener.ended();
  await server.stop();
});
