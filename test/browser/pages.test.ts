import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  checkState,
  judgePage,
  openPagesFixture,
  openVariant,
  type PagesFixture,
  type PageVariant,
  pageVariants,
  variantName,
} from './pages-fixture.ts';

/*
 * Every state of the pages for recipients, light and dark, wide and narrow: by status, title and text, without a violation that axe
 * finds, an error in the console, a request to another host or a sideways scroll. With the variable SHOTS it leaves pictures there.
 */
/** A PNG of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
let fixture: PagesFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openPagesFixture();
  await fixture.put('q3.pdf', 'application/pdf', Buffer.alloc(4_404_019, 'x'));
  await fixture.put('notes.txt', 'text/plain', `Numbers as agreed on Monday.\n${'Page 4 is new. '.repeat(30)}`);
  await fixture.put('tide.png', 'image/png', picture);
  await fixture.put('folder/offer <b>.pdf', 'application/pdf', 'offer');
  await fixture.put('folder/site-plan-4k.tiff', 'image/tiff', Buffer.alloc(700_000));
  await fixture.put(`folder/${'a very long name without an end '.repeat(6)}.txt`, 'text/plain', 'x');
  await fixture.put('gone.txt', 'text/plain', 'x');
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
});

const share = async (body: object): Promise<string> => (await fixture.share(body)).url;

type State = {
  readonly name: string;
  readonly status: number;
  readonly title: string;
  readonly text: RegExp;
  readonly url: () => Promise<string>;
  /** What a visitor does on the page before it is looked at. */
  readonly act?: (page: Page) => Promise<void>;
};

const password = async (page: Page, text: string): Promise<void> => {
  await page.fill('input[type=password]', text);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
};

const states: readonly State[] = [
  {
    name: 'download',
    status: 200,
    title: 'Q3 report',
    text: /q3\.pdf · PDF · 4\.2 MiB[\s\S]*Numbers as agreed[\s\S]*Download[\s\S]*5 of 5 downloads left[\s\S]*Until/,
    url: () =>
      share({
        keys: ['q3.pdf'],
        title: 'Q3 report',
        note: 'Numbers as agreed on Monday. Page 4 is new.',
        limits: { uses: 5 },
        expiresIn: '30d',
      }),
  },
  {
    name: 'text',
    status: 200,
    title: 'notes.txt',
    text: /Numbers as agreed on Monday/,
    url: () => share({ keys: ['notes.txt'] }),
  },
  { name: 'image', status: 200, title: 'tide.png', text: /PNG/, url: () => share({ keys: ['tide.png'] }) },
  {
    name: 'several',
    status: 200,
    title: 'Tender',
    text: /3 files[\s\S]*Download all \(ZIP\)[\s\S]*offer <b>\.pdf/,
    url: async () => `${await share({ prefix: 'folder/', title: 'Tender' })}/`,
  },
  {
    name: 'password',
    status: 401,
    title: 'This file is password-protected',
    text: /Password/,
    url: () => share({ keys: ['q3.pdf'], password: 'tide and time' }),
  },
  {
    name: 'wrong password',
    status: 401,
    title: 'This file is password-protected',
    text: /Wrong password\. \d attempts left in 15 min\./,
    url: () => share({ keys: ['q3.pdf'], password: 'tide and time' }),
    act: (page) => password(page, 'guess'),
  },
  {
    name: 'confirm',
    status: 200,
    title: 'Download q3.pdf?',
    text: /PDF · 4\.2 MiB\s+Can be downloaded once\./,
    url: async () => fixture.links().presignGet('q3.pdf', { limits: { confirm: true, uses: 1 } }),
  },
  {
    name: 'not yet',
    status: 403,
    title: 'Not available yet',
    text: /This link becomes available on/,
    url: () => share({ keys: ['q3.pdf'], limits: { notBefore: new Date(Date.now() + 10_800_000).toISOString() } }),
  },
  {
    name: 'spent',
    status: 403,
    title: 'No downloads left',
    text: /It could be downloaded once and already has been\. Ask the person who sent it for a new link\./,
    async url() {
      const url = await share({ keys: ['notes.txt'], limits: { uses: 1 } });
      assert.equal((await bareRequest(url)).status, 200);
      return url;
    },
  },
  {
    name: 'revoked',
    status: 403,
    title: 'This link has been revoked',
    text: /The sender has revoked it\./,
    async url() {
      const made = await fixture.share({ keys: ['q3.pdf'] });
      await fixture.ask('DELETE', `/shares/${made.id}`);
      return made.url;
    },
  },
  {
    name: 'address',
    status: 403,
    title: 'Not available on this network',
    text: /only works on certain networks/,
    url: () => share({ keys: ['q3.pdf'], limits: { ip: ['10.9.9.9/32'] } }),
  },
  {
    name: 'https',
    status: 403,
    title: 'Secure connection required',
    text: /only works over https/,
    url: () => share({ keys: ['q3.pdf'], limits: { https: true } }),
  },
  {
    name: 'gone',
    status: 404,
    title: 'This file is no longer available',
    text: /The link is valid, but the file was deleted\./,
    async url() {
      const url = await share({ keys: ['gone.txt'], allowMissing: true });
      await fixture.product.tidegate('rm', 'files/gone.txt', '--yes');
      return url;
    },
  },
  {
    name: 'unknown',
    status: 404,
    title: 'Link not found',
    text: /Check that you copied the whole address\./,
    url: async () => `${fixture.product.endpoint}/s/0000000000000000000000`,
  },
  {
    name: 'damaged',
    status: 403,
    title: 'This link is incomplete',
    text: /Part of its address is missing/,
    url: async () => fixture.links().presignGet('q3.pdf').slice(0, -7),
  },
  {
    name: 'closed',
    status: 403,
    title: 'Closed',
    text: /No more files are accepted here\./,
    async url() {
      const made = await fixture.fileRequest({});
      await fixture.ask('PATCH', `/requests/${made.id}`, { closed: true });
      return made.url;
    },
  },
  {
    name: 'full',
    status: 403,
    title: 'Closed',
    text: /No more files are accepted here\./,
    async url() {
      const { url } = await fixture.fileRequest({ limits: { uses: 1 } });
      assert.equal((await bareRequest(`${url}/offer.pdf`, { method: 'PUT', body: 'offer' })).status, 201);
      return url;
    },
  },
  {
    name: 'upload',
    status: 200,
    title: 'Send files to Example Ltd',
    text: /Tender documents\.[\s\S]*At most 2 GiB per file\. At most 20 files\./,
    async url() {
      const limits = { uses: 20, maxBytes: '2GiB', types: ['application/pdf', 'image/*'] };
      return (await fixture.fileRequest({ title: 'Send files to Example Ltd', note: 'Tender documents.', limits })).url;
    },
  },
];

