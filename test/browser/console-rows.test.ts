import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { type ConsoleFixture, openConsole, openConsoleFixture, read } from './console-fixture.ts';
import { moreLinksThan, noteLinks } from './many-links.ts';

const count = 450;
const wide = { width: 1280, theme: 'light' } as const;
/** The second page of the ledger and those behind it. */
const laterPages = /\/_\/api\/v1\/links\?.*cursor=/;
let fixture: ConsoleFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  await fixture.server.signed('PUT', '/fresh');
  await fixture.put('fresh', 'new.pdf', 'x', 'application/pdf');
  await noteLinks(fixture.server, count);
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

/** Waits until the focus is in a row. */
function focusAt(page: Page, row: number): Promise<unknown> {
  return page.waitForFunction(
    (wanted) => document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] === String(wanted),
    row,
  );
}

test('a row that the keys went to keeps the focus when the page behind it comes late, and the end is then further on', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const held: Route[] = [];
  let isHeld = true;
  const opened = await openConsole(browser, fixture, wide, '/links', (blank) =>
    blank.route(laterPages, (route) => (isHeld ? void held.push(route) : route.continue())),
  );
  const { page } = opened;
  await page.locator('[data-row="0"]').waitFor();
  const first = await moreLinksThan(page, 0);
  await page.keyboard.press('End');
  await focusAt(page, first - 1);
  const name = await page.evaluate(() => document.activeElement?.textContent);
  await page.keyboard.press('End');
  await page.keyboard.press('j');
  await focusAt(page, first - 1);
  isHeld = false;
  for (const route of held) await route.continue();
  let rows = await moreLinksThan(page, first);
  await focusAt(page, first - 1);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
  while (rows < count) {
    await page.keyboard.press('End');
    rows = await moreLinksThan(page, rows);
  }
  await page.keyboard.press('End');
  await focusAt(page, count - 1);
  await page.keyboard.press('Home');
  await focusAt(page, 0);
  for (let n = 0; n < 40; n += 1) await page.keyboard.press('j');
  await focusAt(page, 40);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a row that the keys are at stays marked and focused when others come before it', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.locator('[data-row="0"]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await focusAt(page, 1);
  const name = await page.evaluate(() => document.activeElement?.textContent);
  assert.equal(await read(links(fixture.server, 'fresh').presignGet('new.pdf', { expiresIn: '1h' })), 200);
  await page.getByRole('link', { name: 'fresh/new.pdf' }).waitFor();
  await focusAt(page, 2);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
  await page.keyboard.press('k');
  await focusAt(page, 1);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('the list of another question takes over the focus that keys put in the one before, on its link or in its place', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const held: Route[] = [];
  let isHeld = false;
  const opened = await openConsole(browser, fixture, wide, '/links', async (blank) => {
    await blank.route(/\/_\/api\/v1\/links\?/, (route) => (isHeld ? void held.push(route) : route.continue()));
    // Never answered: the list stays as long as it is.
    await blank.route(laterPages, () => undefined);
  });
  const { page } = opened;
  const letGo = async (): Promise<void> => {
    for (const route of held.splice(0)) await route.continue();
  };
  const ask = async (find: string, address: RegExp): Promise<void> => {
    await page.getByLabel('Bucket, prefix or label').fill(find);
    await page.keyboard.press('Enter');
    await page.waitForURL(address);
    await page.locator('[aria-busy=true] [data-row="0"]').waitFor();
    await page.locator('main').focus();
  };
  await page.locator('[data-row="0"]').waitFor();
  const first = await moreLinksThan(page, 0);
  isHeld = true;
  await ask('team-7/', /find=team-7/);
  await page.keyboard.press('End');
  await focusAt(page, first - 1);
  await letGo();
  await page.getByText('23 links', { exact: true }).waitFor();
  await page.waitForFunction(() => document.activeElement?.closest('[data-row]')?.textContent?.includes('team-7/'));
  await page.keyboard.press('Home');
  await page.keyboard.press('j');
  await focusAt(page, 1);
  await ask('team-7/reports', /find=team-7%2Freports/);
  await page.keyboard.press('j');
  await focusAt(page, 2);
  const name = await page.evaluate(() => document.activeElement?.textContent ?? '');
  await letGo();
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
  await focusAt(page, 2);
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), name);
  await ask('team-8/', /find=team-8/);
  await letGo();
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
  await page.keyboard.press('j');
  await focusAt(page, 0);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('Enter and the blank belong to the control that has the focus; in a row that has it they open and select', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.locator('[data-row="0"]').waitFor();
  await page.keyboard.press('j');
  await focusAt(page, 0);
  await page.getByRole('button', { name: 'State: all' }).press('Enter');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Escape');
  const box = page.locator('[data-row="2"]').getByRole('checkbox');
  await box.focus();
  await box.press(' ');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('j');
  await focusAt(page, 3);
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+ ');
  await page.getByText('3 selected').waitFor();
  await page.keyboard.press(' ');
  await page.getByText('2 selected').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/_\/links\/lk_/);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a list page that fails to load is reported and requested once; loaded rows stay', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  let asked = 0;
  let isDown = true;
  const opened = await openConsole(browser, fixture, wide, '/links', (blank) =>
    blank.route(laterPages, (route) => {
      asked += 1;
      const problem = { type: 'about:blank', title: 'No room', status: 503, code: 'SlowDown', detail: 'It is busy.' };
      return isDown
        ? route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) })
        : route.continue();
    }),
  );
  const { page } = opened;
  await page.locator('[data-row="0"]').waitFor();
  const first = await moreLinksThan(page, 0);
  await page.keyboard.press('End');
  await page.getByText("Can't load the rest.").waitFor();
  await focusAt(page, first - 1);
  await page.keyboard.press('Home');
  await focusAt(page, 0);
  await page.keyboard.press('End');
  await focusAt(page, first - 1);
  assert.equal(asked, 1);
  isDown = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await moreLinksThan(page, first);
  assert.equal(await page.getByText("Can't load the rest.").count(), 0);
  await opened.close();
});
