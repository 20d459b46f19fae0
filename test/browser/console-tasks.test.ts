import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { axeFaults, type ConsoleFixture, openConsole, openConsoleFixture, seedLedger } from './console-fixture.ts';

/*
 * What somebody new does, by keyboard alone: no pointer is moved in this file, and the focus is never lost.
 */

const wide = { width: 1280, theme: 'light' } as const;
let fixture: ConsoleFixture;
let ids: Readonly<Record<string, string>>;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  ids = await seedLedger(fixture);
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

const press = (page: Page, key: string): Promise<void> => page.keyboard.press(key);

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement } = document;
      if (!(activeElement instanceof HTMLElement) || activeElement === document.body) return '';
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement);
      const isSeen = outlineStyle !== 'none' && outlineWidth !== '0px';
      return `${isSeen ? '' : 'unseen '}${activeElement.getAttribute('aria-label') ?? activeElement.textContent ?? ''}`;
    });
    if (name.test(focused)) {
      assert.doesNotMatch(focused, /^unseen /, 'what has the focus shows it');
      return;
    }
  }
  assert.fail(`Tab never came to ${name}`);
}

test('a share is created, opened by someone else, counted and revoked, and its page says so', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.getByRole('row').nth(2).waitFor();
  await press(page, 'n');
  await page.getByRole('dialog', { name: 'New link' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'what');
  await page.keyboard.type('handover/anna.zip');
  await press(page, 'Enter');
  const field = page.getByLabel('URL', { exact: true });
  await field.waitFor();
  const url = await field.inputValue();
  await tabTo(page, /^Show link$/);
  await press(page, 'Enter');
  await page.getByRole('heading', { name: 'handover/anna.zip' }).waitFor();
  await page.getByText('0', { exact: true }).first().waitFor();

  const other = await browser.newContext({ acceptDownloads: true });
  const theirs = await other.newPage();
  await theirs.goto(url);
  await tabTo(theirs, /^\s*Download\s*$/);
  const [download] = await Promise.all([theirs.waitForEvent('download'), theirs.keyboard.press('Enter')]);
  assert.equal(download.suggestedFilename(), 'anna.zip');
  await download.path();

  const used = page.locator('main p', { hasText: /^1download$/ });
  await used.waitFor();
  await press(page, 'x');
  await page.getByRole('button', { name: 'Restore' }).waitFor();
  await theirs.reload();
  await theirs.getByText('This link has been revoked').first().waitFor();
  await press(page, 'z');
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  await theirs.reload();
  await theirs.getByText('anna.zip').first().waitFor();
  await other.close();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('why a link fails is found by pasting it into the palette', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  const link = links(fixture.server, 'reports').presignGet('q3.pdf', { expiresIn: '1h' });
  await press(page, 'Control+k');
  const box = page.getByRole('combobox');
  await box.waitFor();
  await page.keyboard.insertText(link.replace('127.0.0.1', 'localhost'));
  await page.getByRole('option', { name: /^Explain it/ }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await press(page, 'Alt+Enter');
  await page.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
  assert.doesNotMatch(page.url(), /X-Amz|Signature/i);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('the palette finds a link by its label, a screen, a request and an action, and takes a pasted link back', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  const find = async (text: string, name: RegExp): Promise<void> => {
    await press(page, 'Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.insertText(text);
    await page.getByRole('option', { name }).first().waitFor();
  };
  await find('invoice', /reports\/q3\.pdf.*invoice-8812/);
  await press(page, 'Escape');
  await find('Acme', /Acme tender/);
  assert.deepEqual(await axeFaults(page), []);
  await press(page, 'Enter');
  await page.getByRole('heading', { name: 'Acme tender' }).waitFor();
  await find('webhooks', /^Webhooks/);
  await press(page, 'Enter');
  await page.waitForURL(/settings\/webhooks/);
  await find('dark', /^Dark theme/);
  await press(page, 'Enter');
  await page.waitForFunction(() => document.documentElement.dataset['theme'] === 'dark');
  await find(ids['manyUrl'] ?? '', new RegExp(`^Revoke ${ids['many']}`));
  await press(page, 'Shift+Enter');
  await page.getByText('Revoked.').waitFor();
  const { state } = await fixture.api('GET', `/links/${ids['many']}`);
  assert.equal(state, 'revoked');
  await press(page, 'z');
  await page.getByText('Revoked.').waitFor({ state: 'detached' });
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('SEC-510 a minute before a session ends it can be kept, and what was typed with it', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  let idleS = 40;
  await page.route('**/_/api/v1/session', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const answer = await route.fetch();
    return route.fulfill({ response: answer, json: { ...(await answer.json()), idleS } });
  });
  await page.goto(`${fixture.server.consoleEndpoint}/_/links?new=share`);
  const dialog = page.getByRole('dialog', { name: 'Still there?' });
  await dialog.waitFor();
  assert.deepEqual(await axeFaults(page), []);
  idleS = 1800;
  await tabTo(page, /^Stay signed in$/);
  await press(page, 'Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('dialog', { name: 'New link' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
