import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  judgePage,
  openPagesFixture,
  openVariant,
  type PagesFixture,
  pageVariants,
  variantName,
} from './pages-fixture.ts';

/* What the page of a file shows of it before it is downloaded: that the browser really shows it, and that nothing in it acts. */
let fixture: PagesFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openPagesFixture(['--console-listen', '127.0.0.1:0']);
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
});

/** A tone of a second: stereo, 16 bits, 8,000 Hz. */
function tone(): Buffer {
  const data = Buffer.alloc(32_000);
  for (let at = 0; at < data.length; at += 2) data.writeInt16LE(((at * 37) % 2_000) - 1_000, at);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

/** A film that the browser itself records: a square that moves. */
async function film(page: Page): Promise<Buffer> {
  const encoded = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const brush = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm' });
    const chunks: Blob[] = [];
    recorder.ondataavailable = ({ data }) => chunks.push(data);
    const ended = new Promise((resolve) => {
      recorder.onstop = resolve;
    });
    recorder.start();
    for (let at = 0; at < 25; at += 1) {
      if (brush !== null) {
        brush.fillStyle = '#0a736c';
        brush.fillRect(0, 0, 320, 180);
        brush.fillStyle = '#f5c400';
        brush.fillRect(at * 10, 60, 60, 60);
      }
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return Buffer.from(encoded, 'base64');
}

/** Files as people share them, made by the browser that shows them. */
async function putFiles(): Promise<void> {
  browser ??= await startChromium();
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
  await page.setContent('<body style="background:linear-gradient(#0a736c,#f5c400);font:60px sans-serif">Tide table');
  await fixture.put('tide.png', 'image/png', await page.screenshot());
  await fixture.put('table.pdf', 'application/pdf', await page.pdf({ format: 'A5', printBackground: true }));
  await fixture.put('tide.webm', 'video/webm', await film(page));
  await page.close();
  await fixture.put('bell.wav', 'audio/wav', tone());
  await fixture.put('notes.md', 'text/markdown', '# Tides\n\n<b>High</b> at 10:15 <script>alert(1)</script>\n');
}

/** The element that shows each kind, and the event by which the browser accepts it. */
const kinds: Readonly<Record<string, { readonly element: string; readonly isShown: (page: Page) => Promise<void> }>> = {
  'tide.png': {
    element: 'img.preview',
    isShown: async (page) => {
      await page.waitForFunction(() => (document.querySelector('img')?.naturalWidth ?? 0) === 640);
    },
  },
  'bell.wav': {
    element: 'audio.preview',
    isShown: async (page) => {
      await page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) === 1);
    },
  },
  'tide.webm': {
    element: 'video.preview',
    isShown: async (page) => {
      await page.waitForFunction(() => document.querySelector('video')?.videoWidth === 320);
    },
  },
  'table.pdf': {
    element: 'iframe.preview',
    isShown: async (page) => {
      const answer = await page.waitForResponse((response) => /\?preview$/.test(response.url()));
      assert.equal(answer.status(), 200);
    },
  },
  'notes.md': {
    element: 'pre',
    isShown: async (page) => assert.match(await page.locator('pre').innerText(), /<b>High<\/b> at 10:15 <script>/),
  },
};

test('SHR-13 SHR-14 image, sound, film, PDF and text are shown by the browser in every variant, with a name, and cost no use', async (t) => {
  if (!hasChromium(t)) return;
  await putFiles();
  assert.ok(browser !== undefined);
  for (const [key, { element, isShown }] of Object.entries(kinds)) {
    const { id, url } = await fixture.share({ keys: [key], expiresIn: '7d' });
    for (const variant of pageVariants) {
      const { page, faults } = await openVariant(browser, fixture, variant, { locale: 'en-GB' });
      await Promise.all([page.goto(url), isShown(page)]);
      const shown = page.locator(element);
      const box = await shown.boundingBox();
      assert.ok(box !== null && box.width > 200 && box.height > 20, `${key}: ${JSON.stringify(box)}`);
      const name = await shown.evaluate((it) => it.ariaLabel ?? it.getAttribute('alt') ?? it.getAttribute('title'));
      assert.match(name ?? '', /^Preview/);
      await judgePage(page, fixture, `preview ${key}-${variantName(variant)}`);
      assert.deepEqual(faults, [], key);
      await page.context().close();
    }
    const { uses } = await fixture.ask<{ uses: { count: number } }>('GET', `/shares/${id}`);
    assert.equal(uses.count, 0, key);
  }
});

test('SEC-501 SHR-13 what a preview answers cannot act: sandboxed, never of another type, only for what is shown, and not at the console', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const script = '<script>parent.document.documentElement.dataset.hit=1;document.title="acted"</script>';
  const files: readonly (readonly [key: string, type: string, status: number])[] = [
    ['x.png', 'image/png', 200],
    ['x.wav', 'audio/wav', 200],
    ['x.webm', 'video/webm', 200],
    ['x.pdf', 'application/pdf', 200],
    ['x.html', 'text/html', 403],
    ['x.svg', 'image/svg+xml', 403],
    ['x.xml', 'application/xml', 403],
    ['x.txt', 'text/plain', 403],
    ['x.bin', 'image/png, text/html', 403],
  ];
  for (const [key, type, status] of files) {
    await fixture.put(key, type, script);
    const { url } = await fixture.share({ keys: [key] });
    const answer = await bareRequest(`${url}?preview`);
    assert.equal(answer.status, status, key);
    if (status !== 200) continue;
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', key);
    assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin', key);
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'self'/, key);
    if (type !== 'application/pdf') assert.match(String(answer.headers['content-security-policy']), /sandbox/, key);
    const page = await browser.newPage();
    await page.goto(url);
    await page.goto(`${url}?preview`);
    assert.notEqual(await page.title(), 'acted', key);
    assert.equal(await page.evaluate(() => document.documentElement.dataset['hit']), undefined, key);
    await page.close();
    const consoleUrl = /"console":"([^"]+)"/.exec(fixture.product.log())?.[1] ?? '';
    const atConsole = await bareRequest(new URL(new URL(url).pathname, consoleUrl).href);
    assert.equal(atConsole.status, 404, `${key} at the console`);
  }
});
