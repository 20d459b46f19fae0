import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { linkOf, noteOf } from '../../packages/server/src/stores/contract/links/link-subject.ts';
import { links, rootCredentials } from '../../packages/server/test/test-server.ts';
import { hasChromium, startChromium } from './chromium.ts';
import {
  type ConsoleFixture,
  judge,
  openConsole,
  openConsoleFixture,
  read,
  seedLedger,
  variants,
} from './console-fixture.ts';

const attack = '<img src=x onerror=alert(1)><script>alert(2)</script>';

let fixture: ConsoleFixture;
let ids: Readonly<Record<string, string>>;
let browser: Browser | undefined;

before(async () => {
  fixture = await openConsoleFixture();
  ids = await seedLedger(fixture);
  const media = links(fixture.server, 'media');
  // Each use of a link of its own: equal ones of a moment would be one event.
  for (let n = 0; n < 520; n += 1) {
    await read(media.presignGet('launch/clip.mp4', { expiresIn: '1d', limits: { uses: 2, id: `busy-${n}` } }));
  }
  await read(media.presignGet('launch/clip.mp4').replace('clip.mp4', 'other.mp4'));
  await fixture.api('POST', '/keys', { note: attack, role: 'read' });
});
after(async () => {
  await browser?.close();
  await fixture?.close();
});

const wide = { width: 1280, theme: 'light' } as const;

for (const variant of variants) {
  test(`SEC-504 Activity at ${variant.width} px, ${variant.theme}: 500 rows, refusals, audit and nothing, without a fault of axe, console or policy`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    const opened = await openConsole(browser, fixture, variant, '/activity');
    const { page } = opened;
    await page.getByRole('row').nth(12).waitFor();
    await page.getByRole('toolbar', { name: 'Uses and refusals over time' }).waitFor();
    await judge(opened, 'requests');
    await page.getByRole('link', { name: 'Refusals', exact: true }).click();
    await page.getByRole('table', { name: 'Refusals by cause' }).getByText('No uses left').waitFor();
    await judge(opened, 'refusals');
    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByText('Key created').first().waitFor();
    await judge(opened, 'audit');
    await page.goto(`${fixture.server.consoleEndpoint}/_/activity?at=2020-01-01T00:00:00.000Z`);
    await page.getByText('No requests in this period').waitFor();
    await judge(opened, 'nothing');
    await opened.close();
  });
}

test('LDG-85 what the ledger has let go stays as sums by day, in Earlier', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  // Of its own: what is swept here is seen nowhere else.
  const old = await openConsoleFixture();
  t.after(() => old.close());
  const seenMs = Date.parse('2026-03-04T05:06:07Z');
  const ledger = old.server.running.links;
  const { accessKeyId } = rootCredentials;
  for (const [name, days] of [
    ['b', 0],
    ['c', 1],
    ['d', 1],
  ] as const) {
    const link = linkOf(name, { accessKeyId, bucket: 'reports', expiresAtMs: seenMs });
    ledger.note(noteOf(link, seenMs + days * 86_400_000));
  }
  await ledger.flush();
  await ledger.sweep(seenMs + 60 * 86_400_000);
  for (const variant of variants.filter(({ width, theme }) => (width === 1280) === (theme === 'light'))) {
    const opened = await openConsole(browser, old, variant, '/activity');
    const { page } = opened;
    await page.getByRole('link', { name: 'Earlier', exact: true }).click();
    const table = page.getByRole('table', { name: 'Older links' });
    const newest = table.getByRole('row').nth(1);
    await newest.getByText('5 Mar 2026').waitFor();
    const cells = await newest.getByRole('cell').allInnerTexts();
    const shown = variant.width === 1280 ? ['2', '2', '0'] : ['2 uses', '0 refused'];
    assert.deepEqual(
      cells.filter((text) => /^\d+(?: uses| refused)?$/.test(text)),
      shown,
      cells.join('|'),
    );
    await table.getByText('4 Mar 2026').waitFor();
    await judge(opened, 'earlier days');
    await opened.close();
  }
});

