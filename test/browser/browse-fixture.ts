import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.ts';
import {
  type ConsoleFixture,
  type ConsolePage,
  openConsole,
  openConsoleFixture,
  type Variant,
} from './console-fixture.ts';

const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';

/** Buckets as Browse shows them: a few objects, versions and what was deleted, nothing, and more than one page. */
async function seedBuckets(fixture: ConsoleFixture): Promise<void> {
  for (const bucket of ['reports', 'media', 'archive', 'full', 'doomed'])
    await fixture.server.signed('PUT', `/${bucket}`);
  await fixture.server.signed('PUT', '/media?versioning', { body: enabled });
  for (const name of ['invoices/8790.pdf', 'q3.pdf', '2026/01/jan.csv'])
    await fixture.put('reports', name, 'x'.repeat(4200), 'application/pdf');
  await fixture.put('reports', 'notes.txt', 'Tide tables\n'.repeat(300), 'text/plain');
  await fixture.put(
    'media',
    'logo.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>',
    'image/svg+xml',
  );
  await fixture.put(
    'media',
    'logo.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"/>',
    'image/svg+xml',
  );
  await fixture.put('media', 'gone.txt', 'gone', 'text/plain');
  await fixture.server.signed('DELETE', '/media/gone.txt');
  await fixture.put('full', `${encodeURIComponent('long 😀 ‮ '.repeat(40))}.bin`, '');
  for (let n = 0; n < 520; n += 1)
    await fixture.put('full', `row-${String(n).padStart(4, '0')}.txt`, 'x', 'text/plain');
}

/** A fixture with those buckets for the tests of one file, and its console in a Chromium that is started when one asks. */
export function setUpBrowse(): {
  readonly fixture: ConsoleFixture;
  readonly open: (variant: Variant, path: string) => Promise<ConsolePage>;
} {
  let fixture: ConsoleFixture | undefined;
  let browser: Browser | undefined;
  const opened = (): ConsoleFixture => {
    if (fixture === undefined) throw new Error('The fixture is only available while tests run.');
    return fixture;
  };
  before(async () => {
    fixture = await openConsoleFixture();
    await seedBuckets(fixture);
  });
  after(async () => {
    await browser?.close();
    await fixture?.close();
  });
  return {
    get fixture() {
      return opened();
    },
    async open(variant, path) {
      browser ??= await startChromium();
      return openConsole(browser, opened(), variant, path);
    },
  };
}
