import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type Settings,
  StartFailure,
  settingsFrom,
  startServer,
  systemWorld,
  version,
  type World,
} from '../src/index.ts';
import { links, rootCredentials, startTestServer, type TestServer } from './test-server.ts';

const base = mkdtempSync(join(tmpdir(), 'tidegate-lifecycle-'));
after(() => rmSync(base, { recursive: true, force: true }));
let folders = 0;

function freshFolder(): string {
  folders += 1;
  return join(base, `data-${folders}`);
}

function quietWorld(environment: Record<string, string> = {}): World {
  return { ...systemWorld(), environment, stderr: { write: () => undefined, isTerminal: false } };
}

function settingsFor(data: string, more: Partial<Settings> = {}): Settings {
  return { ...settingsFrom({ listen: '127.0.0.1:0', data }), ...more };
}

async function failureOf(start: Promise<unknown>): Promise<StartFailure> {
  try {
    await start;
  } catch (error) {
    assert.ok(error instanceof StartFailure, String(error));
    return error;
  }
  return assert.fail('it started');
}

test('SEC-516 the first start makes a random key, told to the caller once; the second start tells nothing', async () => {
  const data = freshFolder();
  const first = await startServer(settingsFor(data), quietWorld(), { firstKey: 'show' });
  assert.equal(first.isNewFolder, true);
  assert.ok(first.rootKey.kind === 'made' && first.rootKey.keptIn === undefined);
  const { accessKeyId, secretAccessKey } = first.rootKey.key;
  assert.match(accessKeyId, /^TGAK[A-Z2-7]{16}$/);
  assert.match(secretAccessKey, /^[A-Za-z0-9]{40}$/);
  await first.stop();
  assert.ok(!existsSync(join(data, 'first-key.env')));
  const second = await startServer(settingsFor(data), quietWorld(), { firstKey: 'show' });
  assert.equal(second.isNewFolder, false);
  assert.deepEqual(second.rootKey, { kind: 'there' });
  await second.stop();
});

test('SEC-516 without a terminal the first key is in a file of mode 0600 and not in the log', async () => {
  const data = freshFolder();
  let log = '';
  const world: World = {
    ...quietWorld(),
    stderr: {
      write: (text) => {
        log += text;
      },
      isTerminal: false,
    },
  };
  const running = await startServer(settingsFor(data), world);
  await running.stop();
  const path = join(data, 'first-key.env');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const secret = /AWS_SECRET_ACCESS_KEY=(\S+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
  assert.equal(secret.length, 40);
  assert.ok(log.includes(path) && !log.includes(secret));
});

for (const [name, given, expected] of [
  [
    'listening everywhere',
    { listen: [{ kind: 'tcp', host: '0.0.0.0', port: 0 }] },
    /^AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/m,
  ],
  [
    'with a public address',
    { publicEndpoint: 'https://files.example.com' },
    /^AWS_ENDPOINT_URL=https:\/\/files\.example\.com$/m,
  ],
] as const) {
  test(`the file of the first key names where the server is reached: ${name}`, async () => {
    const data = freshFolder();
    const running = await startServer(settingsFor(data, given), quietWorld());
    await running.stop();
    assert.match(readFileSync(join(data, 'first-key.env'), 'utf8'), expected);
  });
}

test('SEC-516 both listeners are on this machine alone unless told otherwise; another address without TLS warns', async () => {
  const settings = settingsFrom({});
  assert.deepEqual(settings.listen, [{ kind: 'tcp', host: '127.0.0.1', port: 9000 }]);
  const open = settingsFor(freshFolder(), {
    listen: [{ kind: 'tcp', host: '0.0.0.0', port: 0 }],
    consoleListen: 'off',
  });
  const running = await startServer(open, quietWorld());
  assert.match(running.warnings.join('\n'), /can be reached from other machines without TLS/);
  await running.stop();
  const silenced = await startServer({ ...open, behindTlsProxy: true, data: freshFolder() }, quietWorld());
  assert.doesNotMatch(silenced.warnings.join('\n'), /without TLS/);
  await silenced.stop();
});

for (const [accessKeyId, secret] of [
  ['minioadmin', 'minioadmin'],
  ['admin', 'a-secret-that-is-long-enough'],
  ['TGAKSOMETHING0000001', 'password'],
  ['test', 'test'],
  ['TGAKSOMETHING0000001', 'too-short'],
  ['with/slash', 'a-secret-that-is-long-enough'],
] as const) {
  test(`SEC-516 the root key ${accessKeyId} with the secret ${secret} is refused`, async () => {
    const settings = settingsFor(freshFolder(), { rootAccessKeyId: accessKeyId, rootSecretAccessKey: secret });
    const failure = await failureOf(startServer(settings, quietWorld()));
    assert.equal(`${failure.code} ${failure.exitCode}`, 'BadSetting 2');
    assert.ok(!failure.message.includes('long-enough'));
  });
}

test('the root key of the environment is made, and takes the secret that it has now', async () => {
  const folder = freshFolder();
  const one = await startTestServer({ folder });
  assert.equal((await one.signed('PUT', '/root-bucket')).status, 200);
  await one.running.stop();
  const secretAccessKey = 'the-secret-of-the-second-start-0000000000';
  const two = await startTestServer({ folder, settings: { rootSecretAccessKey: secretAccessKey } });
  assert.equal((await two.signed('GET', '/root-bucket')).status, 403);
  const credentials = { ...rootCredentials, secretAccessKey };
  assert.equal((await two.signed('GET', '/root-bucket', { credentials })).status, 200);
  assert.match(two.logged(), /replaces a key of the same id/);
  assert.ok(!two.logged().includes(secretAccessKey));
  await two.running.stop();
});

test('a port that is taken is told with its number and another to take: exit code 5', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const data = freshFolder();
  const taken = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const failure = await failureOf(
    startServer(settingsFor(data, { listen: [taken], consoleListen: 'off' }), quietWorld()),
  );
  assert.equal(`${failure.code} ${failure.exitCode}`, 'AddressTaken 5');
  assert.match(failure.message, new RegExp(`Port ${port} is taken`));
  assert.match(failure.hint, /--listen 127\.0\.0\.1:\d+/);
  const console = await failureOf(startServer(settingsFor(data, { consoleListen: taken }), quietWorld()));
  assert.match(console.hint, /--console-listen/);
  // Neither attempt has made a key that nobody was told of.
  const running = await startServer(settingsFor(data), quietWorld());
  assert.equal(running.rootKey.kind, 'made');
  await running.stop();
  other.close();
});

