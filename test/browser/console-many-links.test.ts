import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { axeFaults, type ConsoleFixture, openConsole, openConsoleFixture } from './console-fixture.ts';
import { moreLinksThan, noteLinks } from './many-links.ts';

const count = 1_500;
/** However many links there are, so many rows are drawn at most. */
const mostDrawn = 120;
let fixture: ConsoleFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  await noteLinks(fixture.server, count);
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

test('only the visible rows of a long list are rendered, down to the last one', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, { width: 1280, theme: 'light' });
  const { page } = opened;
  const rows = page.locator('[data-row]');
  await rows.first().waitFor();
  assert.deepEqual(await axeFaults(page), [], 'with 500 rows and more');
  const last = page.locator(`[data-row="${count - 1}"]`);
  for (let known = await moreLinksThan(page, 0); known < count; known = await moreLinksThan(page, known)) {
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement?.closest('[data-row]') !== null);
    assert.ok((await rows.count()) <= mostDrawn, 'the rows that are drawn are bounded');
  }
  await page.keyboard.press('End');
  await last.getByRole('link', { name: `team-${(count - 1) % 20}/reports/2026/${count - 1}.pdf` }).waitFor();
  await page.keyboard.press('Home');
  await page.locator('[data-row="0"]').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('team-7/reports/2026/7.pdf');
  await page.keyboard.press('Enter');
  await page.getByText('1 link', { exact: true }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
