import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Route } from 'playwright-core';
import { links } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  axeFaults,
  type ConsoleFixture,
  openConsole,
  openConsoleFixture,
  overflow,
  seedLedger,
  variants,
} from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser | undefined;
let ids: Readonly<Record<string, string>>;
let key: string;
let hook: string;
let request: string;

before(async () => {
  fixture = await openConsoleFixture({ toml: 'outbound_allow = ["127.0.0.0/8"]' });
  ids = await seedLedger(fixture);
  key = String((await fixture.api('POST', '/keys', { note: 'billing' }))['id']);
  hook = String((await fixture.api('POST', '/webhooks', { url: 'http://127.0.0.1:9/', types: ['link.used'] }))['id']);
  const made = await fixture.api('POST', '/requests', { bucket: 'inbox', prefix: 'tender/', title: 'Tender' });
  request = String(made['id']);
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

type Screen = {
  readonly name: string;
  readonly path: () => string;
  /** What it cannot do without: the last part of the address of a question. */
  readonly needs: RegExp;
  /** What is said when that does not come. */
  readonly failure: string;
  /** Something that is there when it has come. */
  readonly shows: string;
};

const api = '/_/api/v1';
const screens: readonly Screen[] = [
  {
    name: 'Links',
    path: () => '/links',
    needs: /\/links\?/,
    failure: "Can't load links.",
    shows: 'handover/anna.zip',
  },
  {
    name: 'a link',
    path: () => `/links/${ids['spent']}`,
    needs: /\/links\/lk_\w+$/,
    failure: "Can't load this link.",
    shows: 'Details',
  },
  {
    name: 'the events of a link',
    path: () => `/links/${ids['spent']}`,
    needs: /\/links\/lk_\w+\/events/,
    failure: "Can't load events.",
    shows: 'First used',
  },
  {
    name: 'Requests',
    path: () => '/requests',
    needs: /\/requests\?/,
    failure: "Can't load file requests.",
    shows: 'Acme tender',
  },
  {
    name: 'a request',
    path: () => `/requests/${request}`,
    needs: /\/requests\/rq_\w+$/,
    failure: "Can't load this file request.",
    shows: 'Send its URL to the people who have the files.',
  },
  {
    name: 'the files of a request',
    path: () => `/requests/${request}`,
    needs: /\/requests\/rq_\w+\/uploads/,
    failure: "Can't load the files.",
    shows: 'Send its URL to the people who have the files.',
  },
  {
    name: 'Activity',
    path: () => '/activity',
    needs: /\/activity\?/,
    failure: "Can't load the request log.",
    shows: 'media/launch/clip.mp4',
  },
  {
    name: 'refusals',
    path: () => '/activity?tab=refusals',
    needs: /\/refusals/,
    failure: "Can't load refusals.",
    shows: 'No uses left',
  },
  {
    name: 'the audit',
    path: () => '/activity?tab=audit',
    needs: /\/audit/,
    failure: "Can't load the audit log.",
    shows: 'root key',
  },
  {
    name: 'earlier days',
    path: () => '/activity?tab=earlier',
    needs: /\/activity\/days/,
    failure: "Can't load older links.",
    shows: 'No older links: the ledger still has every link',
  },
  { name: 'Keys', path: () => '/keys', needs: /\/keys(\?|$)/, failure: "Can't load keys.", shows: 'billing' },
  {
    name: 'a key',
    path: () => `/keys/${key}`,
    needs: /\/keys\/\w+$/,
    failure: "Can't load this key.",
    shows: 'Secrets',
  },
  {
    name: 'the server',
    path: () => '/settings',
    needs: /\/server$/,
    failure: "Can't load the server status.",
    shows: 'Survives',
  },
  {
    name: 'retention',
    path: () => '/settings/links',
    needs: /\/settings$/,
    failure: "Can't load settings.",
    shows: 'Days in the ledger',
  },
  {
    name: 'webhooks',
    path: () => '/settings/webhooks',
    needs: /\/webhooks(\?|$)/,
    failure: "Can't load webhooks.",
    shows: '127.0.0.1:9',
  },
  {
    name: 'a webhook',
    path: () => `/settings/webhooks/${hook}`,
    needs: /\/webhooks\/\w+$/,
    failure: "Can't load this webhook.",
    shows: 'Deliveries',
  },
  {
    name: 'the settings of a bucket',
    path: () => '/browse?bucket=reports&tab=cors',
    needs: /\/configuration$/,
    failure: "Can't load this bucket's settings.",
    shows: 'Origin of your app',
  },
];

/** Those that S3 answers. */
const fromS3: readonly Screen[] = [
  {
    name: 'the buckets',
    path: () => '/browse',
    needs: /^\/$/,
    failure: "Can't load buckets.",
    shows: 'handover',
  },
  {
    name: 'a folder',
    path: () => '/browse?bucket=reports',
    needs: /^\/reports\/?\?.*list-type/,
    failure: "Can't list this folder.",
    shows: 'q3.pdf',
  },
  {
    name: 'an object',
    path: () => '/browse?bucket=reports&object=in.csv',
    needs: /^\/reports\/in\.csv$/,
    failure: "Can't load this object.",
    shows: 'text/csv',
  },
];

/** One of each kind: the others wait and fail in the same words and places. */
const narrow = new Set(['Links', 'a link', 'Activity', 'Keys', 'the buckets', 'a folder']);

/** Counts of lists that did not come. */
const unknown = /\b0\+? (?:links|requests|buckets|entries|keys|shown|active)\b|^0\+$/m;

/** A refusal that waiting does not fix, so it is reported at once. */
const problem = JSON.stringify({
  type: 'about:blank',
  title: 'Not now',
  status: 409,
  code: 'Busy',
  detail: 'It is being moved.',
  requestId: 'R0123456789',
});

for (const variant of variants.filter(({ width, theme }) => (width === 1280) === (theme === 'light'))) {
  const judged = [...screens, ...fromS3].filter(({ name }) => variant.width > 320 || narrow.has(name));
  for (const { name, path, needs, failure, shows } of judged) {
    test(`${name} at ${variant.width} px, ${variant.theme}: waited for, refused and asked for again, without a fault of axe`, async (t) => {
      if (!hasChromium(t)) return;
      browser ??= await startChromium();
      const opened = await openConsole(browser, fixture, variant, '/explain');
      const { page } = opened;
      const { origin } = new URL(fixture.server.endpoint);
      const held: Route[] = [];
      let is: 'held' | 'refused' | 'answered' = 'held';
      const refuse = (route: Route): Promise<void> =>
        route.fulfill({
          status: 409,
          contentType: 'application/problem+json',
          headers: { 'access-control-allow-origin': '*' },
          body: problem,
        });
      await page.route(
        ({ pathname, search, origin: of }) =>
          of === origin ? needs.test(pathname + search) : pathname.startsWith(api) && needs.test(pathname + search),
        (route) => {
          if (route.request().method() === 'OPTIONS' || is === 'answered') return route.continue();
          if (is === 'refused') return refuse(route);
          held.push(route);
          return undefined;
        },
      );
      const judge = async (what: string): Promise<void> => {
        assert.deepEqual(await axeFaults(page), [], what);
        assert.ok((await overflow(page)) <= 0, `${what} scrolls sideways`);
      };
      await page.goto(`${fixture.server.consoleEndpoint}/_${path()}`);
      await page.locator('[aria-busy="true"] > div').first().waitFor();
      await judge('waiting');
      assert.doesNotMatch(await page.locator('main').innerText(), unknown, 'what is on its way is not counted');
      is = 'refused';
      for (const route of held) await refuse(route);
      await page.getByText(failure).waitFor();
      await judge('refused');
      assert.doesNotMatch(await page.locator('main').innerText(), unknown, 'what did not come is not counted');
      is = 'answered';
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await page.getByText(shows).first().waitFor();
      await page.getByText(failure).waitFor({ state: 'detached' });
      await opened.close();
    });
  }
}

test('the page of a share says its title, that it asks for a password, and who made it', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, { width: 1280, theme: 'light' }, `/links/${ids['share']}`);
  const { page } = opened;
  await page.locator('dd', { hasText: 'Q3 report' }).waitFor();
  const says = await page.locator('dl', { hasText: 'Created by' }).innerText();
  assert.match(says, /Title\s+Q3 report/);
  assert.match(says, /Password\s+Required/);
  assert.match(says, /Created by\s+TGAK/);
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('a link that cannot be explained now says so, and is explained when it is asked again', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, { width: 1280, theme: 'light' }, '/explain');
  const { page } = opened;
  let isDown = true;
  await page.route(`**${api}/explain`, (route) =>
    isDown ? route.fulfill({ status: 409, contentType: 'application/problem+json', body: problem }) : route.continue(),
  );
  const url = links(fixture.server, 'reports').presignGet('in.csv', { expiresIn: '1h' });
  await page.getByRole('textbox', { name: /^Paste a presigned URL/ }).fill(url);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.getByText("Can't explain this URL.").waitFor();
  assert.deepEqual(await axeFaults(page), []);
  isDown = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Works' }).waitFor();
  await opened.close();
});
