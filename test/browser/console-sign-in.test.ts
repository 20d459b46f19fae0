import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { rootCredentials } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  openConsoleFixture,
  openSignedOut,
  overflow,
  variants,
} from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

for (const variant of variants) {
  test(`SEC-504 the sign-in at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openSignedOut(browser, fixture.server, variant);
    const { page } = opened;
    await page.goto(`${fixture.server.consoleEndpoint}/_/`);
    await page.getByLabel('Access key').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.ok((await overflow(page)) <= 0);
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
}

test('SEC-507 a key and its secret sign in; the secret is in no request', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openSignedOut(browser, fixture.server, { width: 1280, theme: 'light' });
  const { page } = opened;
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await page.goto(`${fixture.server.consoleEndpoint}/_/`);
  await page.getByLabel('Access key').fill(rootCredentials.accessKeyId);
  await page.getByLabel('Secret').fill('not the secret of this key');
  await page.keyboard.press('Enter');
  await page.getByText('Wrong access key or secret').waitFor();
  await page.getByLabel('Secret').fill(rootCredentials.secretAccessKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Links', level: 1 }).waitFor();
  assert.ok(sent.some((request) => request.includes('"proof"')));
  assert.ok(!sent.some((request) => request.includes(rootCredentials.secretAccessKey)));
  // The browser logs the refusal itself; nothing else went wrong.
  assert.deepEqual(
    opened.faults.filter((fault) => !fault.includes('403')),
    [],
  );
  await page.getByRole('button', { name: /Owner/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Access key').waitFor();
  await page.reload();
  await page.getByLabel('Access key').waitFor();
  await opened.close();
});

test('SEC-510 the code of the command line signs in, and is no part of the history', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openSignedOut(browser, fixture.server, { width: 1280, theme: 'dark' });
  const { page } = opened;
  const { url } = await fixture.api('POST', '/session/code');
  await page.goto(String(url));
  // This server has no links yet: the first steps.
  await page.getByRole('heading', { name: 'Upload a file' }).waitFor();
  assert.doesNotMatch(page.url(), /#/);
  assert.deepEqual(await axeFaults(page), []);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

const assets = fileURLToPath(new URL('../../packages/console/dist/assets/', import.meta.url));
const budgets = { firstScreenBytes: 95_000, allScriptsBytes: 160_000, stylesBytes: 14_000 };

test('the scripts and styles of the console stay within their budgets', async (t) => {
  const sizes = new Map(
    readdirSync(assets)
      .filter((name) => name.endsWith('.gz'))
      .map((name) => [name.slice(0, -3), readFileSync(`${assets}${name}`).byteLength]),
  );
  const sum = (ending: string, names: Iterable<string> = sizes.keys()): number =>
    [...names].reduce((total, name) => total + (name.endsWith(ending) ? (sizes.get(name) ?? 0) : 0), 0);
  const all = sum('.js');
  t.diagnostic(`scripts ${all} bytes, styles ${sum('.css')} bytes`);
  assert.ok(all > 0 && all <= budgets.allScriptsBytes, `${all} bytes of scripts`);
  assert.ok(sum('.css') <= budgets.stylesBytes, `${sum('.css')} bytes of styles`);
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openSignedOut(browser, fixture.server, { width: 1280, theme: 'light' });
  const asked: string[] = [];
  opened.page.on('request', (request) => asked.push(new URL(request.url()).pathname.replace('/_/assets/', '')));
  const { url } = await fixture.api('POST', '/session/code');
  await fixture.server.signed('PUT', '/files');
  await fixture.api('POST', '/links/presign', { bucket: 'files', key: 'a', expiresIn: '1h' });
  await opened.page.goto(String(url));
  await opened.page.getByRole('row').nth(1).waitFor();
  const first = sum('.js', new Set(asked));
  t.diagnostic(`first screen ${first} bytes`);
  await opened.close();
  assert.ok(first <= budgets.firstScreenBytes, `${first} bytes of scripts for the first screen`);
});
