import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fingerprint } from '@tidegate/presign';
import { type AdminFixture, openAdminFixture } from './admin-fixture.ts';
import { links, rootCredentials } from './test-server.ts';

let fixture: AdminFixture;
let tenant: typeof rootCredentials;
let signer: typeof rootCredentials;

before(async () => {
  fixture = await openAdminFixture();
  await fixture.putObject('reports', 'q3.pdf', 'third quarter');
  tenant = await fixture.makeKey({ owner: 'tenant' });
  signer = await fixture.makeKey({ owner: 'root', role: 'read' });
});
after(() => fixture.server.stop());

const shown = (url: string): string => fingerprint(url) ?? '';

async function makeUsed(
  key: string,
  limits: Parameters<ReturnType<typeof links>['presignGet']>[1],
  credentials = rootCredentials,
) {
  const url = links(fixture.server, 'reports', credentials).presignGet(key, limits);
  await (await fetch(url)).text();
  return url;
}

test('ADM-2 ADM-5 a used link is in the ledger, found by its name, and its URL is nowhere', async () => {
  const url = await makeUsed('q3.pdf', { limits: { uses: 3, id: 'invoice-8812' } });
  const listed = await fixture.api('GET', '/links?label=invoice-8812');
  assert.equal(listed.status, 200);
  const [link] = listed.value.items;
  assert.equal(link.id, shown(url));
  assert.deepEqual(link.uses, { count: 1, limit: 3, left: 2, open: link.uses.open });
  assert.equal(link.state, 'active');
  assert.equal(link.bytes.out, 13);
  assert.equal(link.signer.accessKeyId, rootCredentials.accessKeyId);
  assert.ok(!listed.text.includes(new URL(url).searchParams.get('X-Amz-Signature') ?? '-'));
  const one = await fixture.api('GET', `/links/${shown(url)}`);
  assert.deepEqual(one.value, link);
  assert.match(one.headers.get('etag') ?? '', /^"[\w-]{22}"$/);
  assert.equal((await fixture.api('GET', '/links/lk_aaaaaaaaaaaaaaaa')).status, 404);
});

test('ADM-2 another account sees no link of this one, a key of another role its own alone', async () => {
  const mine = await makeUsed('q3.pdf', {}, signer);
  const roots = await makeUsed('q3.pdf', { limits: { uses: 2 } });
  for (const credentials of [tenant, signer]) {
    const listed = await fixture.api('GET', '/links', undefined, { credentials });
    assert.equal(listed.status, 200, listed.text);
    assert.deepEqual(
      listed.value.items.map(({ id }: { id: string }) => id),
      credentials === signer ? [shown(mine)] : [],
    );
    assert.equal((await fixture.api('GET', `/links/${shown(roots)}`, undefined, { credentials })).status, 404);
    const activity = await fixture.api('GET', '/activity', undefined, { credentials });
    assert.ok(!activity.text.includes(shown(roots)));
  }
  assert.equal((await fixture.api('GET', `/links/${shown(mine)}`, undefined, { credentials: signer })).status, 200);
  for (const path of ['/keys', '/audit', '/refusals', '/buckets', '/settings', '/server']) {
    assert.equal((await fixture.api('GET', path, undefined, { credentials: signer })).status, 403, path);
  }
});

test('ADM-2 an owner that reaches one bucket alone sees what it signed itself', async () => {
  const bounded = await fixture.makeKey({ owner: 'root', buckets: ['reports'] });
  await makeUsed('q3.pdf', { limits: { uses: 9 } });
  const mine = await makeUsed('q3.pdf', { limits: { uses: 8 } }, bounded);
  const listed = await fixture.api('GET', '/links', undefined, { credentials: bounded });
  assert.deepEqual(
    listed.value.items.map(({ id }: { id: string }) => id),
    [shown(mine)],
  );
});

