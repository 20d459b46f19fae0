import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  type ConsoleFixture,
  judge,
  openConsole,
  openConsoleFixture,
  seedLedger,
  variants,
} from './console-fixture.ts';

let fixture: ConsoleFixture;
let good: string;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  await seedLedger(fixture);
  good = links(fixture.server, 'reports').presignGet('q3.pdf', { expiresIn: '1h', limits: { uses: 9 } });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

const wide = { width: 1280, theme: 'light' } as const;

/** The same link asked under another name of this machine, as behind a proxy that changes Host. */
function underOtherHost(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

async function paste(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: /^Paste a presigned URL/ });
  if (!(await box.isVisible())) await page.getByRole('button', { name: 'Paste another link' }).click();
  await box.fill(text);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
}

for (const variant of variants) {
  test(`SEC-504 Explain at ${variant.width} px, ${variant.theme}: empty, failing, working, unreadable, without a fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/explain');
    const { page } = opened;
    await judge(opened, 'empty');
    await paste(page, underOtherHost(good));
    await page.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
    for (const details of await page.locator('main details').all()) await details.locator('summary').click();
    await judge(opened, 'a link that fails');
    await paste(page, good);
    await page.getByRole('heading', { name: 'Works' }).waitFor();
    await judge(opened, 'a link that works');
    await page.getByLabel('Keep it in this browser only').check();
    await page.getByRole('heading', { name: 'Not over yet' }).waitFor();
    await judge(opened, 'a link that is read here');
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
}

test('a failing link shows its cause, how to fix it, and the exact characters that differ', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  await paste(page, underOtherHost(good));
  const answer = page.getByRole('region', { name: 'Answer' });
  await answer.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
  await answer.getByText(`endpoint_url="${new URL(underOtherHost(good)).origin}"`).waitFor();
  await answer.getByRole('button', { name: 'JavaScript' }).click();
  await answer.getByText(`endpoint: '${new URL(underOtherHost(good)).origin}'`).waitFor();
  await answer.getByRole('button', { name: 'Bytes that were signed' }).click();
  await answer.getByRole('heading', { name: 'As signed' }).waitFor();
  assert.deepEqual(await answer.locator('details[open] mark').allTextContents(), [
    'differs: 127.0.0.1',
    'differs: localhost',
  ]);
  await page.getByRole('listitem').filter({ hasText: 'Signature' }).filter({ hasText: '✕' }).waitFor();
  // Asked as the host it was signed for, it holds.
  await page.getByRole('button', { name: /^host / }).click();
  await page.getByRole('textbox', { name: 'Host' }).fill(new URL(good).host);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Works' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('the empty screen offers recent refusals, and each leads to what its reason means', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  const refusals = page.getByRole('region', { name: 'Recent refusals' });
  const [first] = await refusals.getByRole('listitem').getByRole('link').all();
  await refusals.getByRole('listitem').first().waitFor();
  assert.ok((await refusals.getByRole('listitem').count()) <= 5);
  await (first ?? refusals.getByRole('listitem').getByRole('link').first()).click();
  await page.waitForURL(/\/explain\?reason=\w+/);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('what is no link gets one sentence; a wrong signature leads to no entry of the ledger, and a right one does', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  const ledger = page.getByRole('link', { name: /in the ledger$/ });
  await paste(page, `${fixture.server.endpoint}/reports/q3.pdf`);
  await page.getByRole('region', { name: 'Answer' }).waitFor();
  assert.equal(await page.getByText('not looked at').count(), 0);
  assert.equal(await page.getByRole('heading', { name: 'Checks' }).count(), 0);
  for (const wrong of [good.slice(0, -9), `${good.slice(0, -4)}0000`]) {
    await paste(page, wrong);
    await page.getByRole('heading', { name: 'Checks' }).waitFor();
    await page.getByRole('heading', { name: /^Fails: / }).waitFor();
    assert.equal(await ledger.count(), 0, wrong.slice(-12));
  }
  await paste(page, good);
  await page.getByRole('heading', { name: 'Works' }).waitFor();
  assert.equal(await ledger.count(), 1);
  await opened.close();
});

test('SEC-514 a pasted link leaves no signature in the page, the address or the storage, and is used only when somebody says so', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  const asked: string[] = [];
  page.on('request', (sent) => {
    asked.push(`${sent.method()} ${new URL(sent.url()).pathname}`);
  });
  const signature = new URL(good).searchParams.get('X-Amz-Signature') ?? '';
  assert.equal(signature.length, 64);
  await paste(page, good);
  await page.getByRole('heading', { name: 'Works' }).waitFor();
  const kept = await page.evaluate(() =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.title,
      location.href,
      document.body.innerHTML,
    ]),
  );
  assert.ok(!kept.includes(signature));
  assert.ok(!asked.some((path) => path.includes('/reports/')), asked.join());
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('This is a real request and may consume a use.').waitFor();
  await page.getByRole('button', { name: 'Use the link' }).click();
  await page.getByText('It works: 200.').waitFor();
  await page.getByRole('dialog').getByText('Close', { exact: true }).click();
  await page.getByRole('link', { name: /in the ledger$/ }).click();
  await page.getByText('of 9 downloads').waitFor();
  await page.getByText('8', { exact: true }).first().waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('kept in the browser, nothing of a link is sent', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  const bodies: string[] = [];
  page.on('request', (sent) => {
    bodies.push(sent.postData() ?? '');
  });
  await page.getByLabel('Keep it in this browser only').check();
  await paste(page, good);
  await page.getByRole('heading', { name: 'Not over yet' }).waitFor();
  await page.getByText('Valid for 1 h').waitFor();
  assert.ok(bodies.every((body) => !body.includes('X-Amz')));
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('curl commands and errors that carry their request are explained; others say what is missing', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  await paste(page, `curl -fO '${underOtherHost(good)}'`);
  await page.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
  const refused = await fetch(underOtherHost(good), { headers: { accept: '*/*' } });
  await paste(page, await refused.text());
  await page.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
  await paste(page, '<Error><Code>AccessDenied</Code><Reason>LinkUsesSpent</Reason></Error>');
  await page.getByText('Nothing to explain in this').waitFor();
  await page.getByText('Paste the URL as well.').waitFor();
  await paste(page, 'no link at all');
  await page.getByRole('heading', { name: /^(?:Fails|Cannot be determined)/ }).waitFor();
  assert.deepEqual(
    opened.faults.filter((fault) => !fault.includes('400')),
    [],
  );
  await opened.close();
});

test('SEC-505 markup in a pasted link, command or error is shown as text', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/explain');
  const { page } = opened;
  const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  const texts = [
    `${fixture.server.endpoint}/reports/${attack}?X-Amz-Signature=1`,
    good.replace('q3.pdf', encodeURIComponent(attack)),
    `${good}&${attack}=${attack}`,
    `curl -H 'x-a: ${attack}' '${good}'`,
    `<Error><Code>${attack}</Code><Message>${attack}</Message></Error>`,
  ];
  for (const text of texts) {
    await paste(page, text);
    await page
      .locator('main')
      .getByRole('heading', { level: 2 })
      .or(page.getByText('Nothing to explain in this'))
      .first()
      .waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0, text);
  }
  assert.deepEqual(
    opened.faults.filter((fault) => !fault.includes('400')),
    [],
  );
  await opened.close();
});

test('by keyboard alone a link is pasted in the palette and explained', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.waitForURL('**/_/explain');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.insertText(underOtherHost(good));
  await page.getByRole('option', { name: /Explain it/ }).waitFor();
  await page.keyboard.press('Alt+Enter');
  await page.getByRole('heading', { name: 'Fails: signed for another host' }).waitFor();
  assert.ok(!page.url().includes('X-Amz'));
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