test('SEC-704 a folder that another server uses is refused by its name: exit code 4', async () => {
  const data = freshFolder();
  const running = await startServer(settingsFor(data), quietWorld());
  const failure = await failureOf(startServer(settingsFor(data), quietWorld()));
  assert.equal(`${failure.code} ${failure.exitCode}`, 'FolderInUse 4');
  assert.ok(failure.message.includes(data));
  await running.stop();
  const again = await startServer(settingsFor(data), quietWorld());
  await again.stop();
});

test('a socket file is listened on, and one that a killed server left does not keep its place taken', async () => {
  const path = join(base, 's3.sock');
  const settings = settingsFor(freshFolder(), { listen: [{ kind: 'unix', path }] });
  const first = await startServer(settings, quietWorld());
  assert.deepEqual(first.addresses, { s3: [`unix:${path}`], console: undefined });
  assert.equal((await failureOf(startServer({ ...settings, data: freshFolder() }, quietWorld()))).code, 'AddressTaken');
  await first.stop();
  await leaveSocketFile(path);
  const second = await startServer(settings, quietWorld());
  await second.stop();
});

/** Listens on a path in a process that is then killed. */
async function leaveSocketFile(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const child = spawn(process.execPath, ['-e', script]);
  await new Promise((resolve) => child.once('exit', resolve));
  assert.ok(existsSync(path));
}

test('a data folder that is no folder is refused: exit code 4', async () => {
  const data = freshFolder();
  writeFileSync(data, 'a file');
  const failure = await failureOf(startServer(settingsFor(data), quietWorld()));
  assert.equal(`${failure.code} ${failure.exitCode}`, 'FolderNotWritable 4');
});

test('SEC-607 a process without certificate checks is refused: exit code 2', async () => {
  const world = quietWorld({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  const failure = await failureOf(startServer(settingsFor(freshFolder()), world));
  assert.equal(`${failure.code} ${failure.exitCode}`, 'UnsafeEnvironment 2');
});

test('SEC-807 a master key that others may read is refused: exit code 2', async () => {
  const data = freshFolder();
  await (await startServer(settingsFor(data), quietWorld())).stop();
  chmodSync(join(data, 'keys', 'master.key'), 0o644);
  const failure = await failureOf(startServer(settingsFor(data), quietWorld()));
  assert.equal(`${failure.code} ${failure.exitCode}`, 'InsecureFile 2');
});

test('REL-8 a graceful stop refuses new connections, finishes what runs, and keeps what was acknowledged', async () => {
  const folder = freshFolder();
  const server = await startTestServer({ folder });
  assert.equal((await server.signed('PUT', '/graceful')).status, 200);
  const put = links(server, 'graceful').presignPut('slow').url.slice(server.endpoint.length);
  const slow = sendSlowly(server, put);
  await slow.begun;
  const stopping = server.running.stop();
  // The body follows only now that the server is stopping.
  slow.finish();
  await stopping;
  const text = slow.text();
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(text, /^Connection: close\r$/m);
  await assert.rejects(fetch(`${server.endpoint}/_/health/live`));
  const again = await startTestServer({ folder });
  assert.equal(await (await again.signed('GET', '/graceful/slow')).text(), '0123456789');
  await again.running.stop();
});

/** A PUT whose body goes on later. `begun` resolves when the server has asked for the body. */
function sendSlowly(server: TestServer, path: string) {
  const begun = Promise.withResolvers<void>();
  let received = '';
  const head = `PUT ${path} HTTP/1.1\r\nHost: ${server.host}\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n`;
  const socket = connect(server.port, '127.0.0.1', () => socket.write(head));
  const goOn = 'HTTP/1.1 100 Continue\r\n\r\n';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    if (!received.startsWith(goOn)) return;
    received = received.slice(goOn.length);
    socket.write('01234');
    begun.resolve();
  });
  socket.on('error', () => undefined);
  return { begun: begun.promise, finish: () => socket.write('56789'), text: () => received };
}

test('REL-8 what still runs after the grace time is cut', async () => {
  const server = await startTestServer({ toml: '[limits]\nshutdown_grace_ms = 100\n' });
  assert.equal((await server.signed('PUT', '/graceful')).status, 200);
  const put = links(server, 'graceful').presignPut('never').url.slice(server.endpoint.length);
  const slow = sendSlowly(server, put);
  await slow.begun;
  const started = performance.now();
  await server.running.stop();
  // Half a minute is what it would have had.
  assert.ok(performance.now() - started < 20_000);
  assert.equal(slow.text(), '');
  await server.stop();
});

test('the version in the code is that of the package', () => {
  const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(version, manifest.version);
});
