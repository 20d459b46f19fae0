import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { inspect } from '@tidegate/presign';
import { run } from '../outside-tool.ts';
import { bin, tidegate } from './cli.ts';

const folder = await mkdtemp(join(tmpdir(), 'tidegate-cli-serve-'));
const started: ChildProcess[] = [];
after(async () => {
  // A test that failed must not leave its server behind.
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const port0 = ['--listen', '127.0.0.1:0', '--console-listen', 'off'];

type Serving = {
  readonly text: () => string;
  readonly waitFor: (pattern: RegExp) => Promise<RegExpExecArray>;
  readonly child: ChildProcess;
  stop(): Promise<number | null>;
};

/** Starts `serve`, on a pseudo-terminal of util-linux's `script` or on pipes. */
function serve(args: readonly string[], kind: 'terminal' | 'pipes'): Serving {
  const words = [process.execPath, bin, 'serve', ...args];
  const child =
    kind === 'pipes'
      ? spawn(words[0] ?? '', words.slice(1), { env: { PATH: process.env['PATH'], HOME: folder } })
      : spawn('script', ['-qec', `stty cols 200; exec ${words.join(' ')}`, '/dev/null'], {
          env: { PATH: process.env['PATH'], HOME: folder, TERM: 'xterm', SHELL: '/bin/sh', NO_COLOR: '1' },
        });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk.replaceAll('\r', '');
      child.emit('text');
    });
  }
  return {
    child,
    text: () => text,
    waitFor: async (pattern) => {
      const deadline = AbortSignal.timeout(120_000);
      for (;;) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}:\n${text}`);
        await once(child, 'text', { signal: deadline }).catch(() => {
          throw new Error(`${pattern} did not come:\n${text}`);
        });
      }
    },
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      // A pseudo-terminal turns the character into the signal, as for a person.
      if (kind === 'terminal') child.stdin?.write('\u0003');
      else child.kill('SIGTERM');
      await once(child, 'exit');
      return child.exitCode;
    },
  };
}

function hasPseudoTerminal(t: TestContext): boolean {
  const isThere = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
  if (!isThere) {
    assert.notEqual(process.env['CI'], 'true', 'script (util-linux) is needed in CI');
    t.skip('no pseudo-terminal: script of util-linux is missing');
  }
  return isThere;
}

test('SEC-516 the first start on a terminal shows the key, keeps it in a file of mode 0600 and makes a link that works; the second shows neither', async (t) => {
  if (!hasPseudoTerminal(t)) return;
  const data = join(folder, 'first');
  const first = serve([data, '--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0'], 'terminal');
  const [, endpoint = ''] = await first.waitFor(/^listening on (http:\/\/\S+)$/m);
  const text = first.text();
  assert.match(
    text,
    /^ {2}tidegate \d+\.\d+\.\d+ · data \S+ \(new\) · region us-east-1\n\n {2}Your first access key, kept in \S+first-key\.env for you only:\n {4}access key {2}TGAK[A-Z2-7]{16}\n {4}secret {6}\S{40}\n/,
  );
  assert.match(text, /\n {4}tidegate profiles add\n {4}export AWS_PROFILE=tidegate\n/);
  const kept = await readFile(join(data, 'first-key.env'), 'utf8');
  assert.match(kept, new RegExp(`^AWS_ENDPOINT_URL=${endpoint}$`, 'm'));
  const [, link = ''] = /A first link, valid for one hour and three downloads:\n {4}(\S+)\n/.exec(text) ?? [];
  assert.equal(inspect(link).expiresIn, 3600);
  assert.equal(inspect(link).limits.uses, 3);
  const page = await fetch(link);
  assert.equal(page.status, 200);
  assert.match(
    await page.text(),
    /^Hello\. This page came through an S3 presigned URL with three uses; you have just spent one\./,
  );
  const [, console = ''] =
    /Then see its use in the console\. This link signs you in once:\n {4}(http\S+)#k=[\w.-]+\n/.exec(text) ?? [];
  assert.ok([200, 503].includes((await fetch(console)).status), console);
  const [, secret = ''] = /secret {6}(\S{40})/.exec(text) ?? [];
  assert.equal(await first.stop(), 0);
  assert.match(first.text(), /Stopped\. 1 link is still valid when it runs again\.\n$/);

  const second = serve([data, '--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0', '--open'], 'terminal');
  await second.waitFor(/^listening on/m);
  assert.match(
    second.text(),
    /^ {2}tidegate \d+\.\d+\.\d+ · data \S+ · 1 bucket, 1 object, \d+ B · 1 active link · console http:\/\/127\.0\.0\.1:\d+\n! \S+first-key\.env holds the first key in plain text\. Move it to ~\/\.aws: {2}tidegate profiles add\nlistening on /,
  );
  await second.waitFor(/! No browser can be opened here: {2}tidegate console --print/);
  assert.ok(!second.text().includes(secret));
  assert.doesNotMatch(second.text(), /welcome/);
  assert.equal(await second.stop(), 0);
});

test('--no-welcome makes no bucket and no link', async (t) => {
  if (!hasPseudoTerminal(t)) return;
  const server = serve([join(folder, 'plain'), ...port0, '--no-welcome'], 'terminal');
  await server.waitFor(/^listening on/m);
  assert.match(server.text(), /access key {2}TGAK/);
  assert.doesNotMatch(server.text(), /first link/);
  assert.equal(await server.stop(), 0);
});

test('SEC-516 without a terminal no secret is printed: the key goes to a file of mode 0600, stdout has one line', async () => {
  const data = join(folder, 'piped');
  const server = serve([data, ...port0], 'pipes');
  const [line = ''] = await server.waitFor(/^listening on http:\/\/127\.0\.0\.1:\d+$/m);
  const endpoint = line.replace('listening on ', '');
  const file = join(data, 'first-key.env');
  const [, secret = ''] = /SECRET_ACCESS_KEY=(\S+)/.exec(await readFile(file, 'utf8')) ?? [];
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const own = await tidegate(['ls', '--data', data]);
  assert.equal(own.code, 0, own.stderr);
  assert.equal(own.stdout, '', 'no bucket was made');
  assert.equal((await tidegate(['health', '--data', data])).code, 0, 'its address is in the file too');
  // Whoever sources it finds the server, with programs that know nothing of Tidegate: a key alone would lead them to AWS.
  const sourced = await run('/bin/sh', ['-c', `set -a; . "${file}"; set +a; "${process.execPath}" "${bin}" whoami`], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' },
  });
  assert.equal(sourced.code, 0, sourced.stderr);
  assert.match(await readFile(file, 'utf8'), new RegExp(`^AWS_ENDPOINT_URL=${endpoint}\nAWS_REGION=us-east-1$`, 'm'));
  assert.equal(await server.stop(), 0);
  assert.ok(server.text().includes(file));
  assert.ok(!server.text().includes(secret));
  assert.ok(secret.length === 40);
});

test('SEC-704 a folder in use, a port in use and a bad setting fail at startup with their own codes', async () => {
  const data = join(folder, 'busy');
  const server = serve([data, ...port0], 'pipes');
  const [, port = ''] = await server.waitFor(/^listening on http:\/\/127\.0\.0\.1:(\d+)$/m);
  const inUse = await tidegate(['serve', data, ...port0]);
  assert.equal(inUse.code, 4, inUse.stderr);
  assert.ok(inUse.stderr.includes(data), inUse.stderr);
  const taken = await tidegate([
    'serve',
    join(folder, 'other'),
    '--listen',
    `127.0.0.1:${port}`,
    '--console-listen',
    'off',
  ]);
  assert.equal(taken.code, 5, taken.stderr);
  assert.match(
    taken.stderr,
    new RegExp(
      `^✗ Port ${port} is used by another program \\(pid ${server.child.pid}, ${basename(process.execPath)}\\)\\.\n {2}Use another: {2}tidegate serve \\S+ --listen 127\\.0\\.0\\.1:\\d+\n`,
      'm',
    ),
  );
  assert.equal(await server.stop(), 0);
});

for (const [name, args, env, said] of [
  ['an unknown flag', ['--listn', 'x'], {}, /Unknown option --listn of serve\.\n {2}Did you mean --listen\?/],
  ['a value that is no address', ['--listen', 'nowhere'], {}, /--listen "nowhere" is not an address/],
  ['a variable that is no address', [], { TIDEGATE_LISTEN: 'nowhere' }, /TIDEGATE_LISTEN "nowhere" is not an address/],
  [
    'a well-known root key',
    port0,
    { TIDEGATE_ROOT_ACCESS_KEY_ID: 'minioadmin', TIDEGATE_ROOT_SECRET_ACCESS_KEY: 'minioadmin' },
    /everybody knows/,
  ],
  [
    'several processes at one socket file',
    ['--workers', '2', '--listen', 'unix:/tmp/tidegate-never.sock'],
    {},
    /shares a port/,
  ],
  ['two folders', ['--data', 'x'], {}, /given twice/],
  ['a missing settings file', ['--config', '/nonexistent.toml'], {}, /nonexistent\.toml/],
] as const) {
  test(`${name} fails at startup with 2`, async () => {
    const { code, stdout, stderr } = await tidegate(['serve', join(folder, 'bad'), ...args], { env });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, said);
  });
}

test('a data folder that is a file fails at startup with 4', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const { code, stderr } = await tidegate(['serve', file, ...port0]);
  assert.equal(code, 4, stderr);
  assert.ok(stderr.includes(file), stderr);
});

test('SEC-807 a master key that others can read fails at startup with 2', async () => {
  const file = join(folder, 'master.key');
  await writeFile(file, Buffer.alloc(32, 7).toString('base64'));
  await chmod(file, 0o644);
  const { code, stderr } = await tidegate(['serve', join(folder, 'keyed'), ...port0], {
    env: { TIDEGATE_MASTER_KEY_FILE: file },
  });
  assert.equal(code, 2, stderr);
  assert.ok(stderr.includes(file));
});

test('a console port in use fails at startup like the S3 port, naming --console-listen', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const { code, stderr } = await tidegate([
      'serve',
      join(folder, 'third'),
      '--listen',
      '127.0.0.1:0',
      '--console-listen',
      `127.0.0.1:${port}`,
    ]);
    assert.equal(code, 5, stderr);
    assert.match(stderr, new RegExp(`Port ${port} is used by another program.*\\n.*--console-listen`));
  } finally {
    holder.close();
  }
});
