import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { checkState, inEveryVariant, openPagesFixture, type PagesFixture, press } from './pages-fixture.ts';

/* What the page of a password says when it is tried too often, by one or by many. */
let fixture: PagesFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openPagesFixture();
  await fixture.put('notes.txt', 'text/plain', 'Numbers as agreed on Monday.');
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
});

test('SHR-12 SHR-14 after ten wrong passwords the page says how long to wait', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { url } = await fixture.share({ keys: ['notes.txt'], password: 'tide and time' });
  const wrong = { authorization: `Basic ${Buffer.from('x:wrong').toString('base64')}` };
  for (let at = 0; at < 10; at += 1) assert.equal((await bareRequest(url, { headers: wrong })).status, 401);
  await inEveryVariant(browser, fixture, 'too many tries', async (page) => {
    await page.goto(url);
    await page.fill('input[type=password]', 'tide and time');
    assert.equal(await press(page, 'Open'), 429);
    await checkState(page, 'Too many attempts', /Wait 15 minutes, then try again\./);
  });
});

test('SHR-12 SHR-14 while too many passwords wait to be tried the page says so, and loads itself again in five seconds', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const asBrowser = {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)',
    accept: 'text/html',
    'content-type': 'application/x-www-form-urlencoded',
  };
  // 32 may wait, and each address has ten tries a share.
  const shares = await Promise.all(
    Array.from({ length: 6 }, () => fixture.share({ keys: ['notes.txt'], password: 'tide and time' })),
  );
  const tries = shares.flatMap(({ url }) => Array.from({ length: 10 }, () => url));
  const guess = { method: 'POST', headers: asBrowser, body: 'password=guess' };
  const answers = await Promise.all(tries.map((url) => bareRequest(url, guess)));
  const busy = answers.find(({ status }) => status === 503);
  assert.ok(busy !== undefined, `${answers.map(({ status }) => status)}`);
  assert.equal(busy.headers['refresh'], '5');
  assert.equal(busy.headers['retry-after'], '5');
  const url = `${fixture.product.endpoint}/s/busy`;
  // Shown again without its reload, because checking it takes longer than five seconds.
  const policy = String(busy.headers['content-security-policy']);
  await inEveryVariant(browser, fixture, 'busy', async (page) => {
    await page.route(url, (route) =>
      route.fulfill({
        status: 503,
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
        body: busy.body,
      }),
    );
    assert.equal((await page.goto(url))?.status(), 503);
    await checkState(page, 'Please wait', /The server is busy\. Trying again in 5 s\./);
  });
});
