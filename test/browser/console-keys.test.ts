import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
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
let governed: { readonly id: string; readonly secret: string };
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  await seedLedger(fixture);
  governed = await makeKey({
    note: 'billing',
    buckets: ['reports'],
    governance: { maxExpiry: '1d', requireV4: true, caps: { uses: 5, rate: '10MiB' }, defaults: { uses: 1 } },
  });
  await fixture.api('PUT', `/keys/${governed.id}/policies/partners`, { limits: { uses: 5, ip: ['203.0.113.0/24'] } });
  await fixture.api('PATCH', `/keys/${(await makeKey({ note: 'old nightly', role: 'read' })).id}`, {
    state: 'disabled',
  });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

const wide = { width: 1280, theme: 'light' } as const;

async function makeKey(body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const made = await fixture.api('POST', '/keys', body);
  return { id: String(made['id']), secret: String(made['secretAccessKey']) };
}

function stateOf(id: string): Promise<Record<string, unknown>> {
  return fixture.api('GET', `/keys/${id}`);
}

for (const variant of variants) {
  test(`SEC-504 Keys at ${variant.width} px, ${variant.theme}: the list, one key, a new one, dialogs and nothing, without a fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/keys');
    const { page } = opened;
    await page.getByRole('row').nth(3).waitFor();
    await judge(opened, 'the list');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('dialog').getByLabel('Note').waitFor();
    await judge(opened, 'a new key');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByLabel('Key, note, account or bucket').fill('nobody');
    await page.getByText('No keys match.').waitFor();
    await judge(opened, 'nothing found');
    await page.goto(`${fixture.server.consoleEndpoint}/_/keys/${governed.id}`);
    await page.getByText('partners', { exact: true }).waitFor();
    await judge(opened, 'one key');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page
      .getByText(/It signed no active links|stop/)
      .first()
      .waitFor();
    await judge(opened, 'deleting');
    await opened.close();
  });
}

/** Everything a page stores besides what it shows. */
function readStored(page: Page): Promise<string> {
  return page.evaluate(() =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.title,
      location.href,
      document.body.innerHTML,
    ]),
  );
}

test('SEC-513 by keyboard alone a governed key is made; its sentence is true, and its secret is shown this once', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/keys');
  const { page } = opened;
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Note').waitFor();
  await page.keyboard.type('made by keys');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  for (let n = 0; n < 2; n += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1d');
  for (let n = 0; n < 2; n += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('1');
  assert.equal(
    await dialog.locator('[data-sentence]').textContent(),
    'Every link signed with this key expires after at most 1 d and is limited to 1 use, regardless of the code.',
  );
  await page.keyboard.press('Enter');
  await dialog.getByText('The secret is shown only once.').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  const id = await dialog.getByLabel('Access key', { exact: true }).inputValue();
  const secret = await dialog.getByLabel('Secret', { exact: true }).inputValue();
  assert.match(await dialog.locator('pre').innerText(), /aws configure set/);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('row').filter({ hasText: 'made by keys' }).filter({ hasText: '≤ 1 d, at most 1 use' }).waitFor();
  assert.ok(!(await readStored(page)).includes(secret));
  // What the sentence says: a link for longer is refused, one works once.
  const signer = links(fixture.server, 'reports', { accessKeyId: id, secretAccessKey: secret });
  assert.equal(await read(signer.presignGet('q3.pdf', { expiresIn: '2d' })), 403);
  const once = signer.presignGet('q3.pdf', { expiresIn: '1h' });
  assert.deepEqual([await read(once), await read(once)], [200, 403]);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('rules can be changed; a rejected value is reported at its field', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { id } = await makeKey({ note: 'to be ruled', governance: { caps: { clients: 3 } } });
  const opened = await openConsole(browser, fixture, wide, `/keys/${id}`);
  const { page } = opened;
  const rules = page.getByRole('region', { name: 'Rules' });
  await rules.getByLabel('Maximum lifetime').fill('12h');
  await rules.getByLabel('Operations').fill('GetObjects');
  await rules.getByRole('button', { name: 'Save rules' }).click();
  await rules
    .getByText(/is no operation of S3/)
    .first()
    .waitFor();
  await rules.getByLabel('Operations').fill('GetObject');
  await rules.getByLabel('Refuse SigV2').check();
  await rules.getByRole('button', { name: 'Save rules' }).click();
  await page.getByText('Rules saved. They apply from the next request.').waitFor();
  const { governance } = await stateOf(id);
  assert.deepEqual(governance, {
    maxExpiry: 43_200,
    operations: ['GetObject'],
    requireV4: true,
    registeredOnly: false,
    require: [],
    defaults: {},
    caps: { clients: 3 },
  });
  assert.deepEqual(
    opened.faults.filter((fault) => !fault.includes('400')),
    [],
  );
  await opened.close();
});

test('a secret is rotated and the old one retired; the key is disabled, enabled by undo, and deleted by its name', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { id, secret } = await makeKey({ note: 'turning' });
  const url = links(fixture.server, 'reports', { accessKeyId: id, secretAccessKey: secret }).presignGet('q3.pdf', {
    expiresIn: '1h',
  });
  assert.equal(await read(url), 200);
  const opened = await openConsole(browser, fixture, wide, `/keys/${id}`);
  const { page } = opened;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Rotate' }).click();
  await dialog.getByRole('button', { name: 'Create new secret' }).click();
  const next = await dialog.getByLabel('Secret', { exact: true }).inputValue();
  assert.notEqual(next, secret);
  await dialog.getByRole('button', { name: 'Done' }).click();
  assert.equal(await read(url), 200, 'the old one signs beside the new');
  await page.getByRole('button', { name: 'Retire old' }).click();
  await dialog.getByText(/^The old one was last used/).waitFor();
  await dialog.getByRole('button', { name: 'Retire old' }).click();
  await page.getByText('Old secret retired.').waitFor();
  assert.equal(await read(url), 403);
  const current = links(fixture.server, 'reports', { accessKeyId: id, secretAccessKey: next }).presignGet('q3.pdf', {
    expiresIn: '1h',
  });
  assert.equal(await read(current), 200);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await dialog.getByText(/active links? stops? working now\./).waitFor();
  await dialog.getByRole('button', { name: 'Disable key' }).click();
  await page.getByText('Key disabled.').waitFor();
  assert.equal(await read(current), 403);
  await page.keyboard.press('z');
  await page.getByRole('button', { name: 'Disable', exact: true }).waitFor();
  assert.equal(await read(current), 200);
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  const last = dialog.getByRole('button', { name: 'Delete key' });
  assert.equal(await last.isDisabled(), true);
  await dialog.getByLabel(`Type ${id}`).fill(id);
  await last.click();
  await page.waitForURL('**/_/keys');
  assert.equal(await read(current), 403);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('link policies are made, deleted and brought back; a signing key is derived for a day', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { id } = await makeKey({ note: 'with policies' });
  const opened = await openConsole(browser, fixture, wide, `/keys/${id}`);
  const { page } = opened;
  const section = page.getByRole('region', { name: 'Link policies' });
  await section.getByRole('button', { name: 'New policy' }).click();
  await section.getByLabel('Name').fill('partners');
  await section.getByLabel('Uses').fill('5');
  await section.getByRole('button', { name: 'Create policy' }).click();
  await section.getByText('5 uses').waitFor();
  await section.getByRole('button', { name: 'Delete the policy partners' }).click();
  await section.getByText('None.').waitFor();
  await page.keyboard.press('z');
  await section.getByText('5 uses').waitFor();
  const derived = page.getByRole('region', { name: 'Signing key for a day' });
  await derived.getByRole('button', { name: 'Derive' }).click();
  await derived.getByRole('button', { name: 'Show it' }).click();
  assert.match(await derived.locator('pre').innerText(), /^[0-9a-f]{64}$/);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('the key one uses is neither disabled, deleted nor given other rights', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/keys');
  const { page } = opened;
  await page.getByRole('row').filter({ hasText: '· yours' }).getByRole('link').click();
  await page.getByText("A key can't change its own rules.").waitFor();
  for (const name of ['Disable', 'Delete', 'Save rules'])
    assert.equal(await page.getByRole('button', { name, exact: true }).isDisabled(), true, name);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';

/** What a key can carry of others' words. */
const carried: readonly (readonly [what: string, body: object])[] = [
  ['its note', { note: attack }],
  ['its prefixes', { note: 'odd reach', prefixes: [attack] }],
  ['types that its links may have', { note: 'odd types', governance: { caps: { types: ['image/<script>'] } } }],
];

for (const [what, body] of carried) {
  test(`SEC-505 markup in ${what} is text, in the list and on the page of a key`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const answer = await fixture.server.signed('POST', '/_/api/v1/keys', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    // Refused is as good as shown as text.
    if (answer.status === 400) return;
    const { id } = await answer.json();
    const opened = await openConsole(browser, fixture, wide, '/keys');
    const { page } = opened;
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      dialog.dismiss().catch(() => undefined);
    });
    await page.getByRole('row').nth(3).waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    await page.goto(`${fixture.server.consoleEndpoint}/_/keys/${id}`);
    await page.getByRole('region', { name: 'Rules' }).waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.equal(dialogs, 0);
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
}

test('500 keys are listed, and one of them found', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  for (let n = 0; n < 500; n += 1) await makeKey({ note: `machine ${n}`, role: 'read' });
  const opened = await openConsole(browser, fixture, wide, '/keys');
  const { page } = opened;
  await page.getByRole('row').nth(5).waitFor();
  assert.ok((await page.locator('[data-row]').count()) < 100, 'only visible rows are rendered');
  await page.keyboard.press('/');
  await page.keyboard.type('machine 477');
  await page.waitForURL(/find=machine/);
  await page.getByRole('row').filter({ hasText: 'machine 477' }).waitFor();
  await page.getByText('1 key', { exact: true }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
