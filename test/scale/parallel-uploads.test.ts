import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { bucket } from '@tidegate/presign';
import { startProduct } from '../product-server.ts';

const uploads = 100;
const declaredBytes = 2 ** 30;
const sentBytes = 24 * 2 ** 20;
const piece = Buffer.alloc(2 ** 18, 'tide');

/** Begins a PUT of 1 GiB and sends the first bytes of it, as fast as they are taken. */
async function sendFirst(socket: Socket, url: URL): Promise<void> {
  const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: ${declaredBytes}\r\n\r\n`;
  socket.write(head);
  for (let sent = 0; sent < sentBytes; sent += piece.length) {
    if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve));
  }
}

/** Largest memory of a process so far, in MB. */
function peakMegabytes(pid: number): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

test('SEC-906 100 uploads of 1 GiB at once take bounded memory, hold nobody up, and leave nothing when they are cut', async (t) => {
  const product = await startProduct();
  try {
    await product.tidegate('mb', 'large');
    const { endpoint, accessKeyId, secretAccessKey } = product;
    const links = bucket('large', { endpoint, credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1' });
    const urls = Array.from({ length: uploads }, (_, at) => new URL(links.presignPut(`object-${at}`).url));
    const sockets = urls.map(() => connect(product.port, '127.0.0.1'));
    const waits: number[] = [];
    const isDone = new AbortController();
    const probes = (async () => {
      while (!isDone.signal.aborted) {
        const begun = performance.now();
        assert.equal((await fetch(`${product.endpoint}/_/health/live`)).status, 200);
        waits.push(performance.now() - begun);
        await pause(20);
      }
    })();
    await Promise.all(urls.map((url, at) => sendFirst(sockets[at] ?? assert.fail(), url)));
    isDone.abort();
    await probes;
    const peak = peakMegabytes(product.pid);
    waits.sort((a, b) => a - b);
    const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
    t.diagnostic(`${peak.toFixed(0)} MB at most; ${waits.length} health probes, 99 % within ${p99.toFixed(0)} ms`);
    assert.ok(peak < 512, `${peak} MB`);
    assert.ok(waits.length > 10, 'others were served meanwhile');
    for (const socket of sockets) socket.destroy();
    const blobs = join(product.folder, 'data', 'blobs');
    const end = performance.now() + 30_000;
    while (filesBelow(blobs).length > 0 && performance.now() < end) await pause(50);
    assert.deepEqual(filesBelow(blobs), []);
    assert.equal((await product.tidegate('ls', 'large')).trim(), '');
  } finally {
    await product.stop();
  }
});
