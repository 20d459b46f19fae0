import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { type ConsoleFixture, openConsole, openConsoleFixture, openSignedOut, seedLedger } from './console-fixture.ts';

/*
 * npm run shots [-- FOLDER]
 * Pictures of the console and of a share's page for README and docs, from a server with made-up things in it. Variant at them before they are committed.
 */
const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/images', import.meta.url));
/** Those of docs/images; a folder of one's own gets every screen, narrow ones too. */
const isAll = process.argv[2] !== undefined;
const mostBytes = 150_000;

const fixture = await openConsoleFixture({ toml: 'public_endpoint = "https://files.example.com"' });
const browser = await startChromium();
try {
  const ids = await seed(fixture);
  mkdirSync(folder, { recursive: true });
  const pages: readonly (readonly [name: string, path: string, shows: string])[] = [
    ['links', '/links', 'invoice-8812'],
    ...(isAll
      ? ([
          ['link', `/links/${ids['spent']}`, 'Details'],
          ['requests', '/requests', 'Acme tender'],
          ['request', `/requests/${ids['request']}`, 'offer.pdf'],
          ['settings', '/settings', 'Public endpoint'],
          ['retention', '/settings/links', 'Days in the ledger'],
          ['webhooks', '/settings/webhooks', 'No webhooks yet'],
          ['appearance', '/settings/appearance', 'Single-key shortcuts'],
          ['about', '/settings/about', 'Apache License 2.0'],
          ['new', '/links?new=share', 'Create link'],
        ] as const)
      : []),
  ];
  for (const theme of ['light', 'dark'] as const) {
    for (const width of isAll ? [1280, 390] : [1280]) {
      const opened = await openConsole(browser, fixture, { width, theme });
      for (const [name, path, shows] of pages) {
        await opened.page.goto(`${fixture.server.consoleEndpoint}/_${path}`);
        await opened.page.getByText(shows).first().waitFor();
        await opened.page.getByRole('status').getByText('Live').waitFor();
        await take(opened.page, `${name}-${theme}${width === 1280 ? '' : `-${width}`}`);
      }
      await opened.close();
    }
    const { page } = await openSignedOut(browser, fixture.server, { width: 720, theme });
    await page.setViewportSize({ width: 720, height: 440 });
    await page.goto(ids['shareUrl'] ?? '');
    await take(page, `share-${theme}`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await fixture.close();
}

async function take(page: Page, name: string): Promise<void> {
  const file = `${folder}/${name}.png`;
  await page.screenshot({ path: file });
  const { size } = statSync(file);
  console.log(`${file} ${Math.round(size / 1024)} KiB`);
  if (size > mostBytes) throw new Error(`${file} is larger than ${mostBytes} bytes.`);
}

async function seed({ server, api }: ConsoleFixture): Promise<Readonly<Record<string, string>>> {
  const ids = await seedLedger(fixture);
  await api('PATCH', `/keys/${server.credentials.accessKeyId}`, { note: 'billing' });
  const { items } = await api('GET', '/requests');
  // Sound: the shape that the API declares.
  const request = (items as { id: string }[])[0]?.id ?? '';
  const { url } = await api('GET', `/requests/${request}/url`);
  const at = String(url).replace('https://files.example.com', server.endpoint);
  for (const name of ['offer.pdf', 'Annex B (signed).pdf', 'prices-2026.pdf']) {
    const headers = { 'content-type': 'application/pdf', 'user-agent': 'curl/8.14.1' };
    const answer = await fetch(`${at}/${encodeURIComponent(name)}`, {
      method: 'PUT',
      body: name.repeat(3_000),
      headers,
    });
    if (answer.status !== 201) throw new Error(await answer.text());
  }
  const share = await api('POST', '/shares', {
    ...{ bucket: 'reports', key: 'q3.pdf', title: 'Q3 report', expiresIn: '30d', limits: { uses: 5 } },
    note: 'Numbers as agreed on Monday. Page 4 is new.',
  });
  const shareUrl = String(share['url']).replace('https://files.example.com', server.endpoint);
  for (let n = 0; n < 2; n += 1) {
    const answer = await fetch(`${shareUrl}?download=1`, { headers: { 'user-agent': 'curl/8.14.1' } });
    if (answer.status !== 200) throw new Error(await answer.text());
    await answer.arrayBuffer();
  }
  return { ...ids, request, shareUrl };
}
