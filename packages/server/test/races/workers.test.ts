import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { links, rootCredentials, startTestServer, type TestServer } from '../test-server.ts';
import { listeningWorkers, startWorkers, workerPids } from './worker-server.ts';

let server: TestServer;
before(async () => {
  server = await startWorkers({ toml: '[metrics]\n', settings: { metricsToken: 'reads-the-metrics' } });
  await server.signed('PUT', '/bkt');
});
after(() => server.stop());

type Answer = { readonly status: number; readonly text: string };

/** A request on a connection of its own: the kernel gives it to either worker. */
function ask(url: string, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Enough connections that each worker gets some: that one gets none of 24 has the chance of one in eight million. */
const manyTimes = Array.from({ length: 24 });

const bucketOf = () => links(server, 'bkt');
const get = (key: string) => bucketOf().presignGet(key, { expiresIn: 900 });
const put = (key: string) => bucketOf().presignPut(key, { expiresIn: 900 }).url;

async function ofWorkers(): Promise<readonly number[]> {
  const answer = await fetch(`${server.consoleEndpoint}/_/metrics`, {
    headers: { authorization: 'Bearer reads-the-metrics' },
  });
  const text = await answer.text();
  return [...text.matchAll(/^tidegate_requests_total\{op="GetObject",status="200"\} (\d+)$/gm)].map(([, n]) =>
    Number(n),
  );
}

test('REL-3 what one worker acknowledged the other shows: bodies, listings, deletions', async () => {
  for (let round = 0; round < 40; round += 1) {
    const key = `round/${round}`;
    assert.equal((await ask(put(key), 'PUT', `body ${round}`)).status, 200);
    const [shown, listed] = await Promise.all([ask(get(key)), server.signed('GET', `/bkt?list-type=2&prefix=${key}`)]);
    assert.equal(shown.text, `body ${round}`);
    assert.match(await listed.text(), new RegExp(`<Key>${key}</Key>`));
    assert.equal((await ask(put(key), 'PUT', `again ${round}`)).status, 200);
    assert.equal((await ask(get(key))).text, `again ${round}`);
    assert.equal((await ask(bucketOf().presignDelete(key, { expiresIn: 900 }).url, 'DELETE')).status, 204);
    assert.equal((await ask(get(key))).status, 404);
  }
});

test('REL-3 a change of a bucket is seen by every worker from the next request on', async () => {
  await ask(put('open'), 'PUT', 'for all');
  const address = `${server.endpoint}/bkt/open`;
  const policy = (effect: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bkt/*' }],
    });
  for (let round = 0; round < 5; round += 1) {
    assert.equal((await server.signed('PUT', '/bkt?policy', { body: policy('Allow') })).status, 204);
    for (const { status } of await Promise.all(manyTimes.map(() => ask(address)))) assert.equal(status, 200);
    assert.equal((await server.signed('DELETE', '/bkt?policy')).status, 204);
    for (const { status } of await Promise.all(manyTimes.map(() => ask(address)))) assert.equal(status, 403);
  }
});

test('SEC-304 a bucket that one worker deleted and made anew is a new one in the other', async () => {
  for (let round = 0; round < 8; round += 1) {
    assert.equal((await server.signed('PUT', '/comes-and-goes')).status, 200);
    assert.equal((await server.signed('PUT', '/comes-and-goes/k', { body: 'x' })).status, 200);
    assert.equal((await server.signed('DELETE', '/comes-and-goes/k')).status, 204);
    assert.equal((await server.signed('DELETE', '/comes-and-goes')).status, 204);
    for (const { status } of await Promise.all(manyTimes.map(() => server.signed('HEAD', '/comes-and-goes')))) {
      assert.equal(status, 404);
    }
  }
});

test('REL-7 a key that is disabled signs nothing in any worker from the next request on', async () => {
  const { keys } = server.running;
  const { Secret } = await import('../../src/stores/keys/secret.ts');
  const accessKeyId = 'TGAKOFWORKERS0000001';
  const secretAccessKey = 'ofWorkers/secret+000000000000000000000000';
  await keys.createKey({
    accessKeyId,
    secret: new Secret(secretAccessKey),
    accountName: 'root',
    role: 'owner',
    buckets: [],
    prefixes: [],
    note: undefined,
  });
  const url = links(server, 'bkt', { accessKeyId, secretAccessKey }).presignGet('open', { expiresIn: 900 });
  for (const state of ['enabled', 'disabled', 'enabled', 'disabled'] as const) {
    await keys.setKeyEnabled(accessKeyId, state);
    for (const { status } of await Promise.all(manyTimes.map(() => ask(url)))) {
      assert.equal(status, state === 'enabled' ? 200 : 403);
    }
  }
  await keys.deleteKey(accessKeyId);
  for (const { status } of await Promise.all(manyTimes.map(() => ask(url)))) assert.equal(status, 403);
});

test('REL-4 of writers in both workers that each want to be the first exactly one is', async () => {
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(
      manyTimes.map((_, n) =>
        server.signed('PUT', `/bkt/first-${round}`, { body: `writer ${n}`, headers: { 'if-none-match': '*' } }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join(' '));
    assert.equal(statuses.filter((status) => status === 412).length, manyTimes.length - 1);
  }
});

test('SEC-709 a download of many parts ends well although the other processes deleted and emptied meanwhile', async () => {
  const key = 'parts';
  const sdk = new S3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: rootCredentials,
  });
  const { Upload } = await import('@aws-sdk/lib-storage');
  const body = Buffer.alloc(24 * 1024 * 1024, 'tidegate');
  await new Upload({
    client: sdk,
    params: { Bucket: 'bkt', Key: key, Body: body },
    partSize: 5 * 1024 * 1024,
  }).done();
  const agent = new Agent({ keepAlive: false });
  const readers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const outgoing = request(get(key), { agent });
      outgoing.end();
      const [answer]: IncomingMessage[] = await once(outgoing, 'response');
      assert.ok(answer !== undefined);
      answer.pause();
      return answer;
    }),
  );
  assert.equal((await ask(bucketOf().presignDelete(key, { expiresIn: 900 }).url, 'DELETE')).status, 204);
  // The trash is emptied every second.
  await wait(2_500);
  for (const answer of readers) {
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(body));
  }
  sdk.destroy();
});

test('metrics are the sum of all workers, and stay when one has ended', async () => {
  const before = (await ofWorkers())[0] ?? 0;
  await ask(put('counted'), 'PUT', 'x');
  for (const { status } of await Promise.all(manyTimes.map(() => ask(get('counted'))))) assert.equal(status, 200);
  assert.deepEqual(await ofWorkers(), [before + manyTimes.length]);
  const [victim] = workerPids();
  assert.ok(victim !== undefined);
  process.kill(victim, 'SIGKILL');
  await workersAre(2, victim);
  assert.deepEqual(await ofWorkers(), [before + manyTimes.length]);
});

async function workersAre(count: number, not: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const pids = listeningWorkers(server.port);
    if (pids.length === count && !pids.includes(not) && (await bothServe())) return;
    assert.ok(performance.now() < deadline, `workers that listen: ${pids.join(' ')}`);
    await wait(50);
  }
}

async function bothServe(): Promise<boolean> {
  const outcomes = await Promise.allSettled(manyTimes.map(() => ask(`${server.endpoint}/_/health/ready`)));
  return outcomes.every((outcome) => outcome.status === 'fulfilled' && outcome.value.status === 200);
}

test('a worker that is killed is started again, and the other goes on meanwhile', async () => {
  await workersAre(2, 0);
  const [victim] = workerPids();
  assert.ok(victim !== undefined);
  process.kill(victim, 'SIGKILL');
  // New connections go to the one that listens; those that the dead one had taken are gone.
  let served = 0;
  for (let n = 0; n < 40; n += 1) {
    const outcome = await ask(get('open')).catch(() => undefined);
    if (outcome?.status === 200) served += 1;
  }
  assert.ok(served >= 38, `${served} of 40 were served`);
  await workersAre(2, victim);
  assert.match(server.logged(), /a worker ended and is started again/);
});

test('SEC-704 another server does not slip in at a port that workers share', async () => {
  const other = startWorkers({
    settings: { workers: 2, listen: [{ kind: 'tcp', host: '127.0.0.1', port: server.port }] },
  });
  await assert.rejects(other, { name: 'StartFailure', code: 'AddressTaken' });
});

test('SEC-704 REL-17 a second server does not get the folder of one with workers', async () => {
  await assert.rejects(startTestServer({ folder: server.folder }), { name: 'StartFailure', code: 'FolderInUse' });
});

test('REL-8 workers finish what runs, and the server has ended when they have', async (t) => {
  const own = await startWorkers();
  t.after(() => own.stop());
  await own.signed('PUT', '/bkt');
  const size = 8 * 1024 * 1024;
  await own.signed('PUT', '/bkt/k', { body: new Uint8Array(size) });
  const url = links(own, 'bkt').presignGet('k', { expiresIn: 900, limits: { rate: '4MB' } });
  const running = request(url, { agent: false });
  running.end();
  const [answer]: IncomingMessage[] = await once(running, 'response');
  assert.ok(answer !== undefined);
  const stopped = own.running.stop('graceful');
  // Both stop listening soon; what runs goes on for two seconds.
  const deadline = performance.now() + 60_000;
  while (await ask(`${own.endpoint}/_/health/live`).catch(() => undefined)) {
    assert.ok(performance.now() < deadline, 'they still listen');
    await wait(10);
  }
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  assert.equal(answer.statusCode, 200);
  assert.equal(bytes, size);
  await stopped;
});
