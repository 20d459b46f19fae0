import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signHeaders } from '@tidegate/presign';
import { rootCredentials } from '../../packages/server/test/test-server.ts';
import { setUpBrowse } from './browse-fixture.ts';
import { hasChromium } from './chromium.ts';
import { axeFaults } from './console-fixture.ts';

const browse = setUpBrowse();

const wide = { width: 1280, theme: 'light' } as const;

test('SEC-503 SEC-514 a PDF is shown in a tab of its own by a link of minutes, and never in a frame of the console', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await browse.open(wide, '/browse?bucket=reports&object=q3.pdf');
  const { page, context } = opened;
  const button = page.getByRole('button', { name: 'Open in a new tab' });
  const [tab] = await Promise.all([context.waitForEvent('page'), button.click()]);
  await tab.waitForURL(/q3\.pdf\?/, { waitUntil: 'commit' });
  const shown = new URL(tab.url());
  assert.equal(shown.origin, browse.fixture.server.endpoint);
  assert.equal(shown.searchParams.get('response-content-disposition'), 'inline');
  assert.ok(Number(shown.searchParams.get('X-Amz-Expires')) <= 900);
  assert.equal(await tab.evaluate(() => window.opener), null);
  assert.equal(await page.locator('iframe').count(), 0);
  assert.equal(new URL(page.url()).origin, browse.fixture.server.consoleEndpoint);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a long list is drawn as far as it is seen, and goes on by pages to its end', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await browse.open(wide, '/browse?bucket=full');
  const { page } = opened;
  await page.getByRole('link', { name: 'row-0003.txt' }).waitFor();
  assert.ok((await page.getByRole('row').count()) < 120);
  await page.locator('main').focus();
  await page.waitForFunction(() => document.querySelector('[role="status"]') !== null);
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row]') !== null);
  await page.getByText('521 entries', { exact: true }).waitFor();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.textContent === 'row-0519.txt');
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('by keyboard alone a folder is opened, an object looked at, shared and left', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await browse.open(wide, '/browse');
  const { page } = opened;
  await page.getByRole('link', { name: 'reports' }).waitFor();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.textContent === 'reports');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'q3.pdf' }).waitFor();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.activeElement?.textContent === 'q3.pdf');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Details' }).waitFor();
  assert.match(page.url(), /object=q3\.pdf/);
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog', { name: 'New link' });
  await dialog.waitFor();
  assert.equal(await dialog.getByLabel('What').inputValue(), 'reports/q3.pdf');
  await dialog.getByRole('button', { name: 'Create link' }).press('Enter');
  await page.getByRole('dialog', { name: 'Link created' }).getByLabel('URL', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Active links' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Details' }).waitFor({ state: 'detached' });
  assert.doesNotMatch(page.url(), /object=|\/s\//);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('SEC-514 an object is saved under its name, straight from the S3 endpoint, and its address shows nowhere', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await browse.open(wide, '/browse?bucket=reports&object=notes.txt');
  const { page } = opened;
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), 'notes.txt');
  assert.ok(download.url().startsWith(browse.fixture.server.endpoint));
  assert.match(page.url(), /\/_\/browse\?bucket=reports&object=notes\.txt$/);
  await download.cancel();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('deleting asks first without versioning, and can be undone with it', async (t) => {
  if (!hasChromium(t)) return;
  await browse.fixture.put('doomed', 'one.txt', '1', 'text/plain');
  for (let n = 0; n < 12; n += 1) await browse.fixture.put('doomed', `many/${n}.txt`, '22', 'text/plain');
  const opened = await browse.open(wide, '/browse?bucket=doomed');
  const { page } = opened;
  await page.getByRole('button', { name: 'More for one.txt' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const one = page.getByRole('dialog', { name: 'Delete one.txt, 1 B?' });
  await one.getByText("It can't be restored.").waitFor();
  await one.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('1 object deleted.').waitFor();
  await page.getByRole('link', { name: 'one.txt' }).waitFor({ state: 'detached' });
  await page.getByRole('checkbox', { name: 'Select many/' }).click();
  await page.keyboard.press('Delete');
  const many = page.getByRole('dialog', { name: 'Delete 12 objects, 24 B?' });
  await many.waitFor();
  const yes = many.getByRole('button', { name: 'Delete' });
  assert.ok(await yes.isDisabled());
  await many.getByLabel(/bucket's name/).fill('doomed');
  await yes.click();
  await page.getByText('This folder is empty').waitFor();

  await page.goto(`${browse.fixture.server.consoleEndpoint}/_/browse?bucket=media`);
  await page.getByRole('button', { name: 'More for logo.svg' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('link', { name: 'logo.svg' }).waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  await page.getByRole('link', { name: 'logo.svg' }).waitFor();
  await page.getByRole('button', { name: 'Deleted' }).click();
  await page.getByRole('button', { name: 'Restore gone.txt' }).click();
  await page.getByText('No deleted objects').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('an older version is looked at and becomes the newest again; a name, tags and metadata are changed', async (t) => {
  if (!hasChromium(t)) return;
  await browse.fixture.put('media', 'plan.txt', 'first', 'text/plain');
  await browse.fixture.put('media', 'plan.txt', 'second', 'text/plain');
  const opened = await browse.open(wide, '/browse?bucket=media&object=plan.txt');
  const { page } = opened;
  const preview = page.getByRole('textbox', { name: 'Preview' });
  const shows = (text: string) =>
    page.waitForFunction((wanted) => document.querySelector('textarea')?.value === wanted, text);
  await preview.waitFor();
  await shows('second');
  await page.getByRole('button', { pressed: false, name: /5 B/ }).click();
  await shows('first');
  assert.match(page.url(), /version=/);
  await page
    .getByRole('button', { name: /^More for version/ })
    .nth(1)
    .click();
  await page.getByRole('menuitem', { name: 'Restore' }).click();
  await page.getByText('restored as the current version').waitFor();
  await shows('first');
  await page.getByRole('button', { name: 'Edit tags' }).click();
  const tags = page.getByRole('dialog', { name: 'Tags' });
  await tags.getByRole('button', { name: 'Add' }).click();
  await tags.getByLabel('Name 1').fill('kind');
  await tags.getByLabel('Value 1').fill('<b>plan</b>');
  await tags.getByRole('button', { name: 'Save' }).click();
  await tags.getByText('The TagValue you have provided is invalid').waitFor();
  await tags.getByLabel('Value 1').fill('plan + notes');
  await tags.getByRole('button', { name: 'Save' }).click();
  await page.getByText('kind: plan + notes').waitFor();
  await page.getByRole('button', { name: 'Edit metadata' }).click();
  const metadata = page.getByRole('dialog', { name: 'Metadata' });
  await metadata.getByRole('button', { name: 'Add' }).click();
  await metadata.getByLabel('Name 1').fill('Author');
  await metadata.getByLabel('Value 1').fill('anna');
  await metadata.getByRole('button', { name: 'Save' }).click();
  await page.locator('dd', { hasText: 'anna' }).waitFor();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const rename = page.getByRole('dialog', { name: 'Rename plan.txt' });
  await rename.getByLabel('Name').fill('plan b.txt');
  await rename.getByRole('button', { name: 'Rename' }).click();
  await page.waitForURL(/object=plan\+b\.txt/);
  await page.getByRole('link', { name: 'plan b.txt' }).waitFor();
  await page.locator('dd', { hasText: 'anna' }).waitFor();
  assert.deepEqual(opened.faults, [
    'console: Failed to load resource: the server responded with a status of 400 (Bad Request)',
  ]);
  await opened.close();
});

test('a bucket is created and gets CORS, versioning, lifecycle and a policy whose errors have line numbers', async (t) => {
  if (!hasChromium(t)) return;
  const opened = await browse.open(wide, '/browse');
  const { page } = opened;
  await page.getByRole('button', { name: 'New bucket' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('configured');
  await page.getByRole('button', { name: 'Create bucket' }).click();
  await page.getByText('This folder is empty').waitFor();
  await page.getByRole('link', { name: 'CORS' }).click();
  await page.getByLabel(/Origin of your app/).fill('https://app.example.com/page');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page.getByText('https://app.example.com', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Versioning' }).click();
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('button', { name: 'Suspend' }).waitFor();
  await page.getByRole('link', { name: 'Lifecycle' }).click();
  await page.getByLabel('Under').fill('logs/');
  await page.getByLabel('Delete objects after days').fill('30');
  await page.getByRole('button', { name: 'Add rule' }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Under logs/, objects are deleted 30 days after creation.' })
    .waitFor();
  await page.getByRole('link', { name: 'Policy' }).click();
  const policy = page.getByRole('textbox', { name: 'Policy' });
  await policy.fill('{\n  "Version": "2012-10-17",\n}');
  await page.getByText('Line 3: A name in double quotes is expected.').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await policy.fill('');
  await page.getByRole('button', { name: 'Insert an example' }).click();
  await page.getByRole('button', { name: 'Save policy' }).click();
  await page.getByText('Policy saved.').waitFor();
  const settings = await browse.fixture.api('GET', '/buckets/configured/configuration');
  assert.match(String(settings['policy']), /ReadByEverybody/);
  assert.equal(settings['versioning'], 'enabled');
  assert.deepEqual(opened.faults, []);
  await page.getByRole('button', { name: 'Delete bucket' }).click();
  await page
    .getByRole('dialog')
    .getByLabel(/bucket's name/)
    .fill('configured');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete bucket' }).click();
  await page.getByText('Bucket configured deleted.').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

const script = '<script>document.title="ran"</script>';
const payloads: readonly string[] = [
  script,
  '<img src=x onerror=document.title="ran">',
  '"><svg onload=document.title="ran">',
  "'-document.title=`ran`-'",
  'javascript:document.title="ran"',
  '<iframe srcdoc="<script>parent.document.title=1</script>">',
  '{{constructor.constructor("document.title=1")()}}',
  '<a href="javascript:alert(1)">x</a>',
  ']]><x>',
  '&lt;b&gt;',
  '‮gpj.exe',
  'x" style="position:fixed" onmouseover="alert(1)',
];
const types: readonly (readonly [name: string, type: string, body: string])[] = [
  ['x.html', 'text/html', script],
  [
    'x.svg',
    'image/svg+xml',
    `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.document.title='ran'">${script}</svg>`,
  ],
  ['x.xml', 'text/xml', `<x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>document.title="ran"</h:script></x>`],
  ['x.xhtml', 'application/xhtml+xml', `<html xmlns="http://www.w3.org/1999/xhtml">${script}</html>`],
  ['html.png', 'image/png', script],
  ['svg.png', 'image/png', `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`],
  ['html.pdf', 'application/pdf', script],
  ['odd.type', 'text/html;<script>alert(1)</script>', script],
  ['js.txt', 'text/javascript', 'document.title="ran"'],
];

async function putWith(bucket: string, key: string, headers: Record<string, string>, body: string): Promise<void> {
  const url = `${browse.fixture.server.endpoint}/${bucket}/${encodeURIComponent(key)}`;
  const signed = signHeaders({ method: 'PUT', url, headers, credentials: rootCredentials, region: 'us-east-1' });
  delete signed['host'];
  const answer = await fetch(url, { method: 'PUT', headers: signed, body });
  assert.equal(answer.status, 200, await answer.text());
}

test('SEC-503 SEC-505 names, metadata, types and contents of objects are text, and nothing of them runs', async (t) => {
  if (!hasChromium(t)) return;
  await browse.fixture.server.signed('PUT', '/hostile');
  for (const [at, payload] of payloads.entries()) {
    const ascii = payload.replace(/[^\x20-\x7e]/g, '');
    await putWith('hostile', `${at} ${payload}`, { 'content-type': 'text/plain', 'x-amz-meta-note': ascii }, payload);
  }
  for (const [name, type, body] of types) await putWith('hostile', name, { 'content-type': type }, body);
  const opened = await browse.open(wide, '/browse?bucket=hostile');
  const { page } = opened;
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs += 1;
    dialog.dismiss().catch(() => undefined);
  });
  await page.getByRole('link', { name: 'x.svg' }).waitFor();
  const isClean = async (what: string): Promise<void> => {
    assert.equal(await page.locator('main script, main iframe, main object, main embed').count(), 0, what);
    assert.equal(await page.locator('main [onload], main [onerror], main [onmouseover]').count(), 0, what);
    assert.doesNotMatch(await page.title(), /ran|^1/, what);
    assert.equal(dialogs, 0, what);
  };
  await isClean('the list');
  for (const [at, payload] of payloads.entries()) {
    const key = `${at} ${payload}`;
    await page.goto(
      `${browse.fixture.server.consoleEndpoint}/_/browse?${new URLSearchParams({ bucket: 'hostile', object: key })}`,
    );
    await page.locator('dt', { hasText: 'note' }).waitFor();
    await page.waitForFunction((text) => document.querySelector('textarea')?.value === text, payload);
    await isClean(payload);
  }
  for (const [name, type] of types) {
    await page.goto(
      `${browse.fixture.server.consoleEndpoint}/_/browse?${new URLSearchParams({ bucket: 'hostile', object: name })}`,
    );
    await page.getByText('Content-Type').waitFor();
    const button = page.getByRole('button', { name: /^Preview/ });
    if (type === 'image/svg+xml') {
      await button.click();
      await page.locator('main img').or(page.getByText('No preview')).waitFor();
    } else if (type === 'image/png') await page.getByText('No preview').waitFor();
    await isClean(`${name} ${type}`);
  }
  assert.deepEqual(opened.faults, []);
  await opened.close();
});
