import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../src/world/clock.ts';
import { links, startTestServer } from './test-server.ts';

test('SEC-222 REL-16 a clock that is set back is told of, once; a use that was taken stays taken', async () => {
  const wall = { ms: 0 };
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + wall.ms };
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
