import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const base = mkdtempSync(join(tmpdir(), 'tidegate-process-'));
after(() => rmSync(base, { recursive: true, force: true }));
const script = fileURLToPath(new URL('./serve-process.ts', import.meta.url));
// Without the condition the name of the package means its bundle.
const args = [script];
execFileSync(process.execPath, [fileURLToPath(new URL('../../../tools/bundle.mjs', import.meta.url)), 'server']);
let folders = 0;

function freshFolder(): string {
  folders += 1;
  return join(base, `data-${folders}`);
}

type Started = { readonly child: ChildProcess; readonly port: number; readonly stderr: () => string };

async function start(
  command: string,
  commandArgs: readonly string[],
  env: Record<string, string> = {},
): Promise<Started> {
  const child = spawn(command, commandArgs, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  let stdout = '';
  for await (const chunk of child.stdout) {
    stdout += String(chunk);
    const port = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1];
    if (port !== undefined) return { child, port: Number(port), stderr: () => stderr };
  }
  return assert.fail(`it did not start: ${stderr}`);
}

async function exitOf({ child }: Started): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = await once(child, 'exit');
  return code;
}

/** A request that stays unfinished: its body never comes. */
async function hangingRequest(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  // Without a signature it would be answered at once; a form has to be read first, and is asked for.
  const head =
    'POST /bucket HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100\r\n';
  socket.write(`${head}Expect: 100-continue\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 100 Continue\r\n/);
  socket.write('--x\r\n');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`REL-8 ${signal} ends an idle server at once: exit code 0`, async () => {
    const started = await start(process.execPath, [...args, freshFolder()]);
    const began = performance.now();
    started.child.kill(signal);
    assert.equal(await exitOf(started), 0);
    assert.ok(performance.now() - began < 20_000);
    assert.match(started.stderr(), /"msg":"stopped"/);
  });
}

test('REL-8 a second signal cuts what still runs', async () => {
  const started = await start(process.execPath, [...args, freshFolder()]);
  await hangingRequest(started.port);
  started.child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(started.child.exitCode, null);
  const began = performance.now();
  started.child.kill('SIGTERM');
  assert.equal(await exitOf(started), 0);
  assert.ok(performance.now() - began < 20_000);
});

test('under npm the server ends when the shell that npm started it with has ended', async () => {
  const quoted = [process.execPath, ...args, freshFolder()].map((part) => `'${part}'`).join(' ');
  const started = await start('/bin/sh', ['-c', `${quoted} & echo pid $! >&2; wait`], { npm_command: 'run-script' });
  const pid = Number(/^pid (\d+)$/m.exec(started.stderr())?.[1]);
  assert.ok(pid > 0);
  started.child.kill('SIGKILL');
  const end = performance.now() + 60_000;
  while (isAlive(pid)) {
    assert.ok(performance.now() < end, 'the server outlived its shell');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('SEC-808 an error that nobody caught ends the process, and its stack shows no query', async () => {
  const started = await start(process.execPath, [...args, freshFolder(), 'throw']);
  assert.equal(await exitOf(started), 1);
  assert.match(started.stderr(), /"level":"error".*caught by nobody/);
  assert.doesNotMatch(started.stderr(), /0123456789abcdef/);
});
