import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { listenForFaults, openUploadFixture, type UploadFixture, until } from './upload-fixture.ts';

/*
 * `@tidegate/upload` in a page of an application, with the store on another origin behind a proxy that counts what it is sent.
 */
let fixture: UploadFixture;
let browser: Browser | undefined;

/** The page's own module. It makes its files, unless one was chosen. */
const source = `
import { createUploader } from '@tidegate/upload';
const block = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251);
const input = document.body.appendChild(Object.assign(document.createElement('input'), { type: 'file' }));
const fileOf = (name, megabytes, lastModified = 1) =>
  input.files[0] ?? new File(Array.from({ length: megabytes }, () => block), name, { type: 'application/x-tide', lastModified });
const page = { states: [], progress: undefined, outcome: undefined };
const begin = (name, megabytes, { endpoint = '/upload', ...options } = {}, lastModified = 1, isResumed = false) => {
  const uploader = createUploader({ endpoint, ...options });
  const file = fileOf(name, megabytes, lastModified);
  const told = { onProgress: (progress) => (page.progress = progress), onState: (state) => page.states.push(state) };
  const watch = (task) => {
    page.task = task;
    task.then((result) => (page.outcome = { result }), ({ code, message, hint }) => (page.outcome = { code, message, hint }));
  };
  if (!isResumed) return watch(uploader.upload(file, told));
  return uploader.unfinished().then((all) => {
    page.found = all;
    watch(uploader.resume(all.find((known) => known.name === name), file, told));
  });
};
window.uploads = Object.assign(page, { begin, unfinished: () => createUploader({ endpoint: '/upload' }).unfinished() });
`;

before(async () => {
  fixture = await openUploadFixture(source, (file) => file.name);
});
after(async () => {
  await browser?.close();
  await fixture?.stop();
});
afterEach(() => {
  fixture.proxy.decide(() => 'pass');
  fixture.proxy.release();
  fixture.change({});
});

async function openPage(): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  browser ??= await startChromium();
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults = listenForFaults(page);
  await page.goto(fixture.origin);
  return { page, faults };
}

/** The most memory that any process of a tab has had, shared libraries included. */
async function tabPeakBytes(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    });
  return Math.max(0, ...(await Promise.all(peaks)));
}

type Outcome = { readonly result?: { key: string; size: number }; code?: string; message?: string; hint?: string };

function begin(
  page: Page,
  ...given: [name: string, megabytes: number, options?: object, lastModified?: number, isResumed?: boolean]
) {
  // The page's script put it there.
  return page.evaluate((words) => Reflect.get(window, 'uploads').begin(...words), given);
}

async function outcome(page: Page): Promise<Outcome> {
  const found = await page.waitForFunction(() => Reflect.get(window, 'uploads').outcome, undefined, {
    timeout: 200_000,
  });
  return found.jsonValue();
}

function read(page: Page, path: string): Promise<unknown> {
  return page.evaluate((name) => Reflect.get(Reflect.get(window, 'uploads'), name), path);
}