test('ADM-5 lists page through everything once, in the order asked for', async () => {
  for (let n = 0; n < 7; n += 1) await makeUsed('q3.pdf', { limits: { uses: 5, id: `page-${n}` } });
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = await fixture.api('GET', `/links?label=page-*&limit=3&sort=firstSeen${cursor}`);
    assert.equal(page.status, 200, page.text);
    seen.push(...page.value.items.map(({ label }: { label: string }) => label));
    cursor = page.value.next === null ? '' : `&cursor=${encodeURIComponent(page.value.next)}`;
  } while (cursor !== '');
  assert.equal(new Set(seen).size, 7);
  assert.equal(seen.length, 7);
  const none = await fixture.api('GET', '/links?label=page-*&state=spent,revoked');
  assert.deepEqual(none.value.items, []);
});

for (const [query, pattern] of [
  ['limit=0', /limit/],
  ['limit=1001', /from 1 to 1000/],
  ['limit=5&limit=6', /more than once/],
  ['sort=size', /lastSeen, -lastSeen/],
  ['state=open', /is not of active/],
  ['stat=active', /Did you mean \\"state\\"/],
  ['seenFrom=yesterday', /seenFrom/],
  ['cursor=%00', /cursor/],
] as const) {
  test(`ADM-4 ADM-5 a list is not asked for with ${query}: 400`, async () => {
    const refused = await fixture.api('GET', `/links?${query}`);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, pattern);
  });
}

test('ADM-13 a link is registered by its URL before its first use; a damaged one is not', async () => {
  const governed = await fixture.makeKey({ owner: 'root', governance: { registeredOnly: true } });
  const url = links(fixture.server, 'reports', governed).presignGet('q3.pdf');
  assert.equal((await fetch(url)).status, 403);
  const made = await fixture.api('POST', '/links', { url, note: 'for Anna' }, { credentials: governed });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.value.id, shown(url));
  assert.equal(made.value.registered, true);
  assert.equal(made.value.note, 'for Anna');
  assert.equal((await fetch(url)).status, 200);
  const damaged = await fixture.api('POST', '/links', { url: url.replace('q3.pdf', 'q4.pdf') });
  assert.equal(damaged.status, 400);
  assert.equal(damaged.value.code, 'LinkNotVerified');
  assert.equal((await fixture.api('POST', '/links', { url }, { credentials: tenant })).status, 403);
  assert.equal((await fixture.api('POST', '/links', { url: 'https://example.com/x' })).value.reason, 'NotSigned');
});

test('ADM-14 a link is made on the server with the key of the caller, works, and is known', async () => {
  const made = await fixture.api('POST', '/links/presign', {
    bucket: 'reports',
    key: 'q3.pdf',
    expiresIn: '10m',
    limits: { uses: 2 },
    response: { download: 'Q3.pdf' },
    note: 'from the API',
  });
  assert.equal(made.status, 200, made.text);
  const got = await fetch(made.value.url);
  assert.equal(await got.text(), 'third quarter');
  assert.match(got.headers.get('content-disposition') ?? '', /Q3\.pdf/);
  const link = (await fixture.api('GET', `/links/${made.value.link.id}`)).value;
  assert.equal(link.registered, true);
  assert.equal(link.uses.count, 1);
  const put = await fixture.api('POST', '/links/presign', {
    method: 'PUT',
    bucket: 'reports',
    key: 'in.csv',
    type: 'text/csv',
  });
  assert.deepEqual(put.value.headers, { 'content-type': 'text/csv' });
  assert.equal((await fetch(put.value.url, { method: 'PUT', headers: put.value.headers, body: 'a,b' })).status, 200);
  const wrong = await fixture.api('POST', '/links/presign', { bucket: 'reports', key: 'x', limits: { uses: 0 } });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /uses/);
  assert.equal(
    (await fixture.api('POST', '/links/presign', { bucket: 'reports', key: 'x', expiresIn: '8d' })).status,
    400,
  );
});

