import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startOwnTime } from '../own-time.ts';
import { links, type TestServer } from '../test-server.ts';
import { startWorkers } from './worker-server.ts';

const size = 8 * 1024 * 1024;

let server: TestServer;
const clock = startOwnTime();
before(async () => {
  server = await startWorkers();
  assert.equal((await server.signed('PUT', '/back')).status, 200);
  await server.signed('PUT', '/back/large', { body: new Uint8Array(size) });
  await server.signed('PUT', '/back/small', { body: 'small' });
});
after(() => {
  clock.stop();
  return server.stop();
});

type Transfer = { readonly ended: Promise<{ readonly atMs: number; readonly how: 'whole' | 'cut' }> };

/** A transfer on a connection of its own; resolves when its first bytes are here. */
function begin(url: string, body?: { readonly bytes: number }): Promise<Transfer> {
  return new Promise((resolve, reject) => {
    const ended = Promise.withResolvers<{ atMs: number; how: 'whole' | 'cut' }>();
    const end = (how: 'whole' | 'cut'): void => ended.resolve({ atMs: clock.nowMs(), how });
    const outgoing = request(url, {
      agent: false,
      method: body === undefined ? 'GET' : 'PUT',
      ...(body === undefined ? {} : { headers: { 'content-length': String(body.bytes) } }),
    });
    outgoing.on('response', (answer) => {
      answer.once('data', () => resolve({ ended: ended.promise }));
      answer.on('data', () => undefined);
      answer.on('end', () => end(answer.complete && answer.statusCode === 200 ? 'whole' : 'cut'));
      answer.on('error', () => end('cut'));
    });
    outgoing.on('error', (error) => {
      end('cut');
      reject(error);
    });
    if (body === undefined) outgoing.end();
    else {
      outgoing.write(new Uint8Array(64 * 1024), () => resolve({ ended: ended.promise }));
    }
  });
}

function statusOf(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });
}

const dozen = Array.from({ length: 12 });

async function revoke(label: string): Promise<number> {
  const startedAt = clock.nowMs();
  await server.running.links.revoke({
    match: { kind: 'label', accessKeyId: server.credentials.accessKeyId, label },
    beforeMs: Date.now() + 1_000,
    by: 'test',
    reason: undefined,
    keptUntilMs: undefined,
  });
  console.log(`a revocation was durable after ${Math.round(clock.nowMs() - startedAt)} ms`);
  return clock.nowMs();
}

test('REL-7 SEC-216 what one process takes back, every worker refuses from the next request on', async () => {
  const url = links(server, 'back').presignGet('small', { expiresIn: 900, limits: { id: 'seen-by-others' } });
  for (const status of await Promise.all(dozen.map(() => statusOf(url)))) assert.equal(status, 200);
  const atMs = await revoke('seen-by-others');
  const statuses = await Promise.all(dozen.map(() => statusOf(url)));
  console.log(`${dozen.length} requests on both workers were refused ${Math.round(clock.nowMs() - atMs)} ms after`);
  for (const status of statuses) assert.equal(status, 403);
});

test('REL-7 SEC-217 downloads of every worker are cut within a second of the taking back', async () => {
  const limits = { id: 'cut-down', rate: '256KB' } as const;
  const url = links(server, 'back').presignGet('large', { expiresIn: 900, limits });
  const other = links(server, 'back').presignGet('large', { expiresIn: 900, limits: { id: 'stays', rate: '8MB' } });
  const running = await Promise.all(dozen.map(() => begin(url)));
  const stays = await begin(other);
  await wait(300);
  const atMs = await revoke('cut-down');
  const ends = await Promise.all(running.map(({ ended }) => ended));
  const slowest = Math.max(...ends.map((end) => end.atMs - atMs));
  console.log(`${ends.length} downloads on both workers were cut ${Math.round(slowest)} ms after at the latest`);
  assert.deepEqual(new Set(ends.map(({ how }) => how)), new Set(['cut']));
  assert.ok(slowest < 1_000, `${slowest} ms`);
  assert.equal((await stays.ended).how, 'whole');
});

test('ADM-33 REL-7 a worker that answers tells what it and every other process cut', async () => {
  const limits = { id: 'counted', rate: '256KB' } as const;
  const url = links(server, 'back').presignGet('large', { expiresIn: 900, limits });
  const running = await Promise.all(dozen.map(() => begin(url)));
  const takeBack = async (): Promise<number> => {
    const body = JSON.stringify({ match: { label: 'counted' } });
    const headers = { 'content-type': 'application/json' };
    const answer = await server.signed('POST', '/_/api/v1/revocations', { body, headers });
    const { cut } = JSON.parse(await answer.text());
    return Number(cut);
  };
  assert.equal(await takeBack(), dozen.length);
  for (const { ended } of running) assert.equal((await ended).how, 'cut');
  assert.equal(await takeBack(), 0);
});

test('REL-7 SEC-218 uploads of every worker are cut within a second, and nothing of them is there', async () => {
  const url = links(server, 'back').presignPut('never', { expiresIn: 900, limits: { id: 'cut-up' } }).url;
  const running = await Promise.all(dozen.map(() => begin(url, { bytes: size })));
  await wait(300);
  const atMs = await revoke('cut-up');
  const ends = await Promise.all(running.map(({ ended }) => ended));
  const slowest = Math.max(...ends.map((end) => end.atMs - atMs));
  console.log(`${ends.length} uploads on both workers were cut ${Math.round(slowest)} ms after at the latest`);
  assert.deepEqual(new Set(ends.map(({ how }) => how)), new Set(['cut']));
  assert.ok(slowest < 1_000, `${slowest} ms`);
  assert.equal((await server.signed('HEAD', '/back/never')).status, 404);
});
