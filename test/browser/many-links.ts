import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { rootCredentials, type TestServer } from '../../packages/server/test/test-server.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const dayMs = 86_400_000;
const batch = 2_000;

/** Puts links that were used once into the ledger of a server, without their requests. */
export async function noteLinks({ running, endpoint }: TestServer, count: number): Promise<void> {
  const nowMs = Date.now();
  const { host } = new URL(endpoint);
  const key = await running.keys.readKey(rootCredentials.accessKeyId);
  for (let n = 0; n < count; n += 1) {
    const digest = createHash('sha256').update(String(n)).digest();
    const id = `${Array.from(digest, (byte) => letters[byte & 31]).join('')}${'a'.repeat(20)}`;
    const atMs = nowMs - n * 1_000;
    running.links.note({
      link: {
        ...{ id, kind: 'link', accessKeyId: rootCredentials.accessKeyId, accountId: key?.record.account.id ?? '' },
        ...{ label: n % 10 === 0 ? `invoice-${n}` : undefined, method: 'GET', operation: 'GetObject' },
        ...{ bucket: `team-${n % 20}`, key: `reports/2026/${n}.pdf`, keyIsPrefix: false, versionId: undefined },
        ...{ signature: 'sigv4', host, signedAtMs: atMs - 60_000, expiresAtMs: nowMs + dayMs + n * 1_000 },
        ...{ limits: {}, sessionTokenHash: undefined },
      },
      ...{ limited: false, outcome: 'used', clientPrefix: '192.0.2.1', bytesIn: 0, bytesOut: 4_000 },
      event: {
        ...{ atMs, client: '192.0.2.1', userAgent: 'curl/8.14.1', method: 'GET', status: 200, bytes: 4_000 },
        ...{ durationMs: 2, reason: undefined, requestId: `R${n}` },
      },
    });
    if (n % batch === batch - 1) await running.links.flush();
  }
  await running.links.flush();
}

/** Waits until more links are there than so many. @returns how many: a page has as many as a slow machine finds in its time */
export async function moreLinksThan(page: Page, rows: number): Promise<number> {
  const found = await page.waitForFunction((known) => {
    // The list is as high as all the rows that were read.
    const list = document.querySelector('[aria-label="Ledger"] [role="rowgroup"]');
    const row = list?.querySelector('[data-row]');
    const count = Math.round((list?.clientHeight ?? 0) / Math.max(1, row?.getBoundingClientRect().height ?? 1));
    return row !== null && count > known ? count : undefined;
  }, rows);
  return (await found.jsonValue()) ?? 0;
}
