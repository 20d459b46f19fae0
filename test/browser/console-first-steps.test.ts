import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { type ConsoleFixture, judge, openConsole, openConsoleFixture, read, variants } from './console-fixture.ts';

// A server without links: from choosing a file to a used link, without leaving the ledger.

let fixture: ConsoleFixture;
let browser: Browser | undefined;
before(async () => {
  fixture = await openConsoleFixture();
});
after(async () => {
  await browser?.close();
  await fixture.close();
});

for (const variant of variants) {
  test(`SEC-504 the first steps at ${variant.width} px, ${variant.theme}, begin without a fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant);
    await opened.page.getByRole('heading', { name: 'Upload a file' }).waitFor();
    await judge(opened, 'the first steps');
    await opened.close();
  });
}

test('the three first steps are ticked off as they happen: a file, a link, its first use', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, { width: 1280, theme: 'light' });
  const { page } = opened;
  const steps = page.getByRole('region', { name: 'First steps' });
  const done = (title: string) => steps.getByRole('heading', { name: new RegExp(`^${title} ?, done$`) });

  const choosing = page.waitForEvent('filechooser');
  await steps.getByRole('button', { name: 'Upload a file' }).click();
  await (await choosing).setFiles({ name: 'tide table.txt', mimeType: 'text/plain', buffer: Buffer.from('high\n') });
  await done('Upload a file').waitFor();
  await steps.getByText("aws s3 presign 's3://files/tide table.txt'").waitFor();

  await steps.getByRole('button', { name: 'Share' }).click();
  await page.getByText('Anyone with the link can download tide table.txt').waitFor();
  await page.getByRole('button', { name: 'Create link' }).click();
  const url = await page.getByLabel('URL', { exact: true }).inputValue();
  // Copied as it was made; by its key again, also with the focus in its field.
  await page.evaluate(() => {
    navigator.clipboard.writeText = (text) => {
      document.title = text;
      return Promise.resolve();
    };
  });
  await page.getByLabel('URL', { exact: true }).press('c');
  await page.waitForFunction((wanted) => document.title === wanted, url);
  await page.getByRole('button', { name: 'Done' }).click();
  await done('Create a link').waitFor();
  await steps.getByText('No QR code: this address works only on this machine.').waitFor();
  assert.equal(await steps.getByRole('link', { name: 'Open', exact: true }).getAttribute('href'), url);
  await judge(opened, 'a link to open');

  assert.equal(await read(`${url}?download=1`), 200);
  await done('Open it').waitFor();
  await steps.getByText(/Used 1 time, .*, from 127\.0\.0\.1\./).waitFor();
  await judge(opened, 'all steps done');

  await steps.getByRole('button', { name: 'Done' }).click();
  await steps.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('row', { name: /files\/tide table\.txt/ }).waitFor();
  assert.equal(await steps.count(), 0);
  await opened.close();
});
