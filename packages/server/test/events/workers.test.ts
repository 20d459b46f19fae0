import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { tidegate } from '@tidegate/presign/admin';
import { startWorkers } from '../races/worker-server.ts';
import { links, type TestServer } from '../test-server.ts';
import { type Listener, listen } from './listen.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let server: TestServer;
let receiver: Receiver;
before(async () => {
  server = await startWorkers({ settings: { outboundAllow: ['127.0.0.1/32'] } });
  receiver = await startReceiver();
  await server.signed('PUT', '/bkt');
  await server.signed('PUT', '/bkt/a', { body: 'a' });
});
after(async () => {
  await receiver.stop();
  await server.stop();
});

/** A request on a connection of its own: the kernel gives it to either worker. */
function get(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}

test('EVT-2 EVT-24 what all workers did is heard at each of them, in one order, and told to a webhook once', async () => {
  const api = tidegate({ endpoint: server.endpoint, credentials: server.credentials });
  await api.createWebhook({ url: receiver.url, types: ['link.first-used'] });
  // That all of them reach one worker has the chance of one in eight million.
  const listeners: Listener[] = [];
  for (let at = 0; at < 24; at += 1) listeners.push(await listen(server, '?types=link.first-used'));
  const urls = Array.from({ length: 24 }, (_, at) => links(server, 'bkt').presignGet('a', { expiresIn: 600 + at }));
  assert.deepEqual(new Set(await Promise.all(urls.map(get))), new Set([200]));
  const orders = new Set<string>();
  for (const listener of listeners) {
    const heard = await listener.until(({ length }) => length >= 24);
    assert.equal(new Set(heard.map(({ link }) => link)).size, 24);
    orders.add(heard.map(({ id }) => id).join(' '));
    listener.close();
  }
  assert.equal(orders.size, 1);
  const received = await receiver.until(({ length }) => length >= 24);
  assert.equal(new Set(received.map(({ event }) => event.id)).size, 24);
  assert.deepEqual([...orders][0]?.split(' ').toSorted(), received.map(({ event }) => event.id).toSorted());
});
