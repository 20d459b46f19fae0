import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tidegate, verifyWebhook } from '@tidegate/presign/admin';
import { startReceiver } from '../../packages/server/test/events/receiver.ts';

const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));
const credentials = {
  accessKeyId: 'TGAKFAULTTESTS000001',
  secretAccessKey: 'faultTests/secret+0for1the2webhooks3only',
};

async function serve(folder: string): Promise<{ readonly child: ChildProcess; readonly endpoint: string }> {
  const child = spawn(
    process.execPath,
    [bin, 'serve', folder, '--listen', '127.0.0.1:0', '--console-listen', 'off', '--log-level', 'error'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        TIDEGATE_OUTBOUND_ALLOW: '127.0.0.1/32',
        TIDEGATE_ROOT_ACCESS_KEY_ID: credentials.accessKeyId,
        TIDEGATE_ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    },
  );
  let said = '';
  for await (const text of child.stdout ?? []) {
    said += String(text);
    const endpoint = /^listening on (http:\/\/\S+)$/m.exec(said)?.[1];
    if (endpoint !== undefined) return { child, endpoint };
  }
  throw new Error(`The server did not listen: ${said}`);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('EVT-24 EVT-25 events from before a kill -9 reach their webhook after the next start, each by its id', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-webhooks-'));
  const receiver = await startReceiver();
  // It takes what comes and answers nothing: the server is killed with requests under way and more behind them.
  receiver.answer(() => undefined);
  const first = await serve(join(folder, 'data'));
  let second: Awaited<ReturnType<typeof serve>> | undefined;
  try {
    const api = tidegate({ endpoint: first.endpoint, credentials });
    const { secret } = await api.createWebhook({ url: receiver.url, types: ['key.created'] });
    const made: string[] = [];
    for (let at = 0; at < 20; at += 1) made.push((await api.createKey({ note: `key ${at}`, role: 'read' })).id);
    await receiver.until((received) => received.length > 0);
    await kill(first.child);
    const before = receiver.received.length;
    receiver.answer((response) => response.writeHead(200).end());
    second = await serve(join(folder, 'data'));
    const delivered = (): readonly unknown[] =>
      receiver.received.slice(before).map(({ event }) => event.data['accessKeyId']);
    await receiver.until(() => made.every((id) => delivered().includes(id)));
    const ids = new Map<unknown, Set<string>>();
    for (const { headers, body, event } of receiver.received) {
      assert.equal((await verifyWebhook({ headers, body }, secret)).id, event.id);
      const key = event.data['accessKeyId'];
      ids.set(key, (ids.get(key) ?? new Set()).add(event.id));
    }
    assert.equal(ids.size, 20);
    assert.ok(
      [...ids.values()].every(({ size }) => size === 1),
      'one event was queued twice',
    );
  } finally {
    await kill(first.child);
    if (second !== undefined) await kill(second.child);
    await receiver.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
