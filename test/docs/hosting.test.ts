import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { signHeaders } from '@tidegate/presign';
import { settings } from '../../packages/server/src/settings/list.ts';
import { run } from '../outside-tool.ts';
import { listeningAddress } from '../product-server.ts';
import { listBlocks } from './document-script.ts';
import { readerEnvironment, startAsReader } from './reader.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/guide/hosting.md'), 'utf8');
const unit = /```ini\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
const key = { accessKeyId: 'TGAKHOSTINGTESTS0001', secretAccessKey: 'hostingTests/secret+0for1the2unit3only' };

/** The unit's own command, with its paths replaced by those of this machine; `data`: the data folder of the server. */
function commandOf(state: string, data: string, more: readonly string[] = []): string[] {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
  const [, ...words] = line
    .replaceAll('/opt/tidegate/node_modules/tidegate/bin', join(root, 'packages/cli/bin'))
    .replaceAll('/opt/tidegate', root)
    .replaceAll('/var/lib/tidegate/data', data)
    .replaceAll('/var/lib/tidegate', state)
    .replaceAll('127.0.0.1:9000', '127.0.0.1:0')
    .split(' ');
  return [...more, ...words, '--console-listen', 'off'];
}

type Started = { readonly ended: Promise<unknown>; readonly said: () => string; readonly endpoint: Promise<string> };

function start(context: TestContext, args: readonly string[]): Started {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      TIDEGATE_ROOT_ACCESS_KEY_ID: key.accessKeyId,
      TIDEGATE_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
    },
  });
  const ended = once(child, 'close');
  context.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return { ended, said: () => said, endpoint: listeningAddress(child, () => said) };
}

function send(method: string, url: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> {
  const headers = signHeaders({ method, url, region: 'us-east-1', credentials: key });
  return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
}

function freshFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-hosting-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('SEC-1008 the unit of the guide starts a server behind both fences, which keeps big and small objects', async (context) => {
  for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'PrivateTmp=yes'])
    assert.match(unit, new RegExp(`^${line}$`, 'm'));
  const state = freshFolder(context);
  const server = start(context, commandOf(state, join(state, 'data')));
  const endpoint = await server.endpoint;
  assert.equal((await send('PUT', `${endpoint}/box`)).status, 200);
  for (const [name, bytes] of [
    ['small', Buffer.alloc(100, 's')],
    ['big', Buffer.alloc(3_000_000, 'b')],
  ] as const) {
    assert.equal((await send('PUT', `${endpoint}/box/${name}`, bytes)).status, 200, server.said());
    const read = await send('GET', `${endpoint}/box/${name}`);
    assert.deepEqual(Buffer.from(await read.arrayBuffer()), bytes);
  }
});

/** The block of the guide that contains `words`. */
function blockWith(words: string): string {
  const found = listBlocks(guide).find(({ language, text }) => language === 'sh' && text.includes(words));
  assert.ok(found, words);
  return found.text;
}

test('the guide says where Node comes from, how the service starts at boot, and installs nothing from the registry under our names', () => {
  assert.match(guide, /Node 24\.14 or newer as `\/usr\/bin\/node`/);
  assert.match(guide, /https:\/\/nodejs\.org\/en\/download/);
  assert.match(blockWith('systemctl'), /daemon-reload[\s\S]*systemctl enable --now tidegate/);
  assert.match(
    blockWith('npm install'),
    /npm pack --workspaces[\s\S]*npm install --prefix \/opt\/tidegate \.\/packed\/\*\.tgz/,
  );
});

test('the first key of the service gets into a profile as the guide says', async (context) => {
  const home = freshFolder(context);
  const server = await startAsReader(await linkedFolder(context), home, [
    '--public-endpoint',
    'https://files.example.com',
  ]);
  context.after(() => server.stop());
  const script = blockWith('first-key.env')
    .replaceAll('sudo ', '')
    .replaceAll('/var/lib/tidegate/data', join(server.folder, 'data'))
    .replaceAll('/opt/tidegate', root)
    .replaceAll('https://files.example.com', server.endpoint);
  const ran = await run('/bin/bash', ['-euc', `${script}\n${root}/node_modules/.bin/tidegate whoami --profile files`], {
    env: readerEnvironment(home),
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout.toString(), /^TGAK\w+/);
});

test('behind_tls_proxy does what the guide says, and no more', () => {
  assert.match(guide, /`behind_tls_proxy = true` \| silences the warning .* changes nothing else/);
  assert.match(settings.behindTlsProxy.text, /^Silences the warning/);
});

/** A folder in which the checkout's packages are found. */
async function linkedFolder(context: TestContext): Promise<string> {
  const folder = freshFolder(context);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

test('SEC-1008 a server that is started so writes nowhere but in the folder it was given', async (context) => {
  const state = freshFolder(context);
  const elsewhere = freshFolder(context);
  const server = start(context, commandOf(state, join(elsewhere, 'data'), [`--allow-fs-read=${elsewhere}`]));
  await assert.rejects(server.endpoint);
  await server.ended;
  assert.match(server.said(), /✗ .* cannot be written to \(ERR_ACCESS_DENIED\)/);
});
