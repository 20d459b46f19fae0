import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  type ConsolePage,
  openConsole,
  openConsoleFixture,
  overflow,
} from './console-fixture.ts';

let fixture: ConsoleFixture;
let folder: string;
let browser: Browser | undefined;
const mib = 1024 ** 2;
/** Three parts: two of 8 MiB, one of 4. */
const large = randomBytes(20 * mib);

before(async () => {
  fixture = await openConsoleFixture();
  folder = mkdtempSync(path.join(tmpdir(), 'tidegate-console-upload-'));
  writeFileSync(path.join(folder, 'film.mp4'), large);
  writeFileSync(path.join(folder, 'small.txt'), 'small');
  writeFileSync(path.join(folder, 'other.txt'), 'other');
});
after(async () => {
  await browser?.close();
  await fixture?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(bucket: string, width = 1280): Promise<ConsolePage> {
  await fixture.server.signed('PUT', `/${bucket}`);
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, { width, theme: 'light' }, `/browse?bucket=${bucket}`);
  await opened.page.getByText('This folder is empty').waitFor();
  return opened;
}

const choose = (page: Page, ...names: readonly string[]): Promise<void> =>
  page.getByLabel('Files to upload').setInputFiles(names.map((name) => path.join(folder, name)));

async function stored(place: string): Promise<Buffer> {
  const answer = await fixture.server.signed('GET', place);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}

/** Holds the part of this number until it is let go. */
async function holdPart(page: Page, number: number): Promise<{ held: Promise<void>; release: () => Promise<void> }> {
  let tell: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const routes: Route[] = [];
  const pattern = new RegExp(`[?&]partNumber=${number}(?:&|$)`);
  const take = (route: Route): void => {
    routes.push(route);
    tell();
  };
  await page.route(pattern, take);
  return {
    held,
    async release() {
      await page.unroute(pattern, take);
      for (const route of routes) await route.continue().catch(() => undefined);
    },
  };
}

test('files go to the store by signed requests, past the console, and a name that is taken is asked about', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('small');
  const { page } = opened;
  await choose(page, 'small.txt', 'other.txt');
  await page.getByText('2 files uploaded').waitFor();
  await page.getByRole('link', { name: 'small.txt' }).waitFor();
  assert.equal(String(await stored('/small/small.txt')), 'small');
  assert.deepEqual(await axeFaults(page), []);
  writeFileSync(path.join(folder, 'small.txt'), 'newer');
  await choose(page, 'small.txt');
  const taken = page.getByRole('dialog', { name: 'Name already exists' });
  await taken.waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await taken.getByRole('button', { name: 'Keep both' }).click();
  await page.getByRole('link', { name: 'small (1).txt' }).waitFor();
  assert.equal(String(await stored('/small/small%20(1).txt')), 'newer');
  assert.equal(String(await stored('/small/small.txt')), 'small');
  await choose(page, 'small.txt', 'other.txt');
  await taken.getByRole('checkbox', { name: 'For all of these files' }).check();
  await taken.getByRole('button', { name: 'Replace' }).click();
  await page.getByText('5 files uploaded').waitFor();
  assert.equal(String(await stored('/small/small.txt')), 'newer');
  await choose(page, 'small.txt');
  await taken.getByRole('button', { name: 'Skip' }).click();
  await taken.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('heading', { name: 'Uploads' }).waitFor({ state: 'detached' });
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a large file is paused and goes on', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('paused', 320);
  const { page } = opened;
  const part = await holdPart(page, 3);
  await choose(page, 'film.mp4');
  await part.held;
  await page.getByRole('button', { name: 'Pause film.mp4' }).click();
  await page.getByText(/^Paused at/).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  assert.ok((await overflow(page)) <= 0);
  await part.release();
  await page.getByRole('button', { name: 'Resume film.mp4' }).click();
  await page.getByText('1 file uploaded').waitFor();
  assert.ok((await stored('/paused/film.mp4')).equals(large));
  await opened.close();
});

test('an upload goes on after the page was loaded anew, and sends no part twice; nothing that is kept can be used', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('resumed');
  const { page } = opened;
  const sent: string[] = [];
  page.on('requestfinished', (request) => {
    const number = new URL(request.url()).searchParams.get('partNumber');
    if (number !== null && request.method() === 'PUT') sent.push(number);
  });
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  const part = await holdPart(page, 3);
  await choose(page, 'film.mp4');
  await part.held;
  // What the store has for good is remembered part by part.
  await page.waitForFunction(
    (bytes) => (localStorage.getItem('tidegate-uploads') ?? '').includes(`"loadedBytes":${bytes}`),
    16 * mib,
  );
  const kept = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
  );
  assert.doesNotMatch(kept, /signature|credential|x-amz|https?:/i);
  await page.reload();
  await page.getByText('Paused at 80 %. Choose the file again to resume').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await part.release();
  await page.getByLabel('File of film.mp4').setInputFiles(path.join(folder, 'other.txt'));
  await page.getByText('This is a different file').waitFor();
  await page.getByLabel('File of film.mp4').setInputFiles(path.join(folder, 'film.mp4'));
  await page.getByText('1 file uploaded').waitFor();
  assert.deepEqual(sent.toSorted(), ['1', '2', '3']);
  assert.ok((await stored('/resumed/film.mp4')).equals(large));
  assert.equal(await page.evaluate(() => localStorage.getItem('tidegate-uploads')), null);
  await opened.close();
});

test('an upload that is stopped leaves nothing behind', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('stopped');
  const { page } = opened;
  const part = await holdPart(page, 2);
  await choose(page, 'film.mp4');
  await part.held;
  const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Stop film.mp4' }).click();
  assert.equal((await ended).status(), 204);
  const usage = await fixture.api('GET', '/buckets/stopped/usage');
  assert.deepEqual([usage['objects'], usage['openUploads']], [0, 0]);
  await opened.close();
});

test('without a network an upload waits, and goes on when there is one', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('offline');
  const { page, context } = opened;
  const part = await holdPart(page, 1);
  await choose(page, 'film.mp4');
  await part.held;
  await context.setOffline(true);
  await part.release();
  await page
    .getByText(/lost|can't reach/)
    .first()
    .waitFor();
  await context.setOffline(false);
  await page.getByText('1 file uploaded').waitFor();
  assert.ok((await stored('/offline/film.mp4')).equals(large));
  await opened.close();
});

test('what comes in by a link shows by itself', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open('arrivals');
  const { page } = opened;
  const signed = links(fixture.server, 'arrivals').presignPut('came.txt', { expiresIn: '5m' });
  await page.getByText('Live', { exact: true }).waitFor();
  const answer = await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'came' });
  assert.equal(answer.status, 200);
  await page.getByRole('link', { name: 'came.txt' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
