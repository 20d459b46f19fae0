import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page, Route } from 'playwright-core';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  type ConsolePage,
  openConsole,
  openConsoleFixture,
} from './console-fixture.ts';

// By its address: the types of the console's own sources are those of a browser.
const declarations: { readonly screens: readonly { readonly path: string }[] } = await import(
  new URL('../../packages/console/src/screens/index.ts', import.meta.url).href
);
const { screens } = declarations;
const wide = { width: 1280, theme: 'light' } as const;
const api = '/_/api/v1';

/** How a screen is reached and what it shows, by the path of its declaration. */
type Case = {
  /** With things in it. */
  readonly path: () => string;
  /** Absent: the screen asks the server for nothing. */
  readonly failure?: string;
  /** With nothing in it: an address, and what it says there. */
  readonly empty?: readonly [path: string, text: string | RegExp];
};

let fixture: ConsoleFixture;
let browser: Browser | undefined;
let ids: { readonly link: string; readonly request: string; readonly key: string; readonly webhook: string };

before(async () => {
  fixture = await openConsoleFixture({ toml: 'outbound_allow = ["127.0.0.0/8"]' });
  const { api: ask } = fixture;
  const key = String((await ask('POST', '/keys', { note: 'billing' }))['id']);
  const webhook = String((await ask('POST', '/webhooks', { url: 'http://127.0.0.1:9/', types: ['link.used'] }))['id']);
  await fixture.server.signed('PUT', '/inbox');
  await fixture.put('inbox', 'q3.pdf', 'x');
  const request = String((await ask('POST', '/requests', { bucket: 'inbox', prefix: 'a/', expiresIn: '3d' }))['id']);
  const link = String((await ask('POST', '/shares', { bucket: 'inbox', key: 'q3.pdf', expiresIn: '3d' }))['id']);
  ids = { link, request, key, webhook };
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

const cases: Readonly<Record<string, Case>> = {
  '/links': {
    path: () => '/links',
    failure: "Can't load links.",
    empty: ['/links?find=nothing/', 'No links match.'],
  },
  '/links/:id': {
    path: () => `/links/${ids.link}`,
    failure: "Can't load this link.",
    empty: ['/links/lk_aaaaaaaaaaaaaaaa', /No link with this fingerprint/],
  },
  '/browse': {
    path: () => '/browse',
    failure: "Can't load buckets.",
    empty: ['/browse?find=nothing', /No bucket name contains “nothing”/],
  },
  '/requests': {
    path: () => '/requests',
    failure: "Can't load file requests.",
    empty: ['/requests?find=nothing', 'No file requests match.'],
  },
  '/requests/:id': {
    path: () => `/requests/${ids.request}`,
    failure: "Can't load this file request.",
    empty: ['/requests/rq_aaaaaaaaaaaaaaaa', /File request rq_a+ does not exist/],
  },
  '/explain': { path: () => '/explain' },
  '/activity': {
    path: () => '/activity',
    failure: "Can't load the request log.",
    empty: ['/activity', /No requests/],
  },
  '/keys': { path: () => '/keys', failure: "Can't load keys.", empty: ['/keys?find=nothing', /No keys match/] },
  '/keys/:id': {
    path: () => `/keys/${ids.key}`,
    failure: "Can't load this key.",
    empty: ['/keys/TGAKNOTHERE', /Key TGAKNOTHERE does not exist/],
  },
  '/settings': { path: () => '/settings', failure: "Can't load the server status." },
  '/settings/:section': { path: () => '/settings/webhooks', failure: "Can't load webhooks." },
  '/settings/webhooks/:id': {
    path: () => `/settings/webhooks/${ids.webhook}`,
    failure: "Can't load this webhook.",
    empty: ['/settings/webhooks/wh_none', /Webhook wh_none does not exist/],
  },
};

test('every screen of the console has its states tested here', () => {
  assert.deepEqual(Object.keys(cases).sort(), screens.map(({ path }) => path).sort());
});

type Mode = 'pass' | 'hold' | 'busy' | 'forbidden' | 'down';

/** Decides what becomes of the questions that screens ask; what keeps the session alive always passes. */
async function control(page: Page) {
  let mode: Mode = 'pass';
  const held: Route[] = [];
  const answer = (route: Route, status: number, code: string, detail: string): Promise<void> =>
    route.fulfill({
      status,
      headers: { 'access-control-allow-origin': '*' },
      ...(new URL(route.request().url()).origin === fixture.server.endpoint
        ? {
            contentType: 'application/xml',
            body: `<Error><Code>${code}</Code><Message>${detail}</Message></Error>`,
          }
        : {
            contentType: 'application/problem+json',
            body: JSON.stringify({ type: 'about:blank', title: detail, status, code, detail, requestId: 'R1' }),
          }),
    });
  const handle = (route: Route): Promise<void> | undefined => {
    const { pathname, origin } = new URL(route.request().url());
    if (mode === 'down') return route.abort();
    const isQuestion =
      origin === fixture.server.endpoint || (pathname.startsWith(api) && !/\/(?:session|events)\b/.test(pathname));
    if (!isQuestion || mode === 'pass' || route.request().method() === 'OPTIONS') return route.continue();
    if (mode === 'hold') return void held.push(route);
    return mode === 'busy'
      ? answer(route, 409, 'Busy', 'The database is being moved.')
      : answer(route, 403, 'AccessDenied', 'Your key is not allowed to do this.');
  };
  await page.route(/./, handle);
  return {
    set: async (next: Mode): Promise<void> => {
      mode = next;
      await Promise.all(held.splice(0).map(handle));
    },
  };
}

/** Goes to another screen as a click on a link does: nothing of the page is loaded again. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => history.pushState(null, '', `/_${to}`), path);
}

async function open(t: Parameters<typeof hasChromium>[0], path: string): Promise<ConsolePage | undefined> {
  if (!hasChromium(t)) return undefined;
  browser ??= await startChromium();
  return openConsole(browser, fixture, wide, path);
}

for (const { path: declared } of screens) {
  const { path, failure, empty } = cases[declared] ?? { path: () => '' };
  /** A screen whose code is another file. */
  const start = declared === '/explain' ? '/requests' : '/explain';

  test(`${declared}: its code is not loaded while the server is down or the machine offline; it can be tried again`, async (t) => {
    const opened = await open(t, start);
    if (opened === undefined) return;
    const { page, context } = opened;
    const server = await control(page);
    await server.set('down');
    await go(page, path());
    const alert = page.getByRole('alert').filter({ hasText: "Can't load this part of the console." });
    await alert.getByText("The server can't be reached.").waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await context.setOffline(true);
    await alert.getByRole('button', { name: 'Try again' }).click();
    await alert.getByText('You are offline.').waitFor();
    await server.set('pass');
    // Back online: it is tried again without a click.
    await context.setOffline(false);
    await alert.waitFor({ state: 'detached' });
    await page.locator('main h1').first().waitFor();
    await page.getByText("Can't load").waitFor({ state: 'detached' });
    await opened.close();
  });

  if (failure === undefined) continue;

  test(`${declared}: loading, throttled, offline and forbidden variant different, and trying again works`, async (t) => {
    const opened = await open(t, start);
    if (opened === undefined) return;
    const { page, context } = opened;
    const server = await control(page);
    await server.set('hold');
    await go(page, path());
    await page.locator('main [aria-busy="true"] > div').first().waitFor();
    await server.set('busy');
    const alert = page.getByRole('alert').filter({ hasText: failure });
    await alert.getByText('The database is being moved.').waitFor();
    await server.set('pass');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await alert.waitFor({ state: 'detached' });

    await page.goto(`${fixture.server.consoleEndpoint}/_${start}`);
    await page.locator('main h1').first().waitFor();
    await server.set('forbidden');
    await go(page, path());
    await alert.getByText('Your key is not allowed to do this.').waitFor();
    assert.equal(await alert.getByRole('button').count(), 0, 'trying again cannot help');
    assert.deepEqual(await axeFaults(page), []);

    await server.set('pass');
    await page.goto(`${fixture.server.consoleEndpoint}/_${path()}`);
    await page.locator('main h1').first().waitFor();
    await page.goto(`${fixture.server.consoleEndpoint}/_${start}`);
    await page.locator('main h1').first().waitFor();
    // The code comes from the browser's cache, the answers cannot come.
    await server.set('down');
    await context.setOffline(true);
    await go(page, path());
    await page.getByRole('alert').getByText('You are offline.').first().waitFor();
    await server.set('pass');
    await context.setOffline(false);
    await page.getByText('You are offline.').first().waitFor({ state: 'detached' });
    await opened.close();
  });

  if (empty === undefined) continue;

  test(`${declared}: says when there is nothing to show`, async (t) => {
    const opened = await open(t, empty[0]);
    if (opened === undefined) return;
    await opened.page.getByText(empty[1]).waitFor();
    assert.deepEqual(await axeFaults(opened.page), []);
    await opened.close();
  });
}

test('when the server cannot be reached as the console opens, it says so and can be tried again', async (t) => {
  const opened = await open(t, '/explain');
  if (opened === undefined) return;
  const { page } = opened;
  const isSession = /\/_\/api\/v1\/session$/;
  await page.route(isSession, (route) => route.abort());
  await page.reload();
  await page.getByRole('alert').getByText("The server can't be reached.").waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.unroute(isSession);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Explain' }).first().waitFor();
  await opened.close();
});
