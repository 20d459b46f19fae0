import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  checkState,
  inEveryVariant,
  judgePage,
  openPagesFixture,
  openVariant,
  type PagesFixture,
  pageVariants,
  press,
  variantName,
  wordsOf,
} from './pages-fixture.ts';

/* States of the pages for recipients that somebody is brought to: by waiting, by others, or while he variants. */
let fixture: PagesFixture;
let browser: Browser | undefined;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-states-'));
  await writeFile(join(folder, 'late.txt'), 'late');
  fixture = await openPagesFixture();
  await fixture.put('notes.txt', 'text/plain', 'Numbers as agreed on Monday.');
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Status of a share, to who asks as a program does. */
const statusOf = async (url: string): Promise<number> => (await bareRequest(url)).status;

test('SHR-10 SHR-14 a share whose time is over says since when', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { url } = await fixture.share({ keys: ['notes.txt'], expiresIn: '1s' });
  const startedMs = Date.now();
  while ((await statusOf(url)) !== 403) {
    assert.ok(Date.now() - startedMs < 120_000, 'it did not end');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await inEveryVariant(browser, fixture, 'expired', async (page) => {
    assert.equal((await page.goto(url))?.status(), 403);
    await checkState(
      page,
      'This link has expired',
      /It expired on \d{1,2} \w+ \d{4}, \d\d:\d\d\. Ask the person who sent it/,
    );
  });
});

test('LNK-16 SHR-14 a share that does not open yet says when, counts down, and opens by itself', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const later = new Date(Date.now() + 3_600_000 * 30).toISOString();
  const { url } = await fixture.share({ keys: ['notes.txt'], limits: { notBefore: later } });
  await inEveryVariant(browser, fixture, 'not yet', async (page) => {
    const answer = await page.goto(url);
    assert.equal(answer?.status(), 403);
    assert.ok(Number(answer?.headers()['refresh']) > 3600);
    await checkState(
      page,
      'Not available yet',
      /This link becomes available on \d{1,2} \w+ \d{4}, \d\d:\d\d \(in 30 hours\)\./,
    );
  });
  const [variant] = pageVariants;
  assert.ok(variant !== undefined);
  const { page } = await openVariant(browser, fixture, variant, { locale: 'en-GB' });
  const soon = new Date(Date.now() + 6_000).toISOString();
  await page.goto((await fixture.share({ keys: ['notes.txt'], limits: { notBefore: soon } })).url);
  await page.waitForFunction(() => document.title === 'notes.txt');
  await page.context().close();
});

test('LNK-14 SHR-14 from an address that is not allowed the page says so and nothing else', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { url } = await fixture.share({ keys: ['notes.txt'], limits: { ip: ['192.0.2.0/24'] } });
  await inEveryVariant(browser, fixture, 'wrong address', async (page) => {
    assert.equal((await page.goto(url))?.status(), 403);
    await checkState(page, 'Not available on this network', /This link only works on certain networks\./);
    assert.doesNotMatch(await page.content(), /notes\.txt|192\.0\.2/);
  });
});

test('SHR-3 SHR-14 a page that is open while its share is revoked stops working and says so', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  await inEveryVariant(browser, fixture, 'revoked while open', async (page) => {
    const { id, url } = await fixture.share({ keys: ['notes.txt'], limits: { uses: 3 } });
    await page.goto(url);
    assert.match(await wordsOf(page), /3 of 3 downloads left/);
    await fixture.ask('DELETE', `/shares/${id}`);
    assert.equal(await press(page, 'Download'), 403);
    await checkState(page, 'This link has been revoked', /The sender has revoked it\./);
  });
});

test('SHR-3 SHR-28 SHR-16 an upload page that is open while its request is revoked says why a file is not accepted', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const said = {
    'en-GB': 'The sender has revoked it.',
    'de-DE': 'Die Person, die ihn gesendet hat, hat ihn widerrufen.',
  };
  for (const [locale, words] of Object.entries(said)) {
    const [variant] = pageVariants;
    assert.ok(variant !== undefined);
    const { page, faults } = await openVariant(browser, fixture, variant, { locale });
    const { id, url } = await fixture.fileRequest({ prefix: `${locale}/` });
    await page.goto(url);
    await fixture.ask('DELETE', `/requests/${id}`);
    await page.setInputFiles('#choose-files', join(folder, 'late.txt'));
    await page.getByText(words).waitFor();
    await judgePage(page, fixture, `upload revoked-${locale}`);
    assert.deepEqual(faults, []);
    await page.context().close();
  }
});

test('SHR-14 the gauge of the time falls, and is another color when little is left', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { id, url } = await fixture.share({ keys: ['notes.txt'], expiresIn: '1h' });
  const level = async (page: Page): Promise<{ part: number; low: boolean; words: string }> => {
    await page.goto(url);
    const found = await page.locator('.gauge').evaluate((gauge) => {
      const [vessel, left] = gauge.querySelectorAll('rect');
      return {
        part: Number(left?.getAttribute('width') ?? 0) / Number(vessel?.getAttribute('width')),
        low: left?.classList.contains('low') ?? true,
      };
    });
    return { ...found, words: await wordsOf(page) };
  };
  for (const variant of pageVariants) {
    const { page } = await openVariant(browser, fixture, variant, { locale: 'en-GB' });
    await fixture.ask('PATCH', `/shares/${id}`, { expiresIn: '1000h' });
    const full = await level(page);
    assert.ok(full.part > 0.99 && !full.low, `${full.part}`);
    assert.match(full.words, /42 days left[\s\S]*Until \d/);
    await judgePage(page, fixture, `time left-${variantName(variant)}`);
    await page.context().close();
  }
});
