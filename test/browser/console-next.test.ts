import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { rootCredentials } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { type ConsoleFixture, openConsoleFixture, openSignedOut } from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

for (const asked of [
  '?next=//evil.example/',
  '?next=/%5Cevil.example',
  '?next=javascript:alert(1)',
  '?next=https:evil.example',
  '#next=//evil.example/',
  'links?next=//evil.example/',
] as const) {
  test(`SEC-511 who signs in at /_/${asked} stays in the console`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openSignedOut(browser, fixture.server, { width: 1280, theme: 'light' });
    const { page } = opened;
    await page.goto(`${fixture.server.consoleEndpoint}/_/${asked}`);
    await page.getByLabel('Access key').fill(rootCredentials.accessKeyId);
    await page.getByLabel('Secret').fill(rootCredentials.secretAccessKey);
    await page.keyboard.press('Enter');
    await page.locator('main h1').first().waitFor();
    const { origin, pathname } = new URL(page.url());
    assert.equal(origin, fixture.server.consoleEndpoint);
    assert.match(pathname, /^\/_\//);
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
}
