import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { axeFaults, type ConsoleFixture, judge, openConsole, openConsoleFixture, variants } from './console-fixture.ts';

const wide = { width: 1280, theme: 'light' } as const;
let fixture: ConsoleFixture;
let browser: Browser | undefined;
let receiver: Server;
let hook = '';
const received: string[] = [];

before(async () => {
  receiver = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      received.push(`${request.headers['webhook-signature']?.slice(0, 3)} ${JSON.parse(body).type}`);
      answer.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  hook = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/told`;
  fixture = await openConsoleFixture({ toml: 'outbound_allow = ["127.0.0.0/8"]' });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
  receiver?.closeAllConnections();
  receiver?.close();
});

const show = (page: Page, path: string) => page.goto(`${fixture.server.consoleEndpoint}/_${path}`);

for (const variant of variants) {
  test(`SEC-504 Settings at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/settings');
    const { page } = opened;
    await page.getByText('Survives power loss').or(page.getByText('Survives a crash of the process')).waitFor();
    await page.getByLabel('Show defaults').check();
    await page.getByText('limits.max_json_bytes', { exact: true }).waitFor();
    await judge(opened, 'the server');
    await show(page, '/settings/links');
    await page.getByLabel('Days in the ledger').waitFor();
    await judge(opened, 'retention');
    await show(page, '/settings/webhooks');
    await page.getByRole('heading', { name: 'Webhooks' }).waitFor();
    await page.getByRole('listitem').or(page.getByText('No webhooks yet')).first().waitFor();
    await judge(opened, 'the webhooks');
    await show(page, '/settings/webhooks?new=webhook');
    await page.getByRole('dialog', { name: 'New webhook' }).waitFor();
    await judge(opened, 'a new webhook');
    await show(page, '/settings/appearance');
    await page.getByText('Single-key shortcuts').waitFor();
    await judge(opened, 'appearance');
    await show(page, '/settings/about');
    await page.getByText('Apache License 2.0').waitFor();
    await judge(opened, 'about');
    await opened.close();
  });
}

test('ADM-46 how long the ledger keeps is changed while the server runs, and goes back to its default', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/settings/links');
  const { page } = opened;
  const days = page.getByLabel('Days in the ledger');
  await days.fill('90');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Reset to defaults' }).waitFor();
  const value = async (): Promise<unknown> => {
    const { items } = await fixture.api('GET', '/settings');
    // Sound: the shape that the API declares.
    return (items as { name: string; value: unknown }[]).find(({ name }) => name === 'links.ledger_days')?.value;
  };
  assert.equal(await value(), 90);
  await days.fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#main [aria-invalid="true"]').waitFor();
  assert.equal(await value(), 90, 'what cannot be is not taken');
  await page.getByRole('button', { name: 'Reset to defaults' }).click();
  await page.getByRole('button', { name: 'Reset to defaults' }).waitFor({ state: 'detached' });
  assert.equal(await value(), 30);
  // The browser itself says that the server refused what cannot be.
  assert.deepEqual(
    opened.faults.filter((fault) => !/status of 400/.test(fault)),
    [],
  );
  await opened.close();
});

test('the public endpoint is tried from the browser, which is where it has to be reached', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/settings');
  const { page } = opened;
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText(/^Responded to this browser in \d+ ms\.$/).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('EVT-20 a webhook is made, its secret shown once, a test sent and seen to arrive, and it is deleted', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/settings/webhooks?new=webhook');
  const { page } = opened;
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('URL').fill(hook);
  await dialog.getByLabel('Name').fill('billing');
  await dialog.getByRole('button', { name: 'Create webhook' }).click();
  await dialog.getByText(/^whsec_/).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Show it' }).click();
  await page.getByRole('heading', { name: 'billing' }).waitFor();
  assert.equal(await page.getByText(/whsec_/).count(), 0, 'the secret was shown once');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText(/^Delivered/).waitFor();
  assert.ok(received.includes('v1, webhook.test'), received.join('; '));
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Send again' }).first().click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  assert.deepEqual(opened.faults, []);
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No webhooks yet').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('WCAG 2.1.4 single keys can be switched off, and the arrows and Ctrl K stay', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/settings/appearance');
  const { page } = opened;
  await page.getByLabel('Single-key shortcuts').uncheck();
  await page.locator('main').focus();
  await page.keyboard.press('?');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search or paste a link' }).waitFor();
  assert.equal(await page.getByRole('dialog', { name: 'Keys' }).count(), 0);
  await page.keyboard.press('Escape');
  await page.getByLabel('Single-key shortcuts').check();
  await page.locator('main').focus();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.getByText('Search, or paste a link').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('r');
  await page.getByRole('heading', { name: 'Requests' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