test('ADM-12 ADM-7 a link is narrowed and never widened, and If-Match sees that it was changed', async () => {
  const url = await makeUsed('q3.pdf', { expiresIn: '2h', limits: { uses: 5 } });
  const path = `/links/${shown(url)}`;
  const etag = (await fixture.api('GET', path)).headers.get('etag') ?? '';
  assert.equal((await fixture.api('PATCH', path, { uses: 9 })).status, 400);
  assert.equal((await fixture.api('PATCH', path, { expiresIn: '3h' })).status, 400);
  assert.equal((await fixture.api('PATCH', path, { ip: ['everywhere'] })).status, 400);
  const narrowed = await fixture.api('PATCH', path, { uses: 2 }, { headers: { 'if-match': etag } });
  assert.equal(narrowed.status, 200, narrowed.text);
  assert.deepEqual(narrowed.value.tightened, { uses: 2 });
  assert.equal(narrowed.value.uses.limit, 2);
  assert.notEqual(narrowed.headers.get('etag'), etag);
  const late = await fixture.api('PATCH', path, { uses: 1 }, { headers: { 'if-match': etag } });
  assert.equal(late.status, 412);
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(url)).status, 403);
  const both = await fixture.api('PATCH', path, { ip: ['203.0.113.0/24'], expiresIn: '1h' });
  assert.deepEqual(both.value.tightened.ip, ['203.0.113.0/24']);
  assert.equal((await fixture.api('PATCH', path, { note: 'x' })).value.reason, 'FieldUnknown');
});

test('ADM-12 a link that was never used is narrowed by its URL, one whose signature does not hold or that is another is not', async () => {
  const bucket = links(fixture.server, 'reports');
  const url = bucket.presignGet('q3.pdf', { expiresIn: '2h', limits: { uses: 5 } });
  const path = `/links/${shown(url)}`;
  assert.equal((await fixture.api('PATCH', path, { uses: 1 })).status, 404);
  const other = bucket.presignGet('q3.pdf', { expiresIn: '2h', limits: { uses: 4 } });
  assert.equal((await fixture.api('PATCH', path, { url: other, uses: 1 })).status, 400);
  assert.equal(
    (await fixture.api('PATCH', path, { url: url.replace('q3', 'q4'), uses: 1 })).value.code,
    'LinkNotVerified',
  );
  assert.equal((await fixture.api('PATCH', path, { url, uses: 6 })).status, 400);
  const narrowed = await fixture.api('PATCH', path, { url, uses: 1 });
  assert.equal(narrowed.status, 200, narrowed.text);
  assert.deepEqual(narrowed.value.tightened, { uses: 1 });
  assert.equal((await fetch(url)).status, 200);
  assert.equal((await fetch(url)).status, 403);
  const early = bucket.presignGet('q3.pdf', { expiresIn: '2h', limits: { id: 'early' } });
  const ended = await fixture.api('PATCH', `/links/${shown(early)}`, {
    url: early,
    expiresAt: new Date(Date.now() - 1000).toISOString(),
  });
  assert.equal(ended.status, 200, ended.text);
  assert.match(await (await fetch(early)).text(), /LinkExpired/);
  const away = bucket.presignGet('q3.pdf', { expiresIn: '2h', limits: { id: 'away' } });
  await fixture.api('PATCH', `/links/${shown(away)}`, { url: away, ip: ['203.0.113.0/24', '2001:db8::/32'] });
  assert.match(await (await fetch(away)).text(), /LinkAddressNotAllowed/);
  for (const ip of ['999.1.1.1', '10.0.0.0/33', '1:2', ':']) {
    assert.equal((await fixture.api('PATCH', `/links/${shown(away)}`, { ip: [ip] })).status, 400, ip);
  }
});

test('ADM-12 narrowing by URL does not let in a link that its key wants registered, and is for who sees the signer', async () => {
  const strict = await fixture.makeKey({ role: 'read', governance: { registeredOnly: true } });
  const url = links(fixture.server, 'reports', strict).presignGet('q3.pdf', { limits: { uses: 3 } });
  assert.equal((await fixture.api('PATCH', `/links/${shown(url)}`, { url, uses: 1 })).status, 400);
  assert.match(await (await fetch(url)).text(), /LinkNotRegistered/);
  const mine = links(fixture.server, 'reports').presignGet('q3.pdf');
  const refused = await fixture.api('PATCH', `/links/${shown(mine)}`, { url: mine, uses: 1 }, { credentials: tenant });
  assert.equal(refused.status, 403);
  assert.equal((await fetch(mine)).status, 200);
});

