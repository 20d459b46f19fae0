import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { readUses } from '../faults/link-books.ts';
import { LinksServer } from '../faults/links-server.ts';
import { hasChromium, startChromium } from './chromium.ts';

/** Stereo of 16 bits at 44,100 Hz: what a browser plays without any codec. */
const bytesPerSecond = 4 * 44_100;
/** A film of a gibibyte, and one so short that what a browser and the kernels take in advance is a good part of it. */
const lengths = [6_000, 300];
/** Where it is sought to, in hundredths of the length. */
const places = [83, 7, 47, 96, 20, 2];

let store: LinksServer;
let application: Server;
let origin: string;
let browser: Browser | undefined;

before(async () => {
  store = await LinksServer.start(2);
  await store.owner('PUT', '/films');
  for (const seconds of lengths) await upload(seconds);
  application = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>player</title>');
  });
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const address = application.address();
  origin = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
});
after(async () => {
  await browser?.close();
  application?.close();
  await store?.remove();
});

/** A tone, so that a decoder finds something in it. */
async function upload(seconds: number): Promise<void> {
  const dataBytes = seconds * bytesPerSecond;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + dataBytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(44_100, 24);
  head.writeUInt32LE(bytesPerSecond, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(dataBytes, 40);
  const second = Buffer.alloc(bytesPerSecond);
  for (let at = 0; at < second.length; at += 2) second.writeInt16LE(((at * 37) % 2_000) - 1_000, at);
  const type = { 'content-type': 'audio/wav' };
  const { url } = store.links('films').presignPut(`${seconds}.wav`, { type: 'audio/wav' });
  const outgoing = request(url, {
    method: 'PUT',
    agent: false,
    headers: { ...type, 'content-length': String(head.length + dataBytes) },
  });
  const answered = once(outgoing, 'response');
  outgoing.write(head);
  for (let n = 0; n < seconds; n += 1) if (!outgoing.write(second)) await once(outgoing, 'drain');
  outgoing.end();
  const [answer]: IncomingMessage[] = await answered;
  answer?.resume();
  assert.equal(answer?.statusCode, 200);
}

for (const seconds of lengths) {
  const sizeMb = Math.round((seconds * bytesPerSecond) / 1e6);
  test(`LDG-12 LDG-16 SEC-204 a browser that plays ${sizeMb} MB and seeks to and fro takes one use`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (sent) => {
      if (sent.url().includes('/films/')) asked.push(sent.headers()['range'] ?? 'whole');
    });
    await page.goto(origin);
    const url = store
      .links('films')
      .presignGet(`${seconds}.wav`, { expiresIn: 900, limits: { uses: 1, id: `played-${seconds}` } });
    const wanted = places.map((hundredths) => (hundredths * seconds) / 100);
    const reached = await page.evaluate(
      async ([source, positionsWanted]) => {
        const video = document.createElement('video');
        video.muted = true;
        video.preload = 'auto';
        const seen = (name: string) =>
          new Promise<void>((resolve, reject) => {
            video.addEventListener(name, () => resolve(), { once: true });
            video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'error')), { once: true });
          });
        const ready = seen('canplay');
        video.src = source;
        document.body.append(video);
        await ready;
        await video.play();
        const positions: number[] = [];
        for (const place of positionsWanted) {
          const seeked = seen('seeked');
          video.currentTime = place;
          await seeked;
          positions.push(Math.round(video.currentTime));
        }
        return { positions, length: Math.round(video.duration) };
      },
      [url, wanted] as const,
    );
    await page.close();
    assert.equal(reached.length, seconds);
    assert.deepEqual(reached.positions, wanted);
    t.diagnostic(`requests of the browser: ${asked.join(', ')}`);
    assert.ok(asked.length > 1, 'it sought without asking again');
    assert.equal(await store.end(), 0);
    assert.deepEqual(await readUses(store.data, [`played-${seconds}`]), new Map([[`played-${seconds}`, 1]]));
    await store.restart();
  });
}
