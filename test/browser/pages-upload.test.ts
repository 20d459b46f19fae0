import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bucket, signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { hasChromium, startChromium } from './chromium.ts';

/* The page of a file request in use: what is sent, refused, paused, cut and taken up again. */
let product: Product;
let folder: string;
let browser: Browser | undefined;
let axe = '';
const shots = process.env['SHOTS'];

before(async () => {
  product = await startProduct();
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'tidegate-upload-'));
  await product.tidegate('mb', 'files');
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await rm(folder, { recursive: true, force: true });
});

function links() {
  const { endpoint, accessKeyId, secretAccessKey } = product;
  return bucket('files', { endpoint, store: 'tidegate', credentials: { accessKeyId, secretAccessKey } });
}

async function fileRequest(prefix: string, limits: object): Promise<string> {
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const url = `${endpoint}/_/api/v1/requests`;
  const signing = { credentials: { accessKeyId, secretAccessKey }, region: 'us-east-1' };
  const type = { 'content-type': 'application/json' };
  const body = JSON.stringify({ bucket: 'files', prefix, title: 'Send files to Example Ltd', limits });
  const headers = signHeaders({ method: 'POST', url, headers: type, payloadHash: sha256Hex(body), ...signing });
  delete headers['host'];
  const answer = await fetch(url, { method: 'POST', headers, body });
  assert.equal(answer.status, 201);
  const made: { url: string } = await answer.json();
  return made.url;
}

/** A file whose bytes differ from place to place. @returns its SHA-256 */
async function makeFile(name: string, sizeBytes: number): Promise<string> {
  const file = await open(join(folder, name), 'w');
  const hash = createHash('sha256');
  try {
    for (let at = 0; at < sizeBytes; at += 1_000_000) {
      const block = Buffer.alloc(Math.min(1_000_000, sizeBytes - at), `${name} ${at} `);
      hash.update(block);
      await file.write(block);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function sha256Stored(key: string): Promise<string> {
  const answer = await fetch(links().presignGet(key));
  assert.equal(answer.status, 200, key);
  const hash = createHash('sha256');
  for await (const chunk of answer.body ?? []) hash.update(chunk);
  return hash.digest('hex');
}

async function openPage(
  url: string,
  origin = product.endpoint,
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  browser ??= await startChromium();
  const context = await browser.newContext({ viewport: { width: 1280, height: 820 }, acceptDownloads: true });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(?:data|blob):/.test(request.url())) faults.push(request.url());
  });
  await page.goto(url);
  return { context, page, faults };
}

async function checkAxe(page: Page, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
  const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map((one) =>
    one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; ')))`);
  assert.deepEqual(violations, []);
}

const main = async (page: Page): Promise<string> => (await page.locator('main').innerText()).replaceAll('\u00a0', ' ');

test('SHR-28 200 MB arrive by the page although the network goes, the sender pauses and the page is loaded anew, and little is sent twice', async (t) => {
  if (!hasChromium(t)) return;
  const sizeBytes = 200_000_000;
  const sha256 = await makeFile('film.mov', sizeBytes);
  const way = await Way.open(product.port);
  try {
    const url = (await fileRequest('large/', { uses: 1 })).replace(`:${product.port}/`, `:${way.port}/`);
    const { context, page, faults } = await openPage(url, `http://127.0.0.1:${way.port}`);
    const choose = () => page.setInputFiles('#choose-files', join(folder, 'film.mov'));

    way.allow(30_000_000);
    await choose();
    await way.used();
    await checkAxe(page, 'upload-running-light-1280');
    way.cut();
    await page.getByText(/retrying|offline/).waitFor();
    way.allow(40_000_000);
    await way.used();

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    way.allow(40_000_000);
    await page.getByRole('button', { name: 'Resume' }).click();
    await way.used();

    way.allow(Number.POSITIVE_INFINITY);
    await page.reload();
    await page.getByText('Choose the same file again to resume: film.mov').waitFor();
    await choose();
    await page.getByRole('heading', { name: 'Received' }).waitFor();
    assert.match(await main(page), /1 file, 191 MiB[\s\S]*film\.mov[\s\S]*✓ 191 MiB/);
    await checkAxe(page, 'upload-received-light-1280');
    assert.equal(await sha256Stored('large/film.mov'), sha256);
    console.log(`the page sent ${way.passedBytes} bytes for ${sizeBytes} over a cut, a pause and a reload`);
    assert.ok(way.passedBytes < sizeBytes * 1.2, `${way.passedBytes} bytes were sent`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('Save receipt').click()]);
    const receipt = JSON.parse(await readFile((await download.path()) ?? '', 'utf8'));
    assert.deepEqual(receipt.files, [{ name: 'film.mov', key: 'large/film.mov', size: sizeBytes, sha256 }]);
    assert.ok(receipt.signature);
    assert.deepEqual(faults, []);
    await context.close();
  } finally {
    way.close();
  }
});

