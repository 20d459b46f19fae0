import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bucket, signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import { listeningAddress } from '../product-server.ts';

const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));
const key = { accessKeyId: 'TGAKOUTBOUNDTEST0001', secretAccessKey: 'outboundTests/secret+0for1the2probe3' };

/** Loaded before anything else in a process: every connection that it opens and every name that it looks up becomes a line. */
const probe = `data:text/javascript,${encodeURIComponent(`
import { subscribe } from 'node:diagnostics_channel';
import { PerformanceObserver } from 'node:perf_hooks';
subscribe('net.client.socket', () => process.stderr.write('WAY OUT socket\\n'));
subscribe('udp.socket', () => process.stderr.write('WAY OUT datagram\\n'));
new PerformanceObserver((list) => {
  for (const { name } of list.getEntries()) process.stderr.write('WAY OUT ' + name + '\\n');
}).observe({ entryTypes: ['dns', 'net'] });
`)}`;

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-outbound-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Watched = { readonly child: ChildProcess; readonly ended: Promise<unknown>; readonly said: () => string };

function watch(args: readonly string[]): Watched {
  const child = spawn(process.execPath, ['--import', probe, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TIDEGATE_ROOT_ACCESS_KEY_ID: key.accessKeyId,
      TIDEGATE_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return { child, ended: once(child, 'close'), said: () => said };
}

test('the probe sees a connection and a name that is looked up', async () => {
  const script = `require('node:dns').lookup('localhost', () => require('node:net').connect(9, '127.0.0.1').on('error', () => {}));`;
  const { ended, said } = watch(['-e', script]);
  await ended;
  assert.match(said(), /WAY OUT socket/);
  assert.match(said(), /WAY OUT lookup/);
});

test('SEC-608 a server with nothing configured opens no connection and looks up no name', async (context) => {
  const { child, ended, said } = watch([
    bin,
    'serve',
    join(folder, 'data'),
    ...['--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0'],
  ]);
  context.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const endpoint = await listeningAddress(child, said);
  const signed = (method: string, path: string, body?: string, type = 'text/plain'): Promise<Response> => {
    const url = `${endpoint}${path}`;
    const payloadHash = sha256Hex(body ?? '');
    const headers = signHeaders({ method, url, payloadHash, region: 'us-east-1', credentials: key });
    return fetch(url, {
      method,
      headers: { ...headers, 'content-type': type },
      ...(body === undefined ? {} : { body }),
    });
  };
  assert.equal((await signed('PUT', '/box')).status, 200);
  assert.equal((await signed('PUT', '/box/a', 'a'.repeat(2_000_000))).status, 200);
  const links = bucket('box', { endpoint, credentials: key, region: 'us-east-1' });
  assert.equal((await (await fetch(links.presignGet('a'))).text()).length, 2_000_000);
  assert.equal((await fetch(`${links.presignGet('a')}0`)).status, 403);
  const share = await signed(
    'POST',
    '/_/api/v1/shares',
    JSON.stringify({ bucket: 'box', key: 'a' }),
    'application/json',
  );
  const answer = await share.text();
  assert.equal(share.status, 201, answer);
  const { url } = JSON.parse(answer);
  assert.equal((await fetch(url, { headers: { accept: 'text/html' } })).status, 200);
  child.kill('SIGTERM');
  await ended;
  assert.match(said(), /"msg":"stopped"/);
  assert.doesNotMatch(said(), /WAY OUT/);
});
