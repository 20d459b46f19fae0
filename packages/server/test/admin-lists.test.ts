import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { adminEndpoints } from '../src/admin/index.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { links } from './test-server.ts';

let fixture: AdminFixture;
let share: string;

before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
  for (let n = 0; n < 5; n += 1) {
    await fixture.makeKey({ owner: 'root', note: `key ${n}` });
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { id: `l${n}`, uses: 3 } });
    assert.equal((await fetch(url)).status, 200);
    await fixture.api('PUT', `/keys/${fixture.server.credentials.accessKeyId}/policies/p${n}`, {
      limits: { uses: n + 1 },
    });
    await fixture.api('POST', '/revocations', { match: { bucket: 'reports', prefix: `old-${n}/` } });
    await fetch(`${fixture.server.endpoint}/reports/none-${n}`, { headers: { authorization: 'AWS x:y' } });
    await fixture.server.signed('PUT', `/bucket-${n}`);
  }
  const made = await fixture.api('POST', '/requests', { bucket: 'reports', prefix: 'in/' });
  share = made.value.id;
});
after(() => fixture.server.stop());

/** What of an answer names an item. */
const nameOf = (item: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    item['id'] ?? item['name'] ?? item['address'] ?? [item['reason'], item['bucket'], item['accessKeyId'], item['day']],
  );

const lists = adminEndpoints.filter(({ method, query }) => method === 'GET' && 'limit' in query.shape);

test('ADM-5 every list of the API takes limit and cursor, and its pages are the whole', async () => {
  const answered = adminEndpoints.filter(({ answer, method }) => {
    const shape: unknown = answer !== undefined && 'shape' in answer ? answer.shape : undefined;
    return method === 'GET' && typeof shape === 'object' && shape !== null && 'items' in shape;
  });
  assert.deepEqual(
    answered.map(({ path }) => path),
    lists.map(({ path }) => path),
  );
  const [link] = (await fixture.api('GET', '/links?label=l0')).value.items;
  let paged = 0;
  for (const { path } of lists) {
    const ids: Readonly<Record<string, string>> = {
      links: link.id,
      keys: fixture.server.credentials.accessKeyId,
      requests: share,
    };
    const id = ids[path.split('/')[1] ?? ''];
    if (path.includes('{') && id === undefined) continue;
    const target = path.replace('{id}', id ?? '');
    const whole = await fixture.api('GET', `${target}?limit=1000`);
    assert.equal(whole.status, 200, `${target}: ${whole.text}`);
    const names: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await fixture.api('GET', `${target}?limit=2${cursor}`);
      assert.equal(page.status, 200, `${target}: ${page.text}`);
      assert.ok(page.value.items.length <= 2, target);
      names.push(...page.value.items.map(nameOf));
      if (page.value.next === null) break;
      cursor = `&cursor=${encodeURIComponent(page.value.next)}`;
    }
    // What asks for pages leaves no trace in any of these lists.
    assert.deepEqual(names.toSorted(), whole.value.items.map(nameOf).toSorted(), target);
    if (names.length > 2) paged += 1;
    assert.equal((await fixture.api('GET', `${target}?limit=1001`)).status, 400, target);
  }
  assert.ok(paged >= 8, `${paged} lists had several pages`);
});

test('ADM-50 the ledger is told in numbers beside its first page: by state, unused, and how many there are of what is asked for', async () => {
  const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { id: 'fresh' } });
  assert.equal((await fixture.api('POST', '/links', { url })).status, 201);
  const listed = await fixture.api('GET', '/links?kind=link&limit=2&totals=true');
  const { at, ...totals } = listed.value.totals;
  assert.deepEqual(totals, { all: 6, active: 6, spent: 0, revoked: 0, expired: 0, unused: 1, ending: 6, matching: 6 });
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
  assert.equal((await fixture.api('GET', '/links?limit=2')).value.totals, undefined);
  const unused = await fixture.api('GET', '/links?kind=link&state=active&unused=true&totals=true');
  assert.deepEqual(
    unused.value.items.map(({ label, uses }: { label: string; uses: { count: number } }) => [label, uses.count]),
    [['fresh', 0]],
  );
  assert.deepEqual([unused.value.totals.matching, unused.value.totals.active], [1, 6]);
  const summary = await fixture.api('GET', '/summary');
  assert.deepEqual(
    [summary.value.active, summary.value.ending],
    [
      { count: 7, complete: true },
      { count: 6, complete: true },
    ],
  );
});

test('ADM-51 a key that asks for more at once than may wait is told to ask again', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const answer = await fixture.api('GET', '/summary');
      if (answer.status === 503) {
        assert.equal(answer.value.code, 'SlowDown');
        assert.equal(answer.headers.get('retry-after'), '1');
      }
      return answer.status;
    }),
  );
  assert.ok(
    statuses.every((status) => status === 200 || status === 503),
    statuses.join(),
  );
  assert.ok(statuses.filter((status) => status === 200).length >= 33, statuses.join());
});