async function checkStored(key: string, sizeBytes: number): Promise<void> {
  const head = await bareRequest(fixture.links().presignHead(key), { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length']], [200, String(sizeBytes)]);
  for (const from of [0, Math.floor(sizeBytes / 3), sizeBytes - 1000]) {
    const range = { range: `bytes=${from}-${Math.min(from + 999, sizeBytes - 1)}` };
    const { body } = await bareRequest(fixture.links().presignGet(key), { headers: range });
    for (const [at, byte] of body.entries()) assert.equal(byte, ((from + at) % 1_000_000) % 251, `byte ${from + at}`);
  }
}

test('UPL-29 UPL-5 UPL-28 a page sends a small file in one request, with its progress, and asks before it is left only meanwhile', async (t) => {
  if (!hasChromium(t)) return;
  const { page, faults } = await openPage();
  const ask = () => page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
  assert.equal(await ask(), false);
  fixture.proxy.decide((method) => (method === 'PUT' ? 'hold' : 'pass'));
  const puts = fixture.proxy.puts.length;
  await begin(page, 'small', 2);
  await until(() => fixture.proxy.puts.length > puts, 'the PUT');
  assert.equal(await ask(), true);
  fixture.proxy.release();
  assert.deepEqual(await outcome(page), { result: { key: 'small', size: 2_000_000 } });
  assert.equal(await ask(), false);
  const { loaded, total, fraction } = (await read(page, 'progress')) as {
    loaded: number;
    total: number;
    fraction: number;
  };
  assert.deepEqual([loaded, total, fraction], [2_000_000, 2_000_000, 1]);
  await checkStored('small', 2_000_000);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('UPL-22 UPL-20 200 MB go on at 40 per cent in a page that was reloaded, and no part is sent again', async (t) => {
  if (!hasChromium(t)) return;
  const { page, faults } = await openPage();
  const size = 200_000_000;
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-upload-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'large');
  const block = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251));
  for (let at = 0; at < 200; at++) await appendFile(file, block);
  const first = fixture.proxy.puts.length;
  const sent = () => fixture.proxy.puts.slice(first);
  const arrived = () => sent().filter(({ status }) => status === 200);
  // From 40 per cent on the network takes no byte, until the page is another.
  let isOpen = false;
  let passed = 0;
  fixture.proxy.decide((method) => {
    if (method !== 'PUT' || isOpen) return 'pass';
    return passed++ < 16 ? 'pass' : 'hold';
  });
  await page.locator('input').setInputFiles(file);
  await begin(page, 'large', 200);
  await until(() => arrived().length === 16 && sent().length === 19, '16 parts there and three held');
  isOpen = true;
  await page.reload();
  assert.deepEqual(await page.evaluate(() => Object.keys(Reflect.get(window, 'uploads').states)), []);
  await page.locator('input').setInputFiles(file);
  await begin(page, 'large', 200, {}, 1, true);
  assert.deepEqual(await outcome(page), { result: { key: 'large', size } });
  const [unfinished] = (await read(page, 'found')) as Record<string, unknown>[];
  assert.deepEqual(Object.keys(unfinished ?? {}).sort(), [
    'endpoint',
    'lastModified',
    'name',
    'size',
    'startedAtMs',
    'token',
  ]);
  assert.doesNotMatch(JSON.stringify(unfinished), /X-Amz|Signature/);
  const numbers = arrived().map(({ part }) => part);
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    Array.from({ length: 39 }, (_, at) => at + 1),
  );
  const bytes = sent().reduce((sum, put) => sum + put.bytes, 0);
  t.diagnostic(`${bytes} bytes came to the store, ${(bytes / size).toFixed(4)} of the file`);
  assert.ok(bytes <= size * 1.02, `${bytes} bytes`);
  const peakBytes = await tabPeakBytes(page);
  t.diagnostic(`the tab had ${Math.round(peakBytes / 2 ** 20)} MiB of memory at most`);
  assert.ok(peakBytes > 0 && peakBytes < 300 * 2 ** 20, `${peakBytes} bytes of memory`);
  await checkStored('large', size);
  assert.deepEqual(await page.evaluate(() => Reflect.get(window, 'uploads').unfinished()), []);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('UPL-26 a page without a network waits for it and goes on', async (t) => {
  if (!hasChromium(t)) return;
  const { page } = await openPage();
  const first = fixture.proxy.puts.length;
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 2 ? 'hold' : 'pass'));
  await begin(page, 'offline', 22, { retries: 1 });
  await until(() => fixture.proxy.puts.length === first + 5, 'the parts');
  await page.context().setOffline(true);
  // A network that is gone takes its connections along; this one is only said to be gone.
  fixture.proxy.decide(() => 'cut');
  await page.evaluate(() => Reflect.get(window, 'uploads').task.pause());
  await page.evaluate(() => Reflect.get(window, 'uploads').task.resume());
  await page.waitForFunction(() => Reflect.get(window, 'uploads').task.state === 'retrying');
  fixture.proxy.decide(() => 'pass');
  await page.context().setOffline(false);
  assert.deepEqual(await outcome(page), { result: { key: 'offline', size: 22_000_000 } });
  await page.context().setOffline(true);
  await page.evaluate(() => Reflect.set(Reflect.get(window, 'uploads'), 'outcome', undefined));
  await begin(page, 'offline', 1, { retries: 0 });
  assert.equal((await outcome(page)).code, 'Offline');
  await page.context().close();
});

