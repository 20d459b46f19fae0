import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fingerprint } from '@tidegate/presign';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { links } from './test-server.ts';

let fixture: AdminFixture;

before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
});
after(() => fixture.server.stop());

type Made = { readonly url: string; readonly id: string };

/** Links of one label, known to the ledger: every other one by its first use, the rest registered and never used. */
async function makeLinks(label: string, count: number): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let n = 0; n < count; n += 1) {
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { id: label, uses: 20 + n } });
    if (n % 2 === 0) await use(url);
    else assert.equal((await fixture.api('POST', '/links', { url })).status, 201);
    made.push({ url, id: fingerprint(url) ?? '' });
  }
  return made;
}

async function use(url: string): Promise<void> {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, await answer.text());
}

/** Every item of a list, page by page, with something done before each further page. */
async function walk(path: string, between: (seen: ReadonlySet<string>) => Promise<void>): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await fixture.api('GET', `${path}${cursor}`);
    assert.equal(page.status, 200, page.text);
    ids.push(...page.value.items.map(({ id }: { id: string }) => id));
    if (page.value.next === null) return ids;
    cursor = `&cursor=${encodeURIComponent(page.value.next)}`;
    await between(new Set(ids));
  }
}

for (const sort of ['', 'lastSeen', '-firstSeen', 'firstSeen', '-expires', 'expires', '-created', 'created']) {
  test(`LDG-52 links that are used and narrowed while one pages are listed once each, sorted by ${sort || 'default'}`, async () => {
    const label = `walk${sort === '' ? '' : `.${sort.replace('-', 'down-')}`}`;
    const made = await makeLinks(label, 40);
    const bySort = sort === '' ? '' : `&sort=${sort}`;
    const before = await walk(`/links?label=${label}&limit=7${bySort}`, () => Promise.resolve());
    assert.deepEqual(before.toSorted(), made.map(({ id }) => id).toSorted());
    let turn = 0;
    const ids = await walk(`/links?label=${label}&limit=7${bySort}`, async (seen) => {
      turn += 1;
      // Of those that were listed and of those that were not: each order moves.
      for (const { url, id } of made.filter((link, n) => n % 5 === turn % 5 || (turn === 1 && !seen.has(link.id)))) {
        await use(url);
        if (turn % 2 === 0) continue;
        const expiresAt = new Date(Date.now() + 800_000 - turn * 20_000).toISOString();
        assert.equal((await fixture.api('PATCH', `/links/${id}`, { expiresAt })).status, 200);
      }
      // What comes after the first page is not of this list.
      await use(links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { id: label, uses: 900 + turn } }));
    });
    assert.deepEqual(ids, before);
    const again = await walk(`/links?label=${label}&limit=100${bySort}`, () => Promise.resolve());
    assert.equal(again.length, 40 + turn);
  });
}
