import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  openConsole,
  openConsoleFixture,
  read,
  seedLedger,
} from './console-fixture.ts';

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

/** A fixture whose pages are signed in with a new key of this role. */
async function asRole(role: 'read' | 'write'): Promise<Pick<ConsoleFixture, 'server' | 'api'>> {
  const made = await fixture.api('POST', '/keys', { role, note: role });
  const credentials = { accessKeyId: String(made['id']), secretAccessKey: String(made['secretAccessKey']) };
  return {
    server: fixture.server,
    async api(method, path) {
      const answer = await fixture.server.signed(method, `/_/api/v1${path}`, { credentials });
      return await answer.json();
    },
  };
}

test('the ledger is filtered while one types; how many match is the count of the server, never a partial one', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  const status = page.locator('[aria-label="Ledger"] [role="status"]');
  await status.getByText(/^\d+ links$/).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('handover/');
  await page.waitForURL(/find=handover/);
  await status.getByText('1 link', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await status.getByText(/^\d\d? links$/).waitFor();
  await page.getByRole('button', { name: /^Not used yet \d/ }).click();
  await page.waitForURL(/unused=1/);
  await page.getByRole('row', { name: /q3\.pdf.*invoice/ }).waitFor({ state: 'detached' });
  assert.deepEqual(await axeFaults(page), []);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('x revokes the row that the keys are at; its row is dimmed then and says nothing of uses that are left', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const made = await fixture.api('POST', '/shares', { bucket: 'media', key: 'launch/clip.mp4', limits: { uses: 4 } });
  const { url } = await fixture.api('GET', `/shares/${made['id']}/url`);
  assert.equal(await read(`${url}?download=1`), 200);
  const opened = await openConsole(browser, fixture, wide);
  const { page } = opened;
  await page.getByText('3 of 4 left').waitFor();
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row="0"]') !== null);
  await page.keyboard.press('x');
  await page.getByText('Revoked.').waitFor();
  const row = page.locator('[data-row][data-over]').filter({ hasText: 'share' }).first();
  await row.waitFor();
  assert.doesNotMatch(await row.innerText(), /\bleft\b/);
  await opened.close();
});

test('a link that was only refused has no time of last use beside "not used yet"', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const future = new Date(Date.now() + 3_600_000);
  const url = links(fixture.server, 'reports').presignGet('in.csv', { expiresIn: '2h', limits: { notBefore: future } });
  assert.equal(await read(url), 403);
  const opened = await openConsole(browser, fixture, wide);
  const row = opened.page.locator('[data-row]').filter({ hasText: '1 refused' }).filter({ hasText: 'in.csv' });
  await row.getByText('not used yet').waitFor();
  assert.doesNotMatch(await row.innerText(), /\bago\b|\bnow\b/);
  await opened.close();
});

test('a bucket that does not exist is reported at once, and has nothing to upload to', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/browse');
  const { page } = opened;
  const startedMs = Date.now();
  await page.evaluate(() => history.pushState(null, '', '/_/browse?bucket=not-there'));
  await page.getByText('Bucket “not-there” does not exist.').waitFor();
  const tookMs = Date.now() - startedMs;
  // The first retry would come after a second, the second after four.
  assert.ok(tookMs < 3_000, `${tookMs} ms`);
  assert.equal(await page.getByRole('button', { name: 'Upload' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'New folder' }).count(), 0);
  await opened.close();
});

test('a read-only key sees no tutorial, and what it may not do is off, with the reason', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, await asRole('read'), wide);
  const { page } = opened;
  await page.getByText('No links yet').waitFor();
  assert.equal(await page.getByText('Upload a file').count(), 0);
  await page.getByRole('button', { name: 'New link' }).click();
  const share = page.getByRole('menuitem', { name: /^Share/ });
  await share.getByText('Your key is read-only.').waitFor();
  assert.equal(await share.getAttribute('aria-disabled'), 'true');
  assert.equal(await page.getByRole('menuitem', { name: /^Presigned URL/ }).getAttribute('aria-disabled'), 'false');
  await page.goto(`${fixture.server.consoleEndpoint}/_/requests`);
  await page.getByText("Can't load file requests. Your key is read-only.").waitFor();
  assert.ok(await page.getByRole('button', { name: 'New file request' }).isDisabled());
  await page.goto(`${fixture.server.consoleEndpoint}/_/browse?bucket=reports`);
  await page.getByText('q3.pdf').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Upload' }).count(), 0);
  await opened.close();
});

test('a share has its title as heading, is edited where it is shown, and says in the list that it has a password', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, `/links/${ids['share']}`);
  const { page } = opened;
  await page.getByRole('heading', { name: 'Q3 report' }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit share' });
  await dialog.getByLabel('Title').fill('Q3 report, final');
  await dialog.getByLabel('Maximum uses').fill('9');
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Q3 report, final' }).waitFor();
  await page.getByText('of 9 downloads').waitFor();
  const share = await fixture.api('GET', `/shares/${ids['share']}`);
  assert.deepEqual(share['limits'], { uses: 9, confirm: true });
  assert.equal(share['password'], true);
  await page.goto(`${fixture.server.consoleEndpoint}/_/links`);
  await page.locator('[data-row]').filter({ hasText: '· Password' }).first().waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('an address that only this machine can open gets a warning in place of a QR code', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, `/links/${ids['share']}`);
  const { page } = opened;
  await page.getByRole('button', { name: 'QR' }).click();
  await page.getByText('No QR code: this address works only on this machine.').waitFor();
  assert.equal(await page.getByRole('img', { name: /QR code/ }).count(), 0);
  await opened.close();
});

test('on the line of a link uses and refusals of one second are both drawn, with their counts', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, `/links/${ids['spent']}`);
  const { page } = opened;
  const line = page.getByRole('region', { name: 'Timeline' });
  await line.getByText('× 2').waitFor();
  await line.getByText('3', { exact: true }).waitFor();
  const use = await line.getByText('3', { exact: true }).boundingBox();
  const refusal = await line.getByText('× 2').boundingBox();
  assert.ok(use !== null && refusal !== null && refusal.y + refusal.height <= use.y + 1, 'one covers the other');
  await opened.close();
});
