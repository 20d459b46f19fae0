import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bucket } from '@tidegate/presign';
import { override } from '../../../test/override.ts';
import { systemClock } from '../src/world/clock.ts';
import { links, startTestServer, type TestServer } from './test-server.ts';

test('SEC-222 REL-16 a clock that is set back is told of, once; a use that was taken stays taken', async () => {
  const wall = { ms: 0 };
  const clock = override(systemClock, { nowMs: () => systemClock.nowMs() + wall.ms });
  const server = await startTestServer({ world: { clock } });
  try {
    await server.signed('PUT', '/reports');
    await server.signed('PUT', '/reports/q3.pdf', { body: 'x' });
    const url = links(server, 'reports').presignGet('q3.pdf', { limits: { uses: 1 }, expiresIn: '1d' });
    assert.equal((await fetch(url)).status, 200);
    wall.ms = 60_000;
    wall.ms -= 2 * 3_600_000;
    const until = performance.now() + 60_000;
    while (!server.logged().includes('clock.backwards')) {
      assert.ok(performance.now() < until, 'told in time');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const told = server
      .logged()
      .split('\n')
      .filter((line) => line.includes('clock.backwards'));
    assert.equal(told.length, 1);
    const byMs: unknown = JSON.parse(told[0] ?? '').byMs;
    assert.ok(typeof byMs === 'number' && Math.abs(byMs - 2 * 3_600_000) < 120_000);
    wall.ms = 0;
    const again = await fetch(url);
    assert.deepEqual([again.status, again.headers.get('x-tidegate-reason')], [403, 'LinkUsesSpent']);
  } finally {
    await server.stop();
  }
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A machine whose wall clock is set by hand. */
function machine() {
  const wall = { ms: 0 };
  return { wall, world: { clock: override(systemClock, { nowMs: () => systemClock.nowMs() + wall.ms }) } };
}

async function withObject(server: TestServer): Promise<void> {
  await server.signed('PUT', '/reports');
  await server.signed('PUT', '/reports/a/q3.pdf', { body: 'x'.repeat(1000) });
}

async function outcome(url: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(url, { headers });
  await response.arrayBuffer();
  return `${response.status} ${response.headers.get('x-tidegate-reason') ?? ''}`.trim();
}

async function adminPost(server: TestServer, path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await server.signed('POST', `/_/api/v1${path}`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  assert.ok(response.ok, `${path}: ${response.status}`);
  // Each test reads the members that it asserts.
  return (await response.json()) as Record<string, unknown>;
}

test('REL-16 what expired and was refused stays refused when the clock is set back, also after a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-clock-'));
  const { wall, world } = machine();
  let server = await startTestServer({ folder, world });
  try {
    await withObject(server);
    const { endpoint, credentials } = server;
    const old = bucket('reports', { endpoint, credentials, region: 'us-east-1', signatureVersion: 'v2' });
    const urls = [
      links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: 60 }),
      old.presignGet('a/q3.pdf', { expiresIn: 60 }),

      String((await adminPost(server, '/shares', { bucket: 'reports', key: 'a/q3.pdf', expiresIn: 60 }))['url']),
    ];
    const all = () => Promise.all(urls.map((url) => outcome(url)));
    assert.deepEqual(await all(), ['200', '200', '200']);
    wall.ms = 90_000;
    const refused = ['403 LinkExpired', '403 LinkExpired', '403 LinkExpired'];
    assert.deepEqual(await all(), refused);
    wall.ms -= 2 * minuteMs;
    assert.deepEqual(await all(), refused);
    assert.equal((await server.signed('GET', '/reports/a/q3.pdf')).status, 200);
    await server.running.links.flush();
    await server.stop();
    server = await startTestServer({
      folder,
      world,
      settings: { listen: [{ kind: 'tcp', host: '127.0.0.1', port: server.port }] },
    });
    assert.deepEqual(await all(), refused);
    await server.stop();
    server = await startTestServer({
      folder,
      world,
      settings: { listen: [{ kind: 'tcp', host: '127.0.0.1', port: server.port }], trustClock: true },
    });
    assert.deepEqual(await all(), ['200', '200', '200'], 'an operator may trust the clock');
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test('REL-16 a clock that was hours ahead and was corrected refuses no request that is signed now', async () => {
  const { wall, world } = machine();
  const server = await startTestServer({ world });
  try {
    await withObject(server);
    for (const jumpMs of [3 * hourMs, 26 * hourMs]) {
      wall.ms = jumpMs;
      await outcome(links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: 60 }));
      wall.ms = 0;
      assert.equal((await server.signed('GET', '/reports/a/q3.pdf')).status, 200);
      const made = await adminPost(server, '/links/presign', { bucket: 'reports', key: 'a/q3.pdf', expiresIn: '1d' });
      assert.equal(await outcome(String(made['url'])), '200');
      assert.equal(await outcome(links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: '1d' })), '200');
    }
    // More than a day is no time that a link was refused at: it is not held against short ones.
    assert.equal(await outcome(links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: 60 })), '200');
  } finally {
    await server.stop();
  }
});

test('REL-16 LDG-17 a jump of the clock ahead or back closes no open download session', async () => {
  const { wall, world } = machine();
  const server = await startTestServer({ world });
  try {
    await withObject(server);
    const url = links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: '2d', limits: { uses: 1 } });
    assert.equal(await outcome(url, { range: 'bytes=0-299' }), '206');
    wall.ms = 5 * hourMs;
    assert.equal(await outcome(url, { range: 'bytes=300-599' }), '206');
    wall.ms = 2 * hourMs;
    assert.equal(await outcome(url, { range: 'bytes=600-899' }), '206');
  } finally {
    await server.stop();
  }
});

test('LDG-31 a revocation under a clock that was set back covers what was seen before it', async () => {
  const { wall, world } = machine();
  const server = await startTestServer({ world });
  try {
    await withObject(server);
    const url = links(server, 'reports').presignGet('a/q3.pdf', { expiresIn: '2d' });
    assert.equal(await outcome(url), '200');
    wall.ms = -10 * minuteMs;
    await adminPost(server, '/revocations', { match: { bucket: 'reports', prefix: 'a/' } });
    assert.equal(await outcome(url), '403 LinkRevoked');
  } finally {
    await server.stop();
  }
});