test('ADM-3 the version that a link was signed for is told', async () => {
  const on = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  await fixture.server.signed('PUT', '/versions');
  await fixture.server.signed('PUT', '/versions?versioning', { body: on });
  const put = await fixture.server.signed('PUT', '/versions/k', { body: 'one' });
  const versionId = put.headers.get('x-amz-version-id') ?? '';
  const url = links(fixture.server, 'versions').presignGet('k', { versionId });
  assert.equal(await (await fetch(url)).text(), 'one');
  assert.equal((await fixture.api('GET', `/links/${shown(url)}`)).value.versionId, versionId);
  const current = links(fixture.server, 'versions').presignGet('k');
  await (await fetch(current)).text();
  assert.equal((await fixture.api('GET', `/links/${shown(current)}`)).value.versionId, null);
});

test('ADM-15 what happened with a link: events, clients, and a series', async () => {
  const url = await makeUsed('q3.pdf', { limits: { uses: 1, id: 'history' } });
  assert.equal((await fetch(url, { headers: { 'user-agent': 'late/1' } })).status, 403);
  const id = shown(url);
  const events = await fixture.api('GET', `/links/${id}/events`);
  assert.equal(events.status, 200, events.text);
  const types = events.value.items.map(({ type }: { type: string }) => type);
  for (const type of ['link.first-used', 'link.spent', 'link.refused']) assert.ok(types.includes(type), `${types}`);
  const refused = await fixture.api('GET', `/links/${id}/events?type=link.refused`);
  assert.deepEqual(
    refused.value.items.map(({ reason, link }: { reason: string; link: string }) => [reason, link]),
    [['LinkUsesSpent', id]],
  );
  const clients = await fixture.api('GET', `/links/${id}/clients`);
  assert.equal(clients.value.complete, true);
  assert.equal(clients.value.items[0].address, '127.0.0.1');
  assert.equal(clients.value.items[0].refused, 1);
  const series = await fixture.api('GET', `/links/${id}/series?step=1h`);
  assert.equal(
    series.value.points.reduce((sum: number, point: { refused: number }) => sum + point.refused, 0),
    1,
  );
  assert.equal((await fixture.api('GET', `/links/${id}/series?step=1s`)).status, 400);
  const activity = await fixture.api('GET', '/activity?type=link.refused');
  assert.ok(activity.value.items.some(({ link }: { link: string }) => link === id));
});

test('ADM-15 ADM-41 a use is counted once, of one link and of all; activity names what its link is for', async () => {
  const url = await makeUsed('q3.pdf', { limits: { uses: 2, id: 'counted-once' } });
  const id = shown(url);
  type Point = { used: number; refused: number };
  const usesIn = async (path: string, credentials = rootCredentials): Promise<number> => {
    const series = await fixture.api('GET', path, undefined, { credentials });
    assert.equal(series.status, 200, series.text);
    return series.value.points.reduce((sum: number, { used }: Point) => sum + used, 0);
  };
  const { uses } = (await fixture.api('GET', `/links/${id}`)).value;
  assert.equal(await usesIn(`/links/${id}/series`), uses.count);
  const clients = await fixture.api('GET', `/links/${id}/clients`);
  assert.equal(clients.value.items[0].requests, uses.count);
  assert.ok((await usesIn('/activity/series?step=1h')) >= uses.count);
  assert.equal(await usesIn('/activity/series', tenant), 0);
  const one = await fixture.api('GET', '/activity?type=link.used&limit=1');
  assert.equal(one.value.items.length, 1);
  assert.deepEqual(one.value.items[0].target, { bucket: 'reports', key: 'q3.pdf', isPrefix: false });
  assert.equal(one.value.items[0].signer, rootCredentials.accessKeyId);
  const { time } = one.value.items[0];
  const later = await fixture.api('GET', `/activity?from=${new Date(Date.parse(time) + 60_000).toISOString()}`);
  assert.deepEqual([later.value.items, later.value.next], [[], null]);
  const earlier = await fixture.api('GET', `/activity?to=${time}&type=link.used`);
  assert.ok(earlier.value.items.every((event: { time: string }) => event.time < time));
  const refused = await fixture.api('GET', '/activity?reason=LinkUsesSpent');
  assert.ok(refused.value.items.length > 0);
  assert.ok(refused.value.items.every(({ reason }: { reason: string }) => reason === 'LinkUsesSpent'));
});

