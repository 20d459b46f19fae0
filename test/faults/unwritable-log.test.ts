import assert from 'node:assert/strict';
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/*
 * Servers whose output cannot be written, and servers that lose all of their workers at once (REL-21, REL-22).
 */

const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'tidegate-log-'));
const started: ChildProcess[] = [];
after(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const patienceMs = 60_000;
const metricsToken = 'token-of-this-test-0123456789';
let servers = 0;

type Started = { readonly child: ChildProcess; readonly endpoint: string; readonly ended: Promise<unknown[]> };

/** Starts `serve` on a known port: where its output goes nobody may be able to read. */
async function start(
  workers: number,
  stdio: StdioOptions,
  { consoleListen = 'off' }: { readonly consoleListen?: string } = {},
): Promise<Started> {
  servers += 1;
  const port = await freePort();
  const words = [
    bin,
    'serve',
    join(folder, `data-${servers}`),
    '--listen',
    `127.0.0.1:${port}`,
    '--console-listen',
    consoleListen,
    '--workers',
    String(workers),
  ];
  const child = spawn(process.execPath, words, {
    stdio,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TIDEGATE_METRICS_TOKEN: metricsToken },
  });
  started.push(child);
  const server = { child, endpoint: `http://127.0.0.1:${port}`, ended: once(child, 'exit') };
  await untilAnswered(server);
  return server;
}

async function freePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  holder.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilAnswered({ child, endpoint }: Omit<Started, 'ended'>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isAnswered(endpoint))) {
    assert.ok(child.exitCode === null && child.signalCode === null, `it ended with ${child.exitCode}`);
    assert.ok(performance.now() < deadline, 'it does not answer');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isAnswered(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/_/health/ready`, { signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** Refused requests, each of which is a line of the log. */
async function askForLines(endpoint: string, count: number): Promise<void> {
  const path = `/bucket/${'x'.repeat(900)}`;
  for (let n = 0; n < count; n += 50) {
    const responses = await Promise.all(Array.from({ length: 50 }, () => fetch(`${endpoint}${path}`)));
    for (const response of responses) {
      assert.equal(response.status, 404);
      await response.arrayBuffer();
    }
  }
}

async function droppedLines(consoleEndpoint: string): Promise<number> {
  const headers = { authorization: `Bearer ${metricsToken}` };
  const metrics = await (await fetch(`${consoleEndpoint}/_/metrics`, { headers })).text();
  return Number(/^tidegate_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1]);
}

async function stop({ child, ended }: Started): Promise<void> {
  child.kill('SIGTERM');
  const [exitCode, signal] = await ended;
  assert.deepEqual([exitCode, signal], [0, null]);
}

for (const workers of [1, 2]) {
  test(`REL-21 with ${workers} worker(s) and all output on a full device requests are answered, and SIGTERM works`, async () => {
    const full = openSync('/dev/full', 'w');
    const consoleListen = `127.0.0.1:${await freePort()}`;
    const server = await start(workers, ['ignore', full, full], { consoleListen });
    await askForLines(server.endpoint, 200);
    const deadline = performance.now() + patienceMs;
    while ((await droppedLines(`http://${consoleListen}`)) < 200) assert.ok(performance.now() < deadline);
    await stop(server);
  });

  test(`REL-21 with ${workers} worker(s) and a reader of the output that went away requests are answered, and SIGTERM works`, async () => {
    const server = await start(workers, ['ignore', 'pipe', 'pipe']);
    server.child.stdout?.destroy();
    server.child.stderr?.destroy();
    await askForLines(server.endpoint, 200);
    await stop(server);
  });

  test(`REL-21 with ${workers} worker(s) and a pipe that nobody reads, requests are answered; a returning reader sees how many lines are missing`, async () => {
    const consoleListen = `127.0.0.1:${await freePort()}`;
    const server = await start(workers, ['ignore', 'ignore', 'pipe'], { consoleListen });
    const { stderr } = server.child;
    stderr?.pause();
    // Of many refusals in one second not all are lines: how long it takes to fill the pipe depends on the machine.
    const fullBy = performance.now() + patienceMs;
    do {
      assert.ok(performance.now() < fullBy, 'the pipe never fills');
      await askForLines(server.endpoint, 200);
    } while ((await droppedLines(`http://${consoleListen}`)) === 0);
    let log = '';
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    stderr?.resume();
    const deadline = performance.now() + patienceMs;
    while (!/"dropped":\d+,"code":"EAGAIN","msg":"log lines were dropped/.test(log)) {
      assert.ok(performance.now() < deadline, log.slice(-2000));
      // Lines of every worker: each finds out for itself that it can write again.
      await askForLines(server.endpoint, 50);
    }
    await stop(server);
    for (const line of log.trim().split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
  });
}

test('REL-22 a server without a console whose workers are all killed at once starts them again and says so', async () => {
  const server = await start(3, ['ignore', 'ignore', 'pipe']);
  let log = '';
  server.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const children = readFileSync(`/proc/${server.child.pid}/task/${server.child.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  assert.equal(children.length, 3);
  for (const pid of children) process.kill(Number(pid), 'SIGKILL');
  const deadline = performance.now() + patienceMs;
  while (log.split('a worker ended and is started again').length < 4) {
    assert.ok(server.child.exitCode === null, `it ended with ${server.child.exitCode}\n${log}`);
    assert.ok(performance.now() < deadline, log);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await untilAnswered(server);
  await stop(server);
});
