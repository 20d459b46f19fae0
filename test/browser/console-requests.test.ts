import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import {
  type ConsoleFixture,
  judge,
  openConsole,
  openConsoleFixture,
  seedLedger,
  variants,
} from './console-fixture.ts';

const wide = { width: 1280, theme: 'light' } as const;
let fixture: ConsoleFixture;
let browser: Browser | undefined;
let tender: { readonly id: string; readonly url: string };

before(async () => {
  fixture = await openConsoleFixture();
  await seedLedger(fixture);
  const made = await fixture.api('POST', '/requests', {
    bucket: 'inbox',
    prefix: 'tender/',
    title: 'Tender 2026',
    note: 'Offers until Friday',
    maxFiles: 5,
    limits: { maxBytes: '1MB', types: ['application/pdf'] },
  });
  tender = { id: String(made['id']), url: String(made['url']) };
  assert.equal(await send('offer.pdf', 'application/pdf'), 201);
  assert.equal(await send('virus.exe', 'application/x-msdownload'), 403);
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

async function send(name: string, type: string): Promise<number> {
  const answer = await fetch(`${tender.url}/${encodeURIComponent(name)}`, {
    method: 'PUT',
    body: 'x'.repeat(2000),
    headers: { 'content-type': type, 'user-agent': 'curl/8.14.1' },
  });
  await answer.arrayBuffer();
  return answer.status;
}

const show = (page: Page, path: string) => page.goto(`${fixture.server.consoleEndpoint}/_${path}`);

for (const variant of variants) {
  test(`SEC-504 file requests at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/requests');
    const { page } = opened;
    await page.getByRole('link', { name: 'Tender 2026' }).waitFor();
    await judge(opened, 'the list');
    await show(page, '/requests?find=nothing-is-called-so');
    await page.getByText('No file requests match.').waitFor();
    await judge(opened, 'nothing found');
    await show(page, `/requests/${tender.id}`);
    await page.getByText('offer.pdf').waitFor();
    await judge(opened, 'a request');
    await page.getByRole('button', { name: 'More', exact: true }).first().click();
    await page.getByRole('menuitem', { name: /Edit/ }).waitFor();
    await judge(opened, 'its menu');
    await page.getByRole('menuitem', { name: /Edit/ }).click();
    await page.getByRole('dialog', { name: 'Edit file request' }).waitFor();
    await judge(opened, 'changing it');
    await opened.close();
  });
}

test('SHR-26 what came through a request shows by itself, with what was refused, and a closed one is opened again', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, `/requests/${tender.id}`);
  const { page } = opened;
  await page.getByText('offer.pdf').waitFor();
  assert.equal(await page.getByText('virus.exe').count(), 0, 'what was refused did not come');
  assert.equal(await send('annex.pdf', 'application/pdf'), 201);
  await page.getByText('annex.pdf').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByText('Closed', { exact: true }).first().waitFor();
  assert.equal(await send('late.pdf', 'application/pdf'), 403);
  await page.keyboard.press('z');
  await page.getByText('Open', { exact: true }).first().waitFor();
  assert.equal(await send('late.pdf', 'application/pdf'), 201);
  await page.getByText('late.pdf').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a file that came is saved under the name that its sender gave it, and all of them as one ZIP', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, `/requests/${tender.id}`);
  const { page, context } = opened;
  const downloads: string[] = [];
  // The link opens in a tab of its own, which a download closes again.
  context.on('page', (popup) => popup.on('download', (download) => downloads.push(download.suggestedFilename())));
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  await page.getByRole('button', { name: 'Download offer.pdf' }).click();
  await until(() => downloads.includes('offer.pdf'));
  await page.getByRole('button', { name: 'More', exact: true }).first().click();
  await page.getByRole('menuitem', { name: 'Download all as ZIP' }).click();
  await until(() => downloads.some((name) => name.endsWith('.zip')));
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

async function until(isSo: () => boolean): Promise<void> {
  const endMs = Date.now() + 30_000;
  while (!isSo()) {
    assert.ok(Date.now() < endMs, 'it did not come to that in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a request is made, found by its title and changed by keyboard alone', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/requests');
  const { page } = opened;
  await page.getByRole('link', { name: 'Tender 2026' }).waitFor();
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'New file request' });
  await dialog.waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'what');
  await page.keyboard.type('inbox/photos/');
  await page.keyboard.press('Enter');
  const url = page.getByLabel('URL', { exact: true });
  await url.waitFor();
  assert.match(await url.inputValue(), /\/s\/[A-Za-z0-9]{22}$/);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'inbox/photos/' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('photos');
  await page.getByRole('link', { name: 'Tender 2026' }).waitFor({ state: 'detached' });
  await page.locator('main').focus();
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row="0"]') !== null);
  await page.keyboard.press('Enter');
  await page.getByRole('paragraph').filter({ hasText: 'No files yet' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
