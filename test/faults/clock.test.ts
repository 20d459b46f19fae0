import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bucket, signHeaders } from '@tidegate/presign';
import { listeningAddress } from '../product-server.ts';

/* A real server, alone and with workers, on a wall clock that is set while it runs and between its starts (REL-16). */

const bin = fileURLToPath(new URL('../../packages/cli/bin/tidegate.js', import.meta.url));
const credentials = {
  accessKeyId: 'TGAKCLOCKTESTS000001',
  secretAccessKey: 'clockTests/secret+0for1the2clock3tests4',
};

/**
 * Sets the wall clock of a process, and leaves the monotonic one, by a file of milliseconds. libfaketime does the same from
 * outside, but one start of Node in three hung under it (December 2026).
 */
const clockByFile = (file: string): string =>
  `data:text/javascript,${encodeURIComponent(
    `const { readFileSync } = process.getBuiltinModule('node:fs');
     const { now } = Date;
     Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8'));`,
  )}`;

type Started = { readonly child: ChildProcess; readonly endpoint: string };

async function start(folder: string, workers: number, address = '127.0.0.1:0'): Promise<Started> {
  const words = [
    '--import',
    clockByFile(join(folder, 'time')),
    bin,
    'serve',
    join(folder, 'data'),
    '--listen',
    address,
    '--console-listen',
    'off',
  ];
  const child = spawn(process.execPath, [...words, '--workers', String(workers)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TIDEGATE_ROOT_ACCESS_KEY_ID: credentials.accessKeyId,
      TIDEGATE_ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  return { child, endpoint: await listeningAddress(child, () => log) };
}

async function put(url: string): Promise<void> {
  const headers = signHeaders({ method: 'PUT', url, headers: {}, credentials, region: 'us-east-1' });
  delete headers['host'];
  const asked = request(url, { method: 'PUT', headers, agent: false }).end(url.endsWith('.txt') ? 'x' : '');
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'end');
  assert.equal(response.statusCode, 200);
}

async function outcomes(endpoint: string, { pathname, search, host }: URL): Promise<readonly string[]> {
  const asked = `${endpoint}${pathname}${search}`;
  assert.equal(new URL(asked).host, host);
  const found = new Set<string>();
  for (let n = 0; n < 12; n += 1) {
    // A connection each, so that every worker is asked.
    const [response] = await once(get(asked, { agent: false }), 'response');
    response.resume();
    await once(response, 'end');
    found.add(`${response.statusCode} ${response.headers['x-tidegate-reason'] ?? ''}`.trim());
  }
  return [...found];
}

/** The latest time that the server has written down. */
function writtenTime(folder: string): number {
  const database = new DatabaseSync(join(folder, 'data', 'meta.db'), { readOnly: true });
  try {
    const row = database.prepare("SELECT value FROM meta WHERE name = 'latest_time_ms'").get();
    return Number(row?.['value'] ?? 0);
  } finally {
    database.close();
  }
}

for (const workers of [1, 2]) {
  test(`REL-16 with ${workers} worker(s) a link that expired stays expired when the wall clock is set back, and after a kill too`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-time-'));
    const setClock = (offsetMs: number): void => writeFileSync(join(folder, 'time'), String(offsetMs));
    setClock(0);
    let server = await start(folder, workers);
    try {
      const { endpoint } = server;
      await put(`${endpoint}/reports`);
      await put(`${endpoint}/reports/a.txt`);
      const of = bucket('reports', { endpoint, credentials, region: 'us-east-1', store: 'tidegate' });
      const link = new URL(of.presignGet('a.txt', { expiresIn: 60 }));
      assert.deepEqual(await outcomes(endpoint, link), ['200']);
      setClock(90_000);
      const deadline = performance.now() + 60_000;
      while ((await outcomes(endpoint, link)).join() !== '403 LinkExpired') assert.ok(performance.now() < deadline);
      setClock(-30_000);
      assert.deepEqual(await outcomes(endpoint, link), ['403 LinkExpired']);
      await put(`${endpoint}/reports/b.txt`);
      // Written with the ledger, a second after the requests.
      while (writtenTime(folder) < Date.now() + 60_000) {
        assert.ok(performance.now() < deadline);
        await outcomes(endpoint, link);
      }
      server.child.kill('SIGKILL');
      await once(server.child, 'exit');
      server = await start(folder, workers, link.host);
      assert.deepEqual(await outcomes(server.endpoint, link), ['403 LinkExpired']);
    } finally {
      server.child.kill('SIGTERM');
      await once(server.child, 'exit');
      await rm(folder, { recursive: true, force: true });
    }
  });
}
