import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { type ConsoleDesk, type ConsolePage, type Look, openConsole, openConsoleDesk } from './console-desk.ts';

const enabled = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';

/** Buckets as Browse shows them: a few objects, versions and what was deleted, nothing, and more than one page. */
async function seedBuckets(desk: ConsoleDesk): Promise<void> {
  for (const bucket of ['reports', 'media', 'archive', 'full', 'doomed']) await desk.server.signed('PUT', `/${bucket}`);
  await desk.server.signed('PUT', '/media?versioning', { body: enabled });
  for (const name of ['invoices/8790.pdf', 'q3.pdf', '2026/01/jan.csv'])
    await desk.put('reports', name, 'x'.repeat(4200), 'application/pdf');
  await desk.put('reports', 'notes.txt', 'Tide tables\n'.repeat(300), 'text/plain');
  await desk.put('media', 'logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>', 'image/svg+xml');
  await desk.put('media', 'logo.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1"/>', 'image/svg+xml');
  await desk.put('media', 'gone.txt', 'gone', 'text/plain');
  await desk.server.signed('DELETE', '/media/gone.txt');
  await desk.put('full', `${encodeURIComponent('long 😀 ‮ '.repeat(40))}.bin`, '');
  for (let n = 0; n < 520; n += 1) await desk.put('full', `row-${String(n).padStart(4, '0')}.txt`, 'x', 'text/plain');
}

/** A desk with those buckets for the tests of one file, and its console in a Chromium that is started when one asks. */
export function setUpBrowse(): {
  readonly desk: ConsoleDesk;
  readonly open: (look: Look, path: string) => Promise<ConsolePage>;
} {
  let desk: ConsoleDesk | undefined;
  let browser: Browser | undefined;
  const opened = (): ConsoleDesk => {
    if (desk === undefined) throw new Error('The desk is there when a test runs.');
    return desk;
  };
  before(async () => {
    desk = await openConsoleDesk();
    await seedBuckets(desk);
  });
  after(async () => {
    await browser?.close();
    await desk?.close();
  });
  return {
    get desk() {
      return opened();
    },
    async open(look, path) {
      browser ??= await startChromium();
      return openConsole(browser, opened(), look, path);
    },
  };
}
