import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { signHeaders } from '@tidegate/presign';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  links,
  rootCredentials,
  startTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../packages/server/test/test-server.ts';
import { judgedVariants } from './judged-variants.ts';

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** A server with links in its ledger, and pages of its console. */
export type ConsoleFixture = {
  readonly server: TestServer;
  /** Asks the admin API as the root key. */
  api(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  put(bucket: string, key: string, body: string, type?: string): Promise<void>;
  close(): Promise<void>;
};

// Otherwise every page would wait for two minutes, one after the other.
if (!existsSync(new URL('../../packages/console/dist/.built-from', import.meta.url)))
  throw new Error('The console is not built. Run: npm run build:console');

/** How long a page may take to show what a test waits for. */
const waitMs = 120_000;

export type Variant = { readonly width: number; readonly theme: 'light' | 'dark' };

/** Every variant in which a screen is checked. */
export const variants: readonly Variant[] = judgedVariants<Variant>([
  { width: 1280, theme: 'light' },
  { width: 1280, theme: 'dark' },
  { width: 320, theme: 'light' },
  { width: 320, theme: 'dark' },
]);

export async function openConsoleFixture(options: TestServerOptions = {}): Promise<ConsoleFixture> {
  const server = await startTestServer(options);
  const api: ConsoleFixture['api'] = async (method, path, body) => {
    const answer = await server.signed(method, `/_/api/v1${path}`, {
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  };
  return {
    server,
    api,
    async put(bucket, key, body, type = 'application/octet-stream') {
      const url = `${server.endpoint}/${bucket}/${key}`;
      const headers = signHeaders({
        method: 'PUT',
        url,
        headers: { 'content-type': type },
        credentials: rootCredentials,
        region: 'us-east-1',
      });
      delete headers['host'];
      const answer = await fetch(url, { method: 'PUT', headers, body });
      assert.equal(answer.status, 200, await answer.text());
    },
    close: () => server.stop(),
  };
}

/** Uploads files, creates links of every kind and state, and uses some of them. @returns ids by name */
export async function seedLedger({ server, api, put }: ConsoleFixture): Promise<Readonly<Record<string, string>>> {
  for (const bucket of ['reports', 'media', 'handover', 'inbox']) await server.signed('PUT', `/${bucket}`);
  await put('reports', 'q3.pdf', 'x'.repeat(4200), 'application/pdf');
  await put('reports', 'in.csv', 'a,b\n1,2\n', 'text/csv');
  await put('media', 'launch/clip.mp4', 'y'.repeat(90_000), 'video/mp4');
  await put('handover', 'anna.zip', 'z'.repeat(900), 'application/zip');
  const share = await api('POST', '/shares', {
    bucket: 'reports',
    key: 'q3.pdf',
    title: 'Q3 report',
    password: 'opened by me',
    expiresIn: '30d',
    limits: { uses: 5, confirm: true },
  });
  await api('POST', '/requests', {
    bucket: 'inbox',
    prefix: 'acme/',
    title: 'Acme tender',
    expiresIn: '3d',
    maxFiles: 20,
    limits: { maxBytes: '2GiB', types: ['application/pdf'] },
  });
  const plain = links(server, 'media').presignGet('launch/clip.mp4', { expiresIn: '6d' });
  for (let n = 0; n < 4; n += 1) await read(plain);
  const spent = links(server, 'reports').presignGet('q3.pdf', {
    expiresIn: '2h',
    limits: { uses: 3, id: 'invoice-8812', grace: '10m' },
  });
  for (let n = 0; n < 5; n += 1) await read(spent);
  const upload = await api('POST', '/links/presign', {
    method: 'PUT',
    bucket: 'reports',
    key: 'in.csv',
    expiresIn: '12m',
    limits: { types: ['text/csv'], maxBytes: '20MB', uses: 1 },
  });
  const revoked = await api('POST', '/links/presign', {
    bucket: 'handover',
    key: 'anna.zip',
    expiresIn: '6d',
    limits: { uses: 1 },
    label: 'handover-anna',
  });
  const many = await api('POST', '/links/presign', {
    bucket: 'media',
    key: 'launch/clip.mp4',
    expiresIn: '2d',
    limits: { uses: 50, rate: '12MiB' },
  });
  await api('POST', '/revocations', { match: { id: idOf(revoked) } });
  const { items } = await listed(api);
  const found = items.find(({ label }) => label === 'invoice-8812');
  return {
    share: String(share['id']),
    spent: String(found?.id),
    upload: idOf(upload),
    revoked: idOf(revoked),
    many: idOf(many),
    manyUrl: String(many['url']),
  };
}

function idOf(made: Record<string, unknown>): string {
  const { link } = made;
  return typeof link === 'object' && link !== null && 'id' in link ? String(link.id) : '';
}

async function listed(api: ConsoleFixture['api']): Promise<{ items: { id: string; label: string | null }[] }> {
  const answer = await api('GET', '/links');
  // Sound: the shape that the API declares.
  return { items: answer['items'] as { id: string; label: string | null }[] };
}

/** One use of a link, as curl does it, whatever the status. */
export async function read(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { 'user-agent': 'curl/8.14.1', accept: '*/*' } });
  await answer.arrayBuffer();
  return answer.status;
}

/** A page of the console, and what went wrong on it. */
export type ConsolePage = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Browser errors, requests to other origins and policy violations. Empty at the end of a passing test. */
  readonly faults: readonly string[];
  close(): Promise<void>;
};

