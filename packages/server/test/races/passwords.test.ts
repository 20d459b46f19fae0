import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { makeShare } from '../shares/fixture.ts';
import type { TestServer } from '../test-server.ts';
import { startWorkers } from './worker-server.ts';

let server: TestServer;
before(async () => {
  server = await startWorkers();
  assert.equal((await server.signed('PUT', '/locked')).status, 200);
  assert.equal((await server.signed('PUT', '/locked/file.txt', { body: 'secret' })).status, 200);
});
after(() => server.stop());

/** A request on a connection of its own: the kernel gives it to either worker. */
function statusOf(url: string, password: string, localAddress = '127.0.0.1'): Promise<number> {
  const authorization = `Basic ${Buffer.from(`any:${password}`).toString('base64')}`;
  return new Promise((resolve, reject) => {
    request(url, { agent: false, localAddress, headers: { authorization } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}

test('SHR-12 SEC-911 of two workers together an address has ten tries of a password, however many it sends at once', async () => {
  const { url } = await makeShare(server, { bucket: 'locked', key: 'file.txt', password: 'right' });
  const statuses = await Promise.all(Array.from({ length: 24 }, (_, n) => statusOf(url, `wrong ${n}`)));
  assert.equal(statuses.filter((status) => status === 401).length, 10, statuses.join(' '));
  assert.equal(statuses.filter((status) => status === 429).length, 14);
  assert.equal(await statusOf(url, 'right'), 429);
  assert.equal(await statusOf(url, 'right', '127.0.0.2'), 200);
});

test('SHR-12 a password that was right forgets the tries in every worker', async () => {
  const { url } = await makeShare(server, { bucket: 'locked', key: 'file.txt', password: 'right' });
  for (let round = 0; round < 2; round += 1) {
    const statuses = await Promise.all(Array.from({ length: 8 }, (_, n) => statusOf(url, `wrong ${round} ${n}`)));
    assert.deepEqual(new Set(statuses), new Set([401]));
    assert.equal(await statusOf(url, 'right'), 200);
  }
});
