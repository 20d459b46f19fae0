import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fingerprint } from '@tidegate/presign';
import { linkOf, noteOf } from '../src/stores/contract/links/link-subject.ts';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { links, rootCredentials } from './test-server.ts';

const dayMs = 86_400_000;

async function openFixture(toml: string): Promise<AdminFixture> {
  const fixture = await openAdminFixture({ toml });
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
  return fixture;
}

const shown = (url: string): string => fingerprint(url) ?? '';

async function statuses(url: string, times: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const answer = await fetch(url, { headers: { 'user-agent': 'ledger/1' } });
    await answer.text();
    all.push(answer.status);
  }
  return all;
}

test('LDG-80 ledger_days: a link and its events stay so long after its end, then its sums alone', async (t) => {
  const fixture = await openFixture('[links]\nledger_days = 2\n');
  t.after(() => fixture.server.stop());
  const { running } = fixture.server;
  const url = links(fixture.server, 'reports').presignGet('q3.pdf', { expiresIn: '1h', limits: { uses: 2 } });
  assert.deepEqual(await statuses(url, 3), [200, 200, 403]);
  const path = `/links/${shown(url)}`;
  assert.equal((await fixture.api('GET', path)).value.state, 'spent');
  const sweepAt = (afterMs: number): Promise<void> => running.links.sweep(Date.now() + afterMs);
  await sweepAt(2 * dayMs);
  assert.equal((await fixture.api('GET', path)).status, 200);
  // An hour's life, two days, and a minute.
  await sweepAt(2 * dayMs + 3_660_000);
  assert.equal((await fixture.api('GET', path)).status, 404);
  assert.deepEqual(
    (await fixture.api('GET', '/activity')).value.items.filter(({ link }: { link: string }) => link === shown(url)),
    [],
  );
  const { accessKeyId } = rootCredentials;
  const sum = { bucket: 'reports', accessKeyId, links: 1, uses: 2, bytes: { in: 0, out: 26 }, refused: 1 };
  const { day, ...rest } = (await fixture.api('GET', '/activity/days')).value.items[0];
  assert.deepEqual(rest, sum);
  assert.match(day, /T00:00:00\.000Z$/);
});

test('LDG-85 ADM-41 the sums of links that are gone are listed by day, bucket and key to who sees the keys', async (t) => {
  const fixture = await openFixture('');
  t.after(() => fixture.server.stop());
  const tenant = await fixture.makeKey({ owner: 'acme', role: 'owner' });
  const signer = await fixture.makeKey({ role: 'read' });
  const root = rootCredentials;
  const ledger = fixture.server.running.links;
  const seenMs = Date.parse('2026-03-04T05:06:07Z');
  for (const [name, { accessKeyId }, bucket, day] of [
    ['b', root, 'reports', 0],
    ['c', root, 'music', 0],
    ['d', signer, 'reports', 1],
    ['f', tenant, 'theirs', 1],
  ] as const) {
    const link = linkOf(name, { accessKeyId, bucket, expiresAtMs: seenMs });
    ledger.note(noteOf(link, seenMs + day * dayMs));
  }
  await ledger.flush();
  await ledger.sweep(seenMs + 60 * dayMs);
  const read = async (query: string, credentials = root) => {
    const { value } = await fixture.api('GET', `/activity/days${query}`, undefined, { credentials });
    const items: { day: string; bucket: string; accessKeyId: string; uses: number }[] = value.items;
    return { shown: items.map(({ day, bucket, uses }) => `${day.slice(0, 10)} ${bucket} ${uses}`), next: value.next };
  };
  const all = ['2026-03-05 theirs 1', '2026-03-05 reports 1', '2026-03-04 reports 1', '2026-03-04 music 1'];
  assert.deepEqual(await read(''), { shown: all, next: null });
  assert.deepEqual((await read('?from=2026-03-05T00:00:00Z')).shown, all.slice(0, 2));
  assert.deepEqual((await read('?to=2026-03-05T00:00:00Z&bucket=music')).shown, all.slice(3));
  assert.deepEqual((await read(`?accessKeyId=${signer.accessKeyId}`)).shown, all.slice(1, 2));
  const { shown: firstPage, next } = await read('?limit=3');
  assert.deepEqual([...firstPage, ...(await read(`?limit=3&cursor=${next}`)).shown], all);
  assert.deepEqual((await read('', signer)).shown, all.slice(1, 2));
  assert.deepEqual((await read('', tenant)).shown, all.slice(0, 1));
  assert.deepEqual((await read(`?accessKeyId=${root.accessKeyId}`, tenant)).shown, []);
});