/** A way to the server that lets so many bytes through and then holds, and that can break. */
class Way {
  readonly #server = createServer((client) => this.#join(client));
  readonly #clients = new Set<Socket>();
  #allowed = 0;
  #isCut = false;
  #serverPort = 0;
  #waiting: (() => void) | undefined;
  passedBytes = 0;

  static async open(serverPort: number): Promise<Way> {
    const way = new Way();
    way.#serverPort = serverPort;
    await new Promise<void>((resolve) => way.#server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The way is not open.');
    return address.port;
  }

  /** So many more. */
  allow(bytes: number): void {
    this.#isCut = false;
    this.#allowed = this.passedBytes + bytes;
    for (const client of this.#clients) client.resume();
  }

  /** Resolves when all that was allowed has passed. */
  used(): Promise<void> {
    if (this.passedBytes >= this.#allowed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Everything breaks, until something is allowed again. */
  cut(): void {
    this.#isCut = true;
    for (const client of this.#clients) client.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(client: Socket): void {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const behind = connect(this.#serverPort, '127.0.0.1');
    this.#clients.add(client);
    client.on('data', (chunk: Buffer) => {
      this.passedBytes += chunk.byteLength;
      const isFull = !behind.write(chunk);
      // Heads of further requests pass: only what carries a file is held.
      const isHeld = this.passedBytes >= this.#allowed && chunk.byteLength > 8192;
      if (isHeld || isFull) client.pause();
      if (isHeld) this.#waiting?.();
    });
    behind.on('drain', () => {
      if (this.passedBytes < this.#allowed) client.resume();
    });
    behind.pipe(client);
    client.on('error', () => behind.destroy());
    behind.on('error', () => client.destroy());
    client.on('close', () => {
      this.#clients.delete(client);
      behind.destroy();
    });
    behind.on('close', () => client.destroy());
  }
}

test('SHR-28 what a request does not take is said beside the file before a byte is sent, and the others arrive', async (t) => {
  if (!hasChromium(t)) return;
  const url = await fileRequest('some/', { uses: 2, maxBytes: 1_000_000, types: ['application/pdf', 'image/*'] });
  const { context, page, faults } = await openPage(url);
  await makeFile('offer.pdf', 900_000);
  await makeFile('plan.png', 10);
  await makeFile('setup.exe', 10);
  await makeFile('huge.pdf', 1_000_001);
  await makeFile('third.pdf', 10);
  const names = ['setup.exe', 'huge.pdf', 'offer.pdf', 'plan.png', 'third.pdf'];
  await page.setInputFiles(
    '#choose-files',
    names.map((name) => join(folder, name)),
  );
  await page.getByRole('heading', { name: 'Received' }).waitFor();
  const text = await main(page);
  assert.match(text, /setup\.exe\s+only PDF and images/);
  assert.match(text, /huge\.pdf\s+1,000,001\sB, at most 1,000,000\sB/);
  assert.match(text, /third\.pdf\s+at most 2 files/);
  assert.match(text, /2 files, 879 KiB/);
  await checkAxe(page, 'upload-refused-light-1280');
  const { status } = await bareRequest(links().presignGet('some/plan.png'));
  assert.equal(status, 200);
  assert.deepEqual(faults, []);
  await context.close();
});

test('SHR-28 a file that is taken from the list leaves nothing, and what was counted for it is there for another', async (t) => {
  if (!hasChromium(t)) return;
  const url = await fileRequest('one/', { uses: 1 });
  const { context, page } = await openPage(url);
  await makeFile('wrong.bin', 60_000_000);
  await makeFile('right.bin', 1_000);
  const control = await context.newCDPSession(page);
  await control.send('Network.enable');
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4_000_000 };
  await control.send('Network.emulateNetworkConditions', slow);
  await page.setInputFiles('#choose-files', join(folder, 'wrong.bin'));
  await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 1_000_000);
  await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'DELETE' && response.status() === 204),
    page.getByRole('button', { name: 'Remove wrong.bin' }).click(),
  ]);
  await page.setInputFiles('#choose-files', join(folder, 'right.bin'));
  await page.getByRole('heading', { name: 'Received' }).waitFor();
  assert.equal((await bareRequest(links().presignGet('one/wrong.bin'))).status, 404);
  assert.equal((await bareRequest(links().presignGet('one/right.bin'))).status, 200);
  await context.close();
});

test('SHR-14 the script of the page is at most 18 KiB, and without it a form sends a file', async (t) => {
  if (!hasChromium(t)) return;
  const url = await fileRequest('form/', { uses: 1 });
  const html = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
  const [, src = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
  const script = await (await fetch(new URL(src, url))).text();
  assert.ok(gzipSync(script).byteLength <= 18 * 1024, `${gzipSync(script).byteLength} bytes`);
  browser ??= await startChromium();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  await makeFile('by form.txt', 1_000);
  await page.setInputFiles('#files', join(folder, 'by form.txt'));
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Send' }).click()]);
  assert.match(await main(page), /Received[\s\S]*by form\.txt/);
  await context.close();
});