test('UPL-24 UPL-27 URLs that end while an upload is paused are signed anew', async (t) => {
  if (!hasChromium(t)) return;
  fixture.change({ expiresIn: 4 });
  const { page, faults } = await openPage();
  const first = fixture.proxy.puts.length;
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 1 ? 'hold' : 'pass'));
  await begin(page, 'expired', 22, { parallel: 1 });
  await until(() => fixture.proxy.puts.length === first + 2, 'the first part and a held one');
  await page.evaluate(() => Reflect.get(window, 'uploads').task.pause());
  assert.equal(await page.evaluate(() => Reflect.get(window, 'uploads').task.state), 'paused');
  const pausedAtMs = Date.now();
  await until(() => Date.now() > pausedAtMs + 5000, 'the end of the URLs');
  fixture.proxy.decide(() => 'pass');
  const signed = fixture.actions.filter((action) => action === 'sign').length;
  await page.evaluate(() => Reflect.get(window, 'uploads').task.resume());
  assert.deepEqual(await outcome(page), { result: { key: 'expired', size: 22_000_000 } });
  assert.ok(fixture.actions.filter((action) => action === 'sign').length > signed);
  assert.deepEqual(faults, []);
  await page.context().close();
});

test('UPL-25 a store that does not allow the page is Cors with the command that helps, one that is stopped HostUnreachable', async (t) => {
  if (!hasChromium(t)) return;
  const { page } = await openPage();
  await begin(page, 'closed', 1, { endpoint: '/upload?bucket=closed' });
  assert.deepEqual(await outcome(page), {
    code: 'Cors',
    message: 'The store answers, but does not allow this page.',
    hint: `Run: tidegate bucket cors set closed --origin ${fixture.origin}`,
  });
  const stopped = fixture.links('http://127.0.0.1:1');
  fixture.change({ bucket: stopped });
  await page.reload();
  await begin(page, 'stopped', 1, { retries: 1 });
  const { code, message } = await outcome(page);
  assert.deepEqual([code, message], ['HostUnreachable', '127.0.0.1:1 does not answer.']);
  await page.context().close();
});

test('UPL-25 a store that stops in the midst of an upload is HostUnreachable, never Cors', async (t) => {
  if (!hasChromium(t)) return;
  const { page } = await openPage();
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 2 ? 'cut' : 'pass'));
  await begin(page, 'stopping', 22, { retries: 1, parallel: 1 });
  assert.equal((await outcome(page)).code, 'HostUnreachable');
  await page.context().close();
});

test('UPL-23 a file that was changed is not gone on with', async (t) => {
  if (!hasChromium(t)) return;
  const { page } = await openPage();
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 2 ? 'hold' : 'pass'));
  const first = fixture.proxy.puts.length;
  await begin(page, 'changed', 22);
  await until(() => fixture.proxy.puts.length === first + 5, 'the parts');
  await page.reload();
  await begin(page, 'changed', 22, {}, 2, true);
  assert.equal((await outcome(page)).code, 'FileChanged');
  assert.equal(fixture.proxy.puts.length, first + 5);
  await page.context().close();
});

test('UPL-27 UPL-11 an upload that a page ends leaves no part behind', async (t) => {
  if (!hasChromium(t)) return;
  const before = await fixture.openUploads();
  const { page } = await openPage();
  fixture.proxy.decide((method, part) => (method === 'PUT' && part > 1 ? 'hold' : 'pass'));
  const first = fixture.proxy.puts.length;
  await begin(page, 'ended', 22);
  await until(() => fixture.proxy.puts.length >= first + 3, 'the parts');
  assert.equal(await fixture.openUploads(), before + 1);
  await page.evaluate(() => Reflect.get(window, 'uploads').task.abort());
  assert.equal((await outcome(page)).code, 'Aborted');
  assert.equal(await fixture.openUploads(), before);
  assert.deepEqual(await page.evaluate(() => Reflect.get(window, 'uploads').unfinished()), []);
  await page.context().close();
});
