import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import { inEveryVariant, openPagesFixture, type PagesFixture } from './pages-fixture.ts';

/* The pages in the color and under the name of an operator. */
let fixture: PagesFixture;
let browser: Browser | undefined;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-accent-'));
  const file = join(folder, 'tidegate.toml');
  await writeFile(file, '[shares]\nname = "Example <Ltd>"\naccent = "#7a2f8f"\nfooter = false\n');
  fixture = await openPagesFixture(['--config', file]);
  await fixture.put('notes.txt', 'text/plain', 'Numbers as agreed on Monday.');
});
after(async () => {
  await browser?.close();
  await fixture?.product.stop();
  await rm(folder, { recursive: true, force: true });
});

test('SHR-17 an operator’s accent colors buttons and links in both themes, refusals show the brand too, and the policy holds', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const { url } = await fixture.share({ keys: ['notes.txt'], limits: { uses: 2 }, note: 'As agreed.' });
  const accents = new Set<string>();
  await inEveryVariant(browser, fixture, 'accent', async (page) => {
    await page.goto(url);
    const color = await page.locator('main button').evaluate((button) => getComputedStyle(button).backgroundColor);
    accents.add(color);
    assert.equal(await page.locator('footer').innerText(), 'From Example <Ltd>');
  });
  assert.equal(accents.size, 2);
  assert.ok(accents.has('rgb(122, 47, 143)'), [...accents].join(' '));
  await inEveryVariant(browser, fixture, 'accent refusal', async (page) => {
    await page.goto(`${fixture.product.endpoint}/s/0000000000000000000000`);
    assert.equal(await page.locator('footer').innerText(), 'From Example <Ltd>');
  });
});
