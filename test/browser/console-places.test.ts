import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import {
  type ConsoleFixture,
  type ConsolePage,
  judge,
  openConsole,
  openConsoleFixture,
  seedLedger,
  type Variant,
  variants,
} from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser | undefined;
let ids: Readonly<Record<string, string>>;
const wide: Variant = { width: 1280, theme: 'light' };

before(async () => {
  fixture = await openConsoleFixture({ toml: 'outbound_allow = ["127.0.0.0/8"]' });
  ids = await seedLedger(fixture);
  await fixture.api('POST', '/webhooks', { name: 'inbox-hook', url: 'http://127.0.0.1:9/', types: ['link.used'] });
  await fixture.server.signed('PUT', '/kept', { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } });
  await fixture.put('kept', 'contract.txt', 'signed', 'text/plain');
  for (let n = 0; n < 14; n += 1) await fixture.put('reports', `2026/q${n}/figures.txt`, `${n}`, 'text/plain');
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

async function open(variant: Variant, path: string): Promise<ConsolePage> {
  browser ??= await startChromium();
  return openConsole(browser, fixture, variant, path);
}

for (const variant of variants) {
  test(`places, protection and notifications at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    const opened = await open(variant, '/links?new=share');
    const { page } = opened;
    await page.getByRole('button', { name: 'Choose' }).click();
    const chooser = page.getByRole('dialog', { name: 'Choose' });
    await chooser.getByRole('button', { name: 'reports' }).click();
    await chooser.getByRole('button', { name: 'q3.pdf' }).waitFor();
    await judge(opened, 'a folder to choose from');
    const show = (path: string) => page.goto(`${fixture.server.consoleEndpoint}/_${path}`);
    await show('/browse?bucket=kept&object=contract.txt');
    await page.getByRole('button', { name: 'Edit protection' }).click();
    await page
      .getByRole('dialog', { name: 'Protection' })
      .getByRole('radio', { name: /^Governance/ })
      .check();
    await judge(opened, 'protection');
    await show('/browse?bucket=kept&tab=notifications');
    await page.getByText('No notifications yet.').waitFor();
    await page.getByRole('button', { name: 'Add notification' }).waitFor();
    await judge(opened, 'notifications');
    await show('/settings/appearance');
    await page.getByText('Compact', { exact: true }).click();
    await show('/links');
    await page.getByRole('link', { name: 'handover/anna.zip' }).waitFor();
    await judge(opened, 'compact rows');
    await show('/browse?bucket=reports');
    await page.getByRole('link', { name: 'q3.pdf' }).waitFor();
    await judge(opened, 'a compact folder');
    await opened.close();
  });
}

test('what a link is for is chosen among buckets, folders and objects, and stays when it is left', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/links?new=share');
  const { page } = opened;
  const dialog = page.getByRole('dialog', { name: 'New link' });
  const chooser = page.getByRole('dialog', { name: 'Choose' });
  await dialog.getByRole('button', { name: 'Choose' }).click();
  await chooser.getByRole('button', { name: 'reports' }).click();
  await chooser.getByRole('button', { name: '2026/' }).click();
  await chooser.getByLabel('Starts with').fill('q1');
  await chooser.getByRole('button', { name: 'q2/' }).waitFor({ state: 'detached' });
  await chooser.getByRole('button', { name: 'q1/', exact: true }).click();
  await chooser.getByRole('button', { name: /figures\.txt/ }).click();
  await chooser.waitFor({ state: 'detached' });
  assert.equal(await dialog.getByLabel('What').inputValue(), 'reports/2026/q1/figures.txt');
  await dialog.getByRole('button', { name: 'Choose' }).click();
  await chooser.getByText('reports/2026/q1/').waitFor();
  await page.keyboard.press('Escape');
  await chooser.waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: 'Choose' }).click();
  await chooser.getByRole('button', { name: 'Up' }).click();
  await chooser.getByRole('button', { name: 'Choose this folder' }).click();
  assert.equal(await dialog.getByLabel('What').inputValue(), 'reports/2026/');
  await dialog.getByText(/^Anyone with the link can download everything under 2026, /).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a folder gets another name with all that is below it, and its old one back', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/browse?bucket=reports');
  const { page } = opened;
  await page.getByRole('button', { name: 'More for 2026/' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const rename = page.getByRole('dialog', { name: 'Rename 2026' });
  await rename.getByLabel('Name').fill('2026/inner');
  await rename.getByRole('button', { name: 'Rename' }).click();
  await rename.getByText("A folder can't be moved into itself.").waitFor();
  await rename.getByLabel('Name').fill('year 2026');
  await rename.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('2026 renamed.').waitFor();
  await page.getByRole('link', { name: 'year 2026/' }).waitFor();
  await page.getByRole('link', { name: '2026/', exact: true }).waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  await page.getByRole('link', { name: 'year 2026/' }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: '2026/', exact: true }).click();
  await page.getByText('14 entries').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a version is kept until a day and by a hold, and both are seen', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/browse?bucket=kept&object=contract.txt');
  const { page } = opened;
  const dialog = page.getByRole('dialog', { name: 'Protection' });
  const save = async (): Promise<void> => {
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await page.getByRole('button', { name: 'Edit protection' }).click();
  await dialog.getByRole('radio', { name: /^Governance/ }).check();
  await dialog.getByLabel('Until the end of').fill('2099-12-31');
  await dialog.getByLabel('Legal hold').check();
  await save();
  await page.getByText(/^Governance, until .*2099/).waitFor();
  await page.getByText('On', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit protection' }).click();
  await dialog.getByRole('radio', { name: 'None' }).check();
  await dialog.getByLabel('Legal hold').uncheck();
  await save();
  await page.getByText('Off', { exact: true }).waitFor();
  await page.getByText(/^Governance/).waitFor({ state: 'detached' });
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('NTF-1 a webhook receives events for new objects, as its sentence says, until the rule is removed', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/browse?bucket=inbox&tab=notifications');
  const { page } = opened;
  await page.getByLabel('deleted objects').check();
  await page.getByLabel('Under').fill('acme/');
  await page.getByLabel('Name ends in').fill('.pdf');
  const sentence =
    'inbox-hook receives events for new objects and deleted objects under acme/, where the name ends in .pdf.';
  await page.getByRole('status').filter({ hasText: sentence }).waitFor();
  await page.getByRole('button', { name: 'Add notification' }).click();
  await page.getByRole('listitem').filter({ hasText: sentence }).waitFor();
  const configuration = await fixture.api('GET', '/buckets/inbox/configuration');
  assert.match(
    JSON.stringify(configuration['notifications']),
    /"destination":"inbox-hook".*"prefix":"acme\/","suffix":".pdf"/,
  );
  await page.getByRole('button', { name: /^Remove the notification/ }).click();
  await page.getByText('No notifications yet.').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a link is explained from its page: a share with its address, another with why it was refused', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, `/links/${ids['share']}`);
  const { page } = opened;
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('region', { name: 'Answer' }).getByRole('heading').first().waitFor();
  assert.ok(!page.url().includes('/s/'), 'the secret of a share is no part of the address');
  await page.goto(`${fixture.server.consoleEndpoint}/_/links/${ids['spent']}`);
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByRole('heading', { name: 'No uses left' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('rows are compact where somebody wants them so, also after the page is opened anew', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/links');
  const { page } = opened;
  const height = () => page.locator('[data-row="0"]').evaluate((row) => row.getBoundingClientRect().height);
  await page.locator('[data-row="0"]').waitFor();
  assert.equal(await height(), 58);
  await page.goto(`${fixture.server.consoleEndpoint}/_/settings/appearance`);
  await page.getByText('Compact', { exact: true }).click();
  await page.goto(`${fixture.server.consoleEndpoint}/_/links`);
  await page.locator('[data-row="0"]').waitFor();
  assert.equal(await height(), 40);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('an address without a screen says so and leads on; the bare one shows the links', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await open(wide, '/lnks');
  const { page } = opened;
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await judge(opened, 'an address without a screen');
  await page.getByRole('link', { name: 'Go to Links' }).click();
  await page.getByRole('heading', { name: 'Links', exact: true }).waitFor();
  await page.goto(`${fixture.server.consoleEndpoint}/_/`);
  await page.getByRole('heading', { name: 'Links', exact: true }).waitFor();
  assert.match(page.url(), /\/_\/links$/);
  await opened.close();
});