test('ADM-41 refused requests without a link are counted by reason and key', async () => {
  const url = links(fixture.server, 'reports').presignGet('q3.pdf');
  await (await fetch(url.replace('q3.pdf', 'other.pdf'))).text();
  const grouped = await fixture.api('GET', '/refusals?group=reason,accessKeyId');
  assert.equal(grouped.status, 200, grouped.text);
  assert.ok(
    grouped.value.items.some((item: { accessKeyId: string }) => item.accessKeyId === rootCredentials.accessKeyId),
  );
  assert.deepEqual((await fixture.api('GET', '/refusals', undefined, { credentials: tenant })).value.items, []);
});

test('ADM-40 buckets of the account with what is in them', async () => {
  await fixture.putObject('counted', 'one', '12345');
  await fixture.putObject('counted', 'two', '123');
  const listed = await fixture.api('GET', '/buckets');
  assert.ok(listed.value.items.some(({ name }: { name: string }) => name === 'counted'));
  const usage = await fixture.api('GET', '/buckets/counted/usage');
  assert.deepEqual(usage.value, { bucket: 'counted', objects: 2, bytes: 8, openUploads: 0, complete: true });
  assert.deepEqual((await fixture.api('GET', '/buckets', undefined, { credentials: tenant })).value.items, []);
  assert.equal((await fixture.api('GET', '/buckets/counted/usage', undefined, { credentials: tenant })).status, 404);
});

test('ADM-10 one document says what a bucket was told, to those who see the bucket', async () => {
  await fixture.putObject('told', 'a.txt', 'one');
  const path = '/buckets/told/configuration';
  const { value: before } = await fixture.api('GET', path);
  assert.deepEqual(
    [before.versioning, before.objectLock, before.cors, before.policy, before.lifecycle, before.notifications],
    ['off', false, [], null, [], []],
  );
  const put = async (part: string, body: string): Promise<void> => {
    const answer = await fixture.server.signed('PUT', `/told?${part}`, { body });
    assert.ok(answer.ok, await answer.text());
  };
  const enabled = '<Status>Enabled</Status>';
  await put('versioning', `<VersioningConfiguration>${enabled}</VersioningConfiguration>`);
  await put(
    'cors',
    '<CORSConfiguration><CORSRule><AllowedOrigin>https://app.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  );
  await put(
    'lifecycle',
    `<LifecycleConfiguration><Rule><ID>old</ID>${enabled}<Filter><And><Prefix>logs/</Prefix><Tag><Key>keep</Key><Value>no</Value></Tag></And></Filter><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>`,
  );
  const { value: after } = await fixture.api('GET', path);
  assert.equal(after.versioning, 'enabled');
  assert.deepEqual(after.cors, [
    { id: null, origins: ['https://app.example.com'], methods: ['PUT'], headers: [], exposed: ['ETag'], maxAge: 60 },
  ]);
  const [rule] = after.lifecycle;
  assert.deepEqual(
    [rule.id, rule.enabled, rule.prefix, rule.tags, rule.expireDays, rule.abortUploadsDays],
    ['old', true, 'logs/', [{ name: 'keep', value: 'no' }], 30, null],
  );
  assert.equal((await fixture.api('GET', path, undefined, { credentials: tenant })).status, 404);
});
