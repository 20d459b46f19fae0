import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type LentCredentials, lend, type SigningCredentials } from '../../packages/server/test/lend.ts';
import { links, rootCredentials } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import { type ConsoleFixture, judge, openConsole, openConsoleFixture, read, variants } from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser | undefined;
let billing: SigningCredentials & { readonly id: string };
let nightly: LentCredentials;

const policy = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::reports/2026/*'] },
    { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::reports/2026/secret*' },
  ],
});
const wide = { width: 1280, theme: 'light' } as const;

before(async () => {
  fixture = await openConsoleFixture();
  await fixture.server.signed('PUT', '/reports');
  await fixture.put('reports', '2026/q3.pdf', 'third quarter');
  const { id, secretAccessKey } = await fixture.api('POST', '/keys', { note: 'billing' });
  billing = { id: String(id), accessKeyId: String(id), secretAccessKey: String(secretAccessKey) };
  await made(rootCredentials, 'lost-laptop', { revoked: true });
  const gone = await fixture.api('POST', '/keys', { note: 'gone' });
  const credentials = { accessKeyId: String(gone['id']), secretAccessKey: String(gone['secretAccessKey']) };
  await made(credentials, 'orphan');
  await fixture.api('DELETE', `/keys/${gone['id']}`);
  await lend(fixture.server.endpoint, billing);
  nightly = await made(billing, 'nightly', { policy });
  await read(linkBy(nightly));
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

async function made(
  by: SigningCredentials,
  name: string,
  { policy: narrowed, revoked = false }: { readonly policy?: string; readonly revoked?: boolean } = {},
): Promise<LentCredentials> {
  const role = { RoleArn: 'arn:aws:iam:::role/team/reader', RoleSessionName: name };
  const lent = await lend(fixture.server.endpoint, by, {
    ...role,
    ...(narrowed !== undefined && { Policy: narrowed }),
  });
  if (revoked) await fixture.api('POST', '/revocations', { match: { accessKeyId: lent.accessKeyId }, reason: 'lost' });
  return lent;
}

function linkBy(by: SigningCredentials): string {
  return links(fixture.server, 'reports', by).presignGet('2026/q3.pdf', { expiresIn: '30m' });
}

async function stateOf(id: string): Promise<unknown> {
  return (await fixture.api('GET', `/temporary-credentials/${id}`))['state'];
}

for (const variant of variants) {
  test(`SEC-504 Temporary at ${variant.width} px, ${variant.theme}: the list, one of them, none that matches, without a fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/keys');
    const { page } = opened;
    await page.getByRole('link', { name: 'Temporary', exact: true }).click();
    await page.getByRole('row').nth(4).waitFor();
    await judge(opened, 'the list');
    await page.getByRole('link', { name: 'nightly' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^1 active link stops working/).waitFor();
    await judge(opened, 'one');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'State: all' }).click();
    await page.getByRole('menuitemradio', { name: 'expired' }).click();
    await page.getByText('No credentials match.').waitFor();
    await judge(opened, 'none matches');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('row').nth(4).waitFor();
    await opened.close();
  });
}

test('SEC-513 STS-32 by keyboard they are found, revoked with their links, and restored by undo', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const lent = await made(billing, 'by-keys');
  const url = linkBy(lent);
  assert.equal(await read(url), 200);
  const opened = await openConsole(browser, fixture, wide, '/keys?tab=temporary');
  const { page } = opened;
  await page.getByRole('row').filter({ hasText: 'by-keys' }).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^1 active link stops working/).waitFor();
  await dialog.getByRole('button', { name: 'Revoke' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Temporary credentials revoked.').waitFor();
  await page.getByRole('row').filter({ hasText: 'by-keys' }).filter({ hasText: 'Revoked' }).waitFor();
  assert.equal(await read(url), 403);
  assert.equal(await read(linkBy(lent)), 403, 'one that is signed afterwards');
  await page.keyboard.press('z');
  await page.getByRole('row').filter({ hasText: 'by-keys' }).filter({ hasText: 'Active' }).waitFor();
  assert.equal(await read(url), 200);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('revoked credentials are restored from their dialog, which links to their key and the links they signed', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const lent = await made(billing, 'again', { revoked: true });
  const opened = await openConsole(browser, fixture, wide, `/keys?tab=temporary&id=${lent.accessKeyId}`);
  const { page } = opened;
  const dialog = page.getByRole('dialog');
  await dialog.getByText('lost', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('Temporary credentials restored.').waitFor();
  assert.equal(await stateOf(lent.accessKeyId), 'active');
  await page.getByRole('link', { name: 'nightly' }).click();
  await dialog.getByRole('link', { name: 'Signed with them' }).click();
  await page.waitForURL(`**/links?key=${nightly.accessKeyId}`);
  await page.getByRole('row').filter({ hasText: 'reports/2026/q3.pdf' }).waitFor();
  await page.getByText('1 link', { exact: true }).waitFor();
  await page.goto(`${fixture.server.consoleEndpoint}/_/keys/${billing.id}`);
  await page.getByRole('link', { name: 'Temporary credentials' }).click();
  await page.getByRole('button', { name: 'Created with: billing' }).waitFor();
  await page.getByRole('row').filter({ hasText: 'nightly' }).waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: 'lost-laptop' }).count(), 0);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('while nothing is out the tab says how it comes to be, and what does not answer can be asked again', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/settings');
  const { page } = opened;
  let answer: 'none' | 'fault' = 'none';
  await page.route('**/_/api/v1/temporary-credentials?**', (route) =>
    answer === 'none'
      ? route.fulfill({ json: { items: [], next: null } })
      : route.fulfill({ status: 503, json: { status: 503, title: 'Busy', code: 'SlowDown', requestId: 'r' } }),
  );
  await page.goto(`${fixture.server.consoleEndpoint}/_/keys?tab=temporary`);
  await page.getByText('No temporary credentials').waitFor();
  await judge(opened, 'none is out');
  answer = 'fault';
  await page.goto(`${fixture.server.consoleEndpoint}/_/keys?tab=temporary`);
  await page.getByText("Can't load temporary credentials.").waitFor();
  await page.unroute('**/_/api/v1/temporary-credentials?**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('row').filter({ hasText: 'nightly' }).waitFor();
  await opened.close();
});
