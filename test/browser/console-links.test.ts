import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  judge,
  openConsole,
  openConsoleFixture,
  read,
  seedLedger,
  variants,
} from './console-fixture.ts';

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

for (const variant of variants) {
  test(`SEC-504 Links, a link, and a new one at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant);
    const { page } = opened;
    await page.getByRole('row').nth(7).waitFor();
    await judge(opened, 'the ledger');
    await page.getByRole('button', { name: 'State: all' }).click();
    await page.getByRole('menu').waitFor();
    await judge(opened, 'a menu');
    await page.keyboard.press('Escape');
    for (const id of [ids['spent'], ids['share'], ids['revoked']]) {
      await page.goto(`${fixture.server.consoleEndpoint}/_/links/${id}`);
      await page.getByRole('heading', { name: 'Details' }).waitFor();
      await judge(opened, `link ${id}`);
    }
    await page.goto(`${fixture.server.consoleEndpoint}/_/links?new=share`);
    await page.getByRole('dialog', { name: 'New link' }).waitFor();
    await judge(opened, 'a new link');
    await page.goto(`${fixture.server.consoleEndpoint}/_/links?find=nothing-is-called-so`);
    await page.getByText('No links match.').waitFor();
    await judge(opened, 'nothing found');
    await opened.close();
  });
}

const wide = { width: 1280, theme: 'light' } as const;

test('a use shows by itself, in the list and on the page of its link', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  const row = page.getByRole('row', { name: /50 downloads/ });
  await row.getByText('not used yet').waitFor();
  assert.equal(await read(ids['manyUrl'] ?? ''), 200);
  await row.getByText('49 of 50 left').waitFor();
  await row.getByRole('link').click();
  await page.getByRole('heading', { name: 'media/launch/clip.mp4' }).waitFor();
  await page.getByText('of 50 downloads').waitFor();
  assert.equal(await read(ids['manyUrl'] ?? ''), 200);
  await page.getByText('48', { exact: true }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('by keyboard alone a link is found, opened, revoked and brought back', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.getByRole('row').nth(2).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('media/');
  await page.keyboard.press('Enter');
  await page.waitForURL(/find=media/);
  await page.locator('main').focus();
  await page.getByRole('row', { name: /50 downloads/ }).waitFor();
  await page.keyboard.press('End');
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row]') !== null);
  await page.goto(`${fixture.server.consoleEndpoint}/_/links/${ids['many']}`);
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  await page.keyboard.press('x');
  await page.getByText('Revoked.').waitFor();
  await page.getByRole('button', { name: 'Restore' }).waitFor();
  assert.equal(await read(ids['manyUrl'] ?? ''), 403);
  await page.keyboard.press('z');
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  assert.equal(await read(ids['manyUrl'] ?? ''), 200);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a share is made as its sentence says, and its link leads to it in the ledger', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByRole('menuitem', { name: /^Share/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What').fill('handover/anna.zip');
  await dialog.getByText('1', { exact: true }).click();
  const sentence = await dialog.locator('[data-sentence]').textContent();
  assert.match(sentence ?? '', /^Anyone with the link can download anna\.zip once, until /);
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const url = await dialog.getByLabel('URL', { exact: true }).inputValue();
  assert.match(url, new RegExp(`^${fixture.server.endpoint}/s/[A-Za-z0-9]{22}$`));
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Show link' }).click();
  await page.getByText('of 1 download').waitFor();
  assert.ok(!page.url().includes('/s/'), 'the secret of a share is no part of the address');
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('LDG-31 a link revoked by a wider rule says so, and restoring it warns that the whole rule is lifted', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const made = await fixture.api('POST', '/shares', { bucket: 'media', key: 'launch/clip.mp4', expiresIn: '1d' });
  await fixture.api('POST', '/revocations', { match: { bucket: 'media', prefix: 'launch/' }, reason: 'in a chat' });
  const opened = await openConsole(browser, fixture, wide, `/links/${made['id']}`);
  const { page } = opened;
  await page.getByText(/^Revoked by the rule media\/launch\/ until .*: in a chat$/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Restore' }).count(), 0);
  await page.getByRole('button', { name: 'Open rule' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rule' });
  await dialog.getByText(/^Every link of media\/launch\/ signed until /).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Remove rule' }).click();
  await page.getByRole('button', { name: 'Revoke' }).waitFor();
  assert.equal((await fixture.api('GET', `/links/${ids['many']}`))['state'], 'active');
  await fixture.api('DELETE', `/shares/${made['id']}`);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('in forced colors what is chosen is marked; at 400 % a panel of fields is scrolled whole', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.emulateMedia({ forcedColors: 'active' });
  const row = page.locator('[data-row="0"]');
  await row.getByRole('checkbox').check();
  const marked = (element: Element) => getComputedStyle(element).outlineStyle;
  assert.equal(await row.evaluate(marked), 'solid');
  assert.equal(await page.locator('[data-row="1"]').evaluate(marked), 'none');
  assert.equal(await page.locator('.chip[data-on]').first().evaluate(marked), 'solid');
  await page.emulateMedia({ forcedColors: 'none' });
  // A window of 1280 × 1024 at 400 %.
  await page.setViewportSize({ width: 320, height: 256 });
  await page.goto(`${fixture.server.consoleEndpoint}/_/links?new=share`);
  const form = page.getByRole('dialog').locator('form');
  await form.waitFor();
  const heights = await form.evaluate(({ clientHeight, children }) => [clientHeight, children[0]?.clientHeight ?? 0]);
  assert.ok((heights[1] ?? 0) > (heights[0] ?? 0), `the fields are cut to ${heights[1]} px`);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('SEC-514 a pasted link opens its page, and becomes no part of the address or the storage', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(ids['manyUrl'] ?? '');
  await page.getByRole('option', { name: `Open ${ids['many']}` }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/_/links/${ids['many']}`);
  const kept = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.title]),
  );
  assert.doesNotMatch(kept + page.url(), /X-Amz|signature/i);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('SEC-505 what others wrote is shown as text', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  await fixture.put('reports', encodeURIComponent(attack), 'x');
  const made = await fixture.api('POST', '/shares', { bucket: 'reports', key: attack, title: attack, note: attack });
  const { url } = await fixture.api('GET', `/shares/${made['id']}/url`);
  await fetch(String(url), { headers: { 'user-agent': `curl/8 ${attack}` } }).then((answer) => answer.arrayBuffer());
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs += 1;
    dialog.dismiss().catch(() => undefined);
  });
  await page
    .getByRole('link', { name: `reports/${attack}` })
    .first()
    .waitFor();
  await page.goto(`${fixture.server.consoleEndpoint}/_/links/${made['id']}`);
  await page.getByText(attack).first().waitFor();
  assert.equal(await page.locator('main img, main script').count(), 0);
  assert.equal(dialogs, 0);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
