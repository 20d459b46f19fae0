import type { Browser } from 'playwright-core';
import { startChromium } from '../../test/browser/chromium.ts';
import { type ConsoleFixture, openConsole, openConsoleFixture } from '../../test/browser/console-fixture.ts';
import { noteLinks } from '../../test/browser/many-links.ts';
import type { Row } from '../row.ts';

const few = 100;
const many = 100_000;
const variant = { width: 1280, theme: 'light' } as const;

let browser: Browser;
let small: ConsoleFixture;
let large: ConsoleFixture;

async function open(): Promise<void> {
  small = await openConsoleFixture();
  large = await openConsoleFixture();
  await noteLinks(small.server, few);
  await noteLinks(large.server, many);
  browser = await startChromium();
}

async function close(): Promise<void> {
  await browser.close();
  await small.close();
  await large.close();
}

/** Milliseconds from the navigation until the largest part of the ledger is painted: a page that is signed in, nothing cached. */
async function paintMs(fixture: ConsoleFixture): Promise<number> {
  const { page, close: done } = await openConsole(browser, fixture, variant);
  await page.goto(`${fixture.server.consoleEndpoint}/_/links`);
  await page.locator('[data-row="20"]').waitFor();
  const paintedMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
          type: 'largest-contentful-paint',
          buffered: true,
        });
      }),
  );
  await done();
  return paintedMs;
}

/** Milliseconds from Enter in the filter until the rows that it leaves are there. */
async function filterMs(fixture: ConsoleFixture): Promise<number> {
  const { page, close: done } = await openConsole(browser, fixture, variant);
  await page.locator('[data-row="20"]').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('team-7/');
  const tookMs = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const startMs = performance.now();
        const table = document.querySelector('main');
        new MutationObserver((_, watcher) => {
          const first = document.querySelector('[data-row="0"] a')?.textContent ?? '';
          if (!first.startsWith('team-7/')) return;
          watcher.disconnect();
          resolve(performance.now() - startMs);
        }).observe(table ?? document.body, { childList: true, subtree: true, characterData: true });
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      }),
  );
  await done();
  return tookMs;
}

const against = `the same over ${few} links`;

/** The first screen of the console over a grown ledger. The milliseconds are printed next to the ratio. */
export const consoleRows: readonly Row[] = [
  {
    id: 'U1',
    what: `largest paint of Links, ${many.toLocaleString('en')} links (aim: 600 ms)`,
    against,
    unit: 'ms',
    target: 2,
    atLeast: false,
    open,
    run: async () => ({ b: await paintMs(small), a: await paintMs(large) }),
    close,
  },
  {
    id: 'U2',
    what: `answer of its filter, ${many.toLocaleString('en')} links (aim: 150 ms)`,
    against,
    unit: 'ms',
    target: 2,
    atLeast: false,
    open,
    run: async () => ({ b: await filterMs(small), a: await filterMs(large) }),
    close,
  },
];