test('a request to a link shows by itself; paused it waits in a number until it is asked for', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/activity');
  const { page } = opened;
  await page.getByRole('row').nth(5).waitFor();
  const use = async (agent: string): Promise<void> => {
    const answer = await fetch(ids['manyUrl'] ?? '', { headers: { 'user-agent': agent } });
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  };
  await use('shows-at-once/1.0');
  await page.getByRole('row').filter({ hasText: 'shows-at-once/1.0' }).waitFor();
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await use('has-to-wait/1.0');
  await page.getByRole('button', { name: '1 new' }).waitFor();
  assert.equal(await page.getByText('has-to-wait/1.0').count(), 0);
  await page.getByRole('button', { name: '1 new' }).click();
  await page.getByRole('row').filter({ hasText: 'has-to-wait/1.0' }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('refusals alone, one bar alone, and back: the address has it', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/activity');
  const { page } = opened;
  await page.getByRole('row').nth(5).waitFor();
  await page.getByRole('button', { name: 'Refusals' }).click();
  await page.waitForURL(/what=refused/);
  const table = page.getByRole('table', { name: 'Requests to links' });
  await table.getByText('No uses left').first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[role=row] .bg-accent').length === 0);
  const bars = page.getByRole('toolbar').getByRole('button');
  const labels = await bars.evaluateAll((all) => all.map((bar) => bar.getAttribute('aria-label') ?? ''));
  assert.equal(labels.length, 24);
  // Not always the last one: an hour may have begun since.
  const steps = labels.findIndex((label) => !label.endsWith(', 0 refused'));
  assert.ok(steps >= 22, labels.join('; '));
  await bars.first().focus();
  for (let n = 0; n < steps; n += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL(/at=20/);
  await page.getByRole('button', { name: /remove this filter/ }).waitFor();
  await table.getByText('No uses left').first().waitFor();
  await page.goBack();
  await page.getByRole('button', { name: /remove this filter/ }).waitFor({ state: 'detached' });
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('by keyboard alone the log is walked to its end, and a link of it opened', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/activity');
  const { page } = opened;
  await page.getByRole('row').nth(5).waitFor();
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row="0"]') !== null);
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement?.closest('[data-row="1"]') !== null);
  for (let pages = 0; pages < 3; pages += 1) {
    await page.keyboard.press('End');
    await page.waitForFunction(
      (least) => Number(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row']) >= least,
      [190, 390, 500][pages] ?? 0,
    );
    if (pages < 2) {
      await page.waitForFunction(
        (least) => (document.querySelector<HTMLElement>('[role=rowgroup]')?.offsetHeight ?? 0) > least * 40,
        [201, 401][pages] ?? 0,
      );
    }
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/_/links/**');
  await page.getByRole('heading', { name: 'Details' }).waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

test('why something was refused leads to Explain', async (t) => {
  if (!hasChromium(t)) return;
  browser ??= await startChromium();
  const opened = await openConsole(browser, fixture, wide, '/activity?tab=refusals');
  const { page } = opened;
  const row = page.getByRole('row').filter({ hasText: 'No uses left' });
  await row.getByRole('link', { name: /^lk_/ }).waitFor();
  await row.getByRole('link', { name: 'Why?' }).click();
  await page.getByRole('heading', { name: 'No uses left' }).waitFor();
  await page.getByText('The log does not store URLs.').waitFor();
  assert.deepEqual(opened.faults, []);
  await opened.close();
});

/** What strangers can put into the log, and where it is shown. */
const strangers: readonly (readonly [what: string, where: string, make: () => Promise<unknown>])[] = [
  [
    'a User-Agent',
    '/activity',
    async () => {
      const answer = await fetch(ids['manyUrl'] ?? '', { headers: { 'user-agent': `evil/1.0 ${attack}` } });
      await answer.arrayBuffer();
    },
  ],
  [
    'the name of an object',
    '/activity',
    async () => {
      await fixture.put('reports', encodeURIComponent(attack), 'x');
      const url = links(fixture.server, 'reports').presignGet(attack, { expiresIn: '1h' });
      assert.equal(await read(url), 200);
    },
  ],
  ['the note of a key', '/activity?tab=audit', () => Promise.resolve()],
  [
    'an access key that does not exist',
    '/activity?tab=refusals',
    () => {
      const credentials = { ...rootCredentials, accessKeyId: 'TG<script>alert(1)<' };
      const url = links(fixture.server, 'reports', credentials).presignGet('q3.pdf', { expiresIn: '1h' });
      return read(url);
    },
  ],
];

for (const [what, where, make] of strangers) {
  test(`SEC-505 markup in ${what} is text in ${where}`, async (t) => {
    if (!hasChromium(t)) return;
    browser ??= await startChromium();
    await make();
    const opened = await openConsole(browser, fixture, wide, where);
    const { page } = opened;
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      dialog.dismiss().catch(() => undefined);
    });
    await page.getByRole('row').nth(1).waitFor();
    if (what === 'the name of an object') await page.getByText(`reports/${attack}`).first().waitFor();
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.equal(dialogs, 0);
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
}