for (const state of states) {
  test(`SHR-9 SHR-14 the page "${state.name}" is ${state.status} "${state.title}", in words, and axe finds nothing at any width`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const url = await state.url();
    for (const variant of pageVariants) await checkVariant(browser, state, url, variant);
  });
}

async function checkVariant(chromium: Browser, state: State, url: string, variant: PageVariant): Promise<void> {
  const { page, faults } = await openVariant(chromium, fixture, variant);
  try {
    const answer = await page.goto(url);
    const html = (await answer?.text()) ?? '';
    assert.equal(answer?.status(), state.status);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    assert.doesNotMatch(policy, /unsafe/);
    assert.ok(Buffer.byteLength(html) <= 12_288, `${Buffer.byteLength(html)} bytes of HTML`);
    await state.act?.(page);
    await checkState(page, state.title, state.text);
    await judgePage(page, fixture, `${state.name}-${variantName(variant)}`);
    assert.deepEqual(faults, []);
  } finally {
    await page.context().close();
  }
}

test('SHR-7 SHR-13 a file is downloaded from its page without script, and its preview costs no use and gives no whole file', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true });
  const page = await context.newPage();
  const url = await share({ keys: ['notes.txt'], limits: { uses: 2 } });
  await page.goto(url);
  await page.goto(url);
  assert.match(await page.locator('main').innerText(), /2\sof\s2 downloads left/);
  const whole = await fixture.links().presignGet('notes.txt');
  const { body } = await bareRequest(whole);
  const shown = await page.locator('pre').innerText();
  assert.ok(shown.length < body.byteLength / 3, `${shown.length} of ${body.byteLength} characters`);
  assert.equal((await bareRequest(`${url}?preview`)).status, 403);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('button')]);
  assert.equal(download.suggestedFilename(), 'notes.txt');
  await download.path();
  await page.goto(url);
  assert.match(await page.locator('main').innerText(), /1\sof\s2 downloads left/);
  await context.close();
});

test('SHR-11 a password opens the page in the browser, and goes on to the download', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(await share({ keys: ['tide.png'], password: 'tide and time' }));
  await password(page, 'tide and time');
  assert.equal(await page.title(), 'tide.png');
  const width = await page.locator('img.preview').evaluate((image) => image.getBoundingClientRect().width);
  assert.ok(width > 100);
  await context.close();
});
