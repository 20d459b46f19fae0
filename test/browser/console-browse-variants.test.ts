import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { setUpBrowse } from './browse-fixture.ts';
import { hasChromium } from './chromium.ts';
import { judge, variants } from './console-fixture.ts';

const browse = setUpBrowse();

/** Of nothing but words and fields that other states have too: judged once in each theme and at each width. */
const plain = new Set(['versioning', 'notifications', 'usage', 'a folder in it', 'nothing found']);
const states: readonly (readonly [name: string, path: string, seen: (page: Page) => Promise<void>])[] = [
  ['the buckets', '', (page) => page.getByRole('link', { name: 'archive' }).waitFor()],
  ['a folder', '?bucket=reports', (page) => page.getByRole('link', { name: 'q3.pdf' }).waitFor()],
  [
    'a folder in it',
    '?bucket=reports&prefix=2026/01/',
    (page) => page.getByRole('link', { name: 'jan.csv' }).waitFor(),
  ],
  ['nothing', '?bucket=archive', (page) => page.getByText('This folder is empty').waitFor()],
  ['nothing found', '?bucket=reports&find=zz', (page) => page.getByText('No names start with “zz” here.').waitFor()],
  ['520 rows', '?bucket=full', (page) => page.getByRole('link', { name: 'row-0003.txt' }).waitFor()],
  ['an object', '?bucket=reports&object=notes.txt', (page) => page.getByText('Content-Type').waitFor()],
  ['versions', '?bucket=media&object=logo.svg', (page) => page.getByText('newest').waitFor()],
  ['what was deleted', '?bucket=media&deleted=1', (page) => page.getByRole('button', { name: 'Restore' }).waitFor()],
  ['CORS', '?bucket=reports&tab=cors', (page) => page.getByText('No rule').waitFor()],
  ['versioning', '?bucket=media&tab=versioning', (page) => page.getByRole('button', { name: 'Suspend' }).waitFor()],
  ['lifecycle', '?bucket=reports&tab=lifecycle', (page) => page.getByText('No rule').waitFor()],
  ['policy', '?bucket=reports&tab=policy', (page) => page.getByRole('textbox', { name: 'Policy' }).waitFor()],
  ['notifications', '?bucket=reports&tab=notifications', (page) => page.getByText('No notifications yet').waitFor()],
  ['usage', '?bucket=reports&tab=usage', (page) => page.getByText('Open uploads').waitFor()],
];
function isInView(parts: readonly Element[]): boolean {
  return parts.every((part) => part.getBoundingClientRect().right <= innerWidth);
}

for (const variant of variants) {
  test(`SEC-504 Browse at ${variant.width} px, ${variant.theme}: no fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    const opened = await browse.open(variant, '/browse');
    const { page } = opened;
    for (const [name, path, seen] of states) {
      if (plain.has(name) && variant.width > 320 === (variant.theme === 'dark')) continue;
      await page.goto(`${browse.fixture.server.consoleEndpoint}/_/browse${path}`);
      await seen(page);
      await judge(opened, name);
      const isTabSeen = await page.locator('nav[aria-label="Bucket"] [aria-current]').evaluateAll(isInView);
      assert.ok(isTabSeen, `${name}: its tab is visible`);
    }
    await page.goto(`${browse.fixture.server.consoleEndpoint}/_/browse?bucket=reports`);
    await page.getByRole('checkbox', { name: 'Select q3.pdf' }).click();
    await page.getByText('1 selected').waitFor();
    await judge(opened, 'a selection');
    await page.getByRole('button', { name: 'More for q3.pdf' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await judge(opened, 'a menu');
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog', { name: 'Rename q3.pdf' }).waitFor();
    await judge(opened, 'a dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New folder' }).click();
    await page.getByRole('dialog', { name: 'New folder' }).waitFor();
    await page.keyboard.press('Escape');
    await opened.close();
  });
}