test('LDG-81 ledger_max_links: past it unlimited links that ended become sums, and limited ones stay exact', async (t) => {
  const fixture = await openFixture('[links]\nledger_max_links = 1000\nledger_days = 3650\n');
  t.after(() => fixture.server.stop());
  const reports = links(fixture.server, 'reports');
  const limited = reports.presignGet('q3.pdf', { expiresIn: '7d', limits: { uses: 2 } });
  assert.deepEqual(await statuses(limited, 1), [200]);
  const many = Array.from({ length: 1_005 }, (_, n) => reports.presignGet('q3.pdf', { expiresIn: 60 + n }));
  for (let at = 0; at < many.length; at += 50) {
    await Promise.all(many.slice(at, at + 50).map((url) => statuses(url, 1)));
  }
  await fixture.server.running.links.flush();
  await fixture.server.running.links.sweep(Date.now() + dayMs);
  const database = new DatabaseSync(join(fixture.server.folder, 'meta.db'), { readOnly: true });
  const kept = database.prepare('SELECT count(*) AS n FROM links').get()?.['n'];
  const folded = database.prepare('SELECT sum(links) AS n, sum(uses) AS uses FROM link_days').get();
  database.close();
  assert.equal(kept, 1_000);
  assert.deepEqual({ ...folded }, { n: 6, uses: 6 });
  assert.deepEqual(await statuses(limited, 2), [200, 403]);
});

for (const [policy, kept] of [
  ['full', '127.0.0.1'],
  ['prefix', '127.0.0.0/24'],
  ['none', ''],
] as const) {
  test(`LNK-38 client_address = "${policy}": an address is kept as ${JSON.stringify(kept)}, nowhere more, and still counts as a client`, async (t) => {
    const fixture = await openFixture(`[links]\nclient_address = "${policy}"\n`);
    t.after(() => fixture.server.stop());
    const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { clients: 1 } });
    assert.deepEqual(await statuses(url, 2), [200, 200]);
    const link = (await fixture.api('GET', `/links/${shown(url)}`)).value;
    assert.equal(link.clients, 1);
    const events = (await fixture.api('GET', `/links/${shown(url)}/events`)).value.items;
    assert.ok(events.length > 0);
    for (const { client } of events) assert.equal(client.address, kept);
    const clients = (await fixture.api('GET', `/links/${shown(url)}/clients`)).value.items;
    assert.deepEqual(
      clients.map(({ address }: { address: string }) => address),
      [kept],
    );
  });
}

test('LNK-38 ledger = false: limits and revocations hold, and nothing is written down of uses', async (t) => {
  const fixture = await openFixture('[links]\nledger = false\n');
  t.after(() => fixture.server.stop());
  const url = links(fixture.server, 'reports').presignGet('q3.pdf', { limits: { uses: 1 } });
  assert.deepEqual(await statuses(url, 2), [200, 403]);
  assert.deepEqual(
    (await fixture.api('GET', '/activity')).value.items.filter(({ type }: { type: string }) => type === 'link.used'),
    [],
  );
  const other = links(fixture.server, 'reports').presignGet('q3.pdf');
  assert.deepEqual(await statuses(other, 1), [200]);
  assert.equal((await fixture.api('GET', `/links/${shown(other)}`)).status, 404);
  assert.equal((await fixture.api('POST', '/revocations', { match: { url: other } })).status, 200);
  assert.deepEqual(await statuses(other, 1), [403]);
});