/** Opens the console signed in, at `path` below `/_`. */
export async function openConsole(
  browser: Browser,
  { server, api }: Pick<ConsoleFixture, 'server' | 'api'>,
  variant: Variant,
  path = '/links',
  /** Runs before the page makes its first request. */
  prepare?: (page: Page) => Promise<unknown>,
): Promise<ConsolePage> {
  const opened = await openSignedOut(browser, server, variant);
  await prepare?.(opened.page);
  const { url } = await api('POST', '/session/code');
  await opened.page.goto(String(url));
  await opened.page.locator('main h1').first().waitFor();
  if (path !== '/links') {
    await opened.page.goto(`${server.consoleEndpoint}/_${path}`);
    await opened.page.locator('main h1').first().waitFor();
  }
  return opened;
}

/** Opens a page without signing in; it is still blank. */
export async function openSignedOut(browser: Browser, server: TestServer, variant: Variant): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width: variant.width, height: variant.width < 640 ? 720 : 860 },
    colorScheme: variant.theme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  });
  // A busy machine may be slow, which is not a failure.
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (sent) => {
    const { origin, protocol } = new URL(sent.url());
    const isOwn = origin === server.consoleEndpoint || origin === server.endpoint;
    if (!isOwn && protocol !== 'blob:' && protocol !== 'data:') faults.push(`foreign request: ${sent.url()}`);
  });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      // Logged like every other fault; the browser's own message has no details.
      globalThis.console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  return { page, context, faults, close: () => context.close() };
}

/** The violations that axe finds on the page. */
export async function axeFaults(page: Page): Promise<readonly string[]> {
  // Elements that are fading in have no contrast yet.
  await page.evaluate(() =>
    Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => undefined),
  );
  // Through the debugger, not as a script element, which the console's policy blocks.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (
          options: object,
        ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      // Passed rules are not needed.
      resultTypes: ['violations'],
    } as object);
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary ?? ''}`)
          .join(' | ')
          .slice(0, 900)}`,
    );
  });
  return found;
}

/** By how many pixels the page scrolls sideways; no page may. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Checks what no page may have: axe violations, sideways scrolling, errors and policy violations. */
export async function judge(opened: ConsolePage, what: string): Promise<void> {
  assert.deepEqual(await axeFaults(opened.page), [], what);
  assert.ok((await overflow(opened.page)) <= 0, `${what} scrolls sideways`);
  assert.deepEqual(opened.faults, [], what);
}
