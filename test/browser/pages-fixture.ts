import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bucket, signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { bareRequest } from '../bare-http.ts';
import { type Product, startProduct } from '../product-server.ts';
import { judgedVariants } from './judged-variants.ts';

/** The response to creating a share or file request, as far as tests read it. */
type Made = { readonly id: string; readonly url: string };

/** A server with a bucket `files`, and what gives its files away. */
export type PagesFixture = {
  readonly product: Product;
  readonly axe: string;
  readonly links: () => ReturnType<typeof bucket>;
  ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  put(key: string, type: string, body: Uint8Array | string): Promise<void>;
  share(body: object): Promise<Made>;
  fileRequest(body: object): Promise<Made>;
};

export type PageVariant = { readonly colorScheme: 'light' | 'dark'; readonly width: number; readonly height: number };

/** Every variant in which a page is checked. */
export const pageVariants: readonly PageVariant[] = judgedVariants<PageVariant>([
  { colorScheme: 'light', width: 1280, height: 820 },
  { colorScheme: 'dark', width: 1280, height: 820 },
  { colorScheme: 'light', width: 320, height: 640 },
  { colorScheme: 'dark', width: 320, height: 640 },
]);

const shots = process.env['SHOTS'];

/** @param flags of `serve`, besides those of every product */
export async function openPagesFixture(flags: readonly string[] = []): Promise<PagesFixture> {
  const product = await startProduct(flags);
  const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  const { endpoint, accessKeyId, secretAccessKey } = product;
  const credentials = { accessKeyId, secretAccessKey };
  const links = () => bucket('files', { endpoint, store: 'tidegate', credentials });
  await product.tidegate('mb', 'files');
  const fixture: PagesFixture = {
    product,
    axe,
    links,
    async ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
      const url = `${endpoint}/_/api/v1${path}`;
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const text = body === undefined ? '' : JSON.stringify(body);
      const signing = { payloadHash: sha256Hex(text), credentials, region: 'us-east-1' };
      const headers = signHeaders({ method, url, headers: type, ...signing });
      delete headers['host'];
      const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: text }) });
      const said = await answer.text();
      assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${said}`);
      // Sound: a test reads what it asked for.
      return (said === '' ? undefined : JSON.parse(said)) as Answer;
    },
    async put(key, type, body) {
      const { url } = links().presignPut(key, { type });
      const answer = await bareRequest(url, { method: 'PUT', headers: { 'Content-Type': type }, body });
      assert.equal(answer.status, 200, key);
    },
    share: (body) => fixture.ask<Made>('POST', '/shares', { bucket: 'files', ...body }),
    fileRequest: (body) => fixture.ask<Made>('POST', '/requests', { bucket: 'files', prefix: 'in/', ...body }),
  };
  return fixture;
}

/** Opens a page of its own, as a reader has it. `faults`: what no page may have. */
export async function openVariant(
  browser: Browser,
  { product }: PagesFixture,
  { colorScheme, width, height }: PageVariant,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const context = await browser.newContext({ colorScheme, viewport: { width, height }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    // The browser itself notes the status of a page that is an error.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    // What shows a PDF is a part of the browser.
    if (!url.startsWith(product.endpoint) && !/^(?:data|blob|chrome(?:-extension)?):/.test(url)) faults.push(url);
  });
  return { page, faults };
}

/** What every page must do: fit its width, and say no word of how it works. */
export async function checkFit(page: Page, name: string): Promise<void> {
  const main = await page.locator('main').innerText();
  assert.doesNotMatch(main, /\bS3\b|\bbucket\b|\bpresigned\b|\btoken\b|\b403\b/i);
  const scrolls = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  assert.equal(scrolls, false, `${name} scrolls sideways`);
  if (shots !== undefined) await page.screenshot({ path: join(shots, `${name.replaceAll(' ', '-')}.png`) });
}

/** The same, and stand axe's judgement. */
export async function judgePage(page: Page, { axe }: PagesFixture, name: string): Promise<void> {
  await checkFit(page, name);
  // Injected past the page's own policy, which forbids every script but its own.
  const violations = await page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map((one) =>
    one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + node.failureSummary).join('; ')))`);
  assert.deepEqual(violations, [], name);
}

/** The words of a page, with plain blanks. */
export async function wordsOf(page: Page): Promise<string> {
  return (await page.locator('main').innerText()).replaceAll(/[\u00a0\u202f]/g, ' ');
}

/** Looks at one state of a page in every theme and width: what `see` brings it to. */
export async function inEveryVariant(
  browser: Browser,
  fixture: PagesFixture,
  name: string,
  see: (page: Page) => Promise<void>,
): Promise<void> {
  for (const variant of pageVariants) {
    const { page, faults } = await openVariant(browser, fixture, variant, { locale: 'en-GB' });
    try {
      await see(page);
      await judgePage(page, fixture, `${name}-${variantName(variant)}`);
      assert.deepEqual(faults, []);
    } finally {
      await page.context().close();
    }
  }
}

/** Title, heading and words of a page. */
export async function checkState(page: Page, title: string, text: RegExp): Promise<void> {
  assert.equal(await page.title(), title);
  assert.equal(await page.locator('h1').innerText(), title);
  assert.match(await wordsOf(page), text);
}

/** Presses a button. @returns the status of what it leads to */
export async function press(page: Page, name: string): Promise<number> {
  const [answer] = await Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()]);
  return answer?.status() ?? 0;
}

/** The name of a variant in the file name of a screenshot. */
export function variantName({ colorScheme, width }: PageVariant): string {
  return `${colorScheme}-${width}`;
}
