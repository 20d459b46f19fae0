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
  await fixture.putObject('reports', 'inbox/a.txt', 'a');
  tenant = await fixture.makeKey({ owner: 'tenant' });
  signer = await fixture.makeKey({ owner: 'root', role: 'read' });
});
after(() => fixture.server.stop());

const shown = (url: string): string => fingerprint(url) ?? '';
const get = async (url: string) => {
  const answer = await fetch(url);
  return [answer.status, /<Reason>(\w+)/.exec(await answer.text())?.[1] ?? ''];
};
const link = (
  key = 'q3.pdf',
  options: Parameters<ReturnType<typeof links>['presignGet']>[1] = {},
  by = rootCredentials,
) => links(fixture.server, 'reports', by).presignGet(key, { limits: { uses: 100 }, ...options });
const revoke = (match: unknown, more: Readonly<Record<string, unknown>> = {}, credentials = rootCredentials) =>
  fixture.api('POST', '/revocations', { match, ...more }, { credentials });

test('ADM-31 ADM-34 a link that was never seen is taken back by its URL, and works again when that is undone', async () => {
  const url = link();
  const made = await revoke({ url }, { reason: 'wrong Anna' });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.value.verified, true);
  assert.deepEqual(made.value.match, { id: shown(url) });
  assert.equal(made.value.matched, 0);
  assert.equal(made.value.link, null);
  assert.equal(made.value.reason, 'wrong Anna');
  assert.deepEqual(await get(url), [403, 'LinkRevoked']);
  const listed = await fixture.api('GET', `/revocations?link=${shown(url)}`);
  assert.deepEqual(
    listed.value.items.map(({ id }: { id: string }) => id),
    [made.value.id],
  );
  assert.equal((await fixture.api('DELETE', `/revocations/${made.value.id}`)).status, 204);
  assert.deepEqual(await get(url), [200, '']);
  assert.equal((await fixture.api('DELETE', `/revocations/${made.value.id}`)).status, 204);
});

test('ADM-33 SEC-217 the answer says how many transfers were cut, and nothing of a trial run', async () => {
  const large = new Uint8Array(64 * 1024 ** 2);
  assert.equal((await fixture.server.signed('PUT', '/reports/large', { body: large })).status, 200);
  const slow = link('large', { limits: { id: 'slow', rate: '1MB' } });
  const running = await Promise.all([fetch(slow), fetch(slow)]);
  const stays = await fetch(link('large', { limits: { id: 'stays', rate: '1MB' } }));
  const match = { label: 'slow' };
  assert.equal((await revoke(match, { dryRun: true })).value.cut, 0);
  assert.equal((await revoke(match)).value.cut, 2);
  for (const answer of running) await assert.rejects(answer.arrayBuffer());
  assert.equal((await revoke(match)).value.cut, 0);
  await stays.body?.cancel();
});

test('ADM-36 LDG-31 what is taken back with others is covered to the end of its second, and the answer says from when on links work', async () => {
  const signed = (at: string) => link('q3.pdf', { at: new Date(at), limits: { id: 'seconds' } });
  const { value } = await revoke({ label: 'seconds' });
  const { before, worksFrom } = value;
  assert.equal(worksFrom, new Date(Math.floor(Date.parse(before) / 1000) * 1000 + 1000).toISOString());
  assert.deepEqual(await get(signed(before)), [403, 'LinkRevoked']);
  assert.deepEqual(await get(signed(worksFrom)), [200, '']);
  const first = new Date(Date.parse(worksFrom) - 1000).toISOString();
  assert.deepEqual(await get(signed(first)), [403, 'LinkRevoked']);
  assert.equal((await revoke({ url: signed(worksFrom) })).value.worksFrom, null);
});

test('ADM-20 a link that has ended, and one of SigV2, are named by their URLs too', async () => {
  const ended = link('q3.pdf', { at: new Date(Date.now() - 7_200_000), expiresIn: '1h' });
  assert.equal((await revoke({ url: ended })).status, 200);
  const { presignPut } = links(fixture.server, 'reports');
  const put = presignPut('new.bin', { limits: { uses: 2 } });
  const made = await revoke({ url: put.url });
  assert.deepEqual(made.value.match, { id: shown(put.url) });
  const refused = await fetch(put.url, { method: 'PUT', body: 'x' });
  assert.match(await refused.text(), /LinkRevoked/);
});

test('ADM-31 a damaged URL takes nothing back and says why; one with signed headers is taken at its word', async () => {
  const url = link();
  for (const broken of [
    url.replace('q3.pdf', 'q4.pdf'),
    url.slice(0, -3),
    'nonsense',
    `${fixture.server.endpoint}/reports/q3.pdf`,
  ]) {
    const refused = await revoke({ url: broken });
    assert.equal(refused.status, 400, broken);
    assert.equal(refused.value.code, 'LinkNotVerified');
    assert.equal(refused.value.field, 'url');
  }
  assert.deepEqual(await get(url), [200, '']);
  const put = links(fixture.server, 'reports').presignPut('typed.csv', { type: 'text/csv', limits: { uses: 2 } });
  const whole = await revoke({ url: put.url, headers: { 'Content-Type': 'text/csv' } }, { dryRun: true });
  assert.equal(whole.value.verified, true, whole.text);
  const word = await revoke({ url: put.url });
  assert.equal(word.status, 200, word.text);
  assert.equal(word.value.verified, false);
  const refused = await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'a' });
  assert.match(await refused.text(), /LinkRevoked/);
});

test('ADM-30 ADM-33 a label, an object, a prefix, a key: counted first, then taken back', async () => {
  const urls = [1, 2, 3].map((n) => link('inbox/a.txt', { limits: { uses: 10 + n, id: 'anna' } }));
  for (const url of urls) assert.deepEqual(await get(url), [200, '']);
  const counted = await revoke({ label: 'anna' }, { dryRun: true });
  assert.deepEqual([counted.value.id, counted.value.matched, counted.value.active], [null, 3, 3]);
  assert.deepEqual(await get(urls[0] ?? ''), [200, '']);
  assert.equal((await revoke({ label: 'anna' })).value.matched, 3);
  assert.deepEqual(await get(urls[0] ?? ''), [403, 'LinkRevoked']);

  const second = () => new Date(Date.now() - 1000);
  const unseen = link('inbox/a.txt', { at: second() });
  const below = await revoke({ bucket: 'reports', prefix: 'inbox/' });
  assert.equal(below.value.keptUntil, null);
  assert.deepEqual(await get(unseen), [403, 'LinkRevoked']);
  const other = await fixture.makeKey({ owner: 'root' });
  const ofOther = link('q3.pdf', { at: second() }, other);
  await revoke({ accessKeyId: other.accessKeyId });
  assert.deepEqual(await get(ofOther), [403, 'LinkRevoked']);
  const object = link('q3.pdf', { at: second() });
  const made = await revoke({ bucket: 'reports', key: 'q3.pdf' });
  assert.deepEqual(await get(object), [403, 'LinkRevoked']);
  await fixture.api('DELETE', `/revocations/${made.value.id}`);
});

test('ADM-30 nobody takes back what is not theirs', async () => {
  const url = link();
  for (const credentials of [tenant, signer]) {
    assert.equal((await revoke({ url }, {}, credentials)).status, 403);
    assert.equal((await revoke({ bucket: 'reports', prefix: '' }, {}, credentials)).status, 403);
    assert.ok((await revoke({ accessKeyId: rootCredentials.accessKeyId }, {}, credentials)).status >= 403);
    assert.ok(
      (await revoke({ label: 'anna', accessKeyId: rootCredentials.accessKeyId }, {}, credentials)).status >= 403,
    );
    assert.ok(
      (await revoke({ sessionToken: 'x', accessKeyId: 'TGTSAAAAAAAAAAAAAAAA' }, {}, credentials)).status >= 403,
    );
    assert.equal((await revoke({ id: shown(url) }, {}, credentials)).status, 404);
  }
  assert.deepEqual(await get(url), [200, '']);
  const own = link('q3.pdf', {}, signer);
  const made = await revoke({ url: own }, {}, signer);
  assert.equal(made.status, 200, made.text);
  assert.deepEqual(await get(own), [403, 'LinkRevoked']);
  assert.equal(
    (await fixture.api('DELETE', `/revocations/${made.value.id}`, undefined, { credentials: tenant })).status,
    403,
  );
  const seen = await fixture.api('GET', '/revocations', undefined, { credentials: signer });
  assert.deepEqual(
    seen.value.items.map(({ id }: { id: string }) => id),
    [made.value.id],
  );
  assert.equal(
    (await fixture.api('DELETE', `/revocations/${made.value.id}`, undefined, { credentials: signer })).status,
    204,
  );
  assert.deepEqual(await get(own), [200, '']);
});

test('ADM-32 one link is denied until its own end, many until seven days after where SigV2 is off', async () => {
  const strict = await openAdminFixture({ toml: 'sigv2 = "off"\n' });
  try {
    const before = new Date(Date.now() - 60_000).toISOString();
    const made = await strict.api('POST', '/revocations', { match: { bucket: 'reports', prefix: '' }, before });
    assert.equal(Date.parse(made.value.keptUntil) - Date.parse(before), 7 * 86_400_000 + 900_000);
  } finally {
    await strict.server.stop();
  }
  const url = link('q3.pdf', { expiresIn: '2h' });
  const one = await revoke({ url }, { dryRun: true, before: new Date(Date.now() + 60_000).toISOString() });
  const endsAt = Date.parse(one.value.keptUntil) - Date.now();
  assert.ok(endsAt > 7_100_000 && endsAt <= 7_200_000, one.value.keptUntil);
  assert.ok(Date.parse(one.value.before) <= Date.now());
});

for (const match of [
  {},
  { label: 'x', bucket: 'reports' },
  { bucket: 'reports' },
  { bucket: 'reports', key: 'a', prefix: 'b' },
  { bucket: 'UP', key: 'a' },
  { url: 'x', id: 'lk_a' },
]) {
  test(`ADM-4 ADM-30 a revocation of ${JSON.stringify(match)} is no match: 400`, async () => {
    const refused = await revoke(match);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, /match/);
  });
}

test('ADM-25 ADM-26 SEC-227 an owner is told everything, a stranger what the request itself tells', async () => {
  const moved = link().replace('127.0.0.1', 'localhost');
  const own = await fixture.api('POST', '/explain', { url: moved });
  assert.equal(own.status, 200, own.text);
  assert.equal(own.value.outcome, 'fails');
  assert.equal(own.value.cause.reason, 'HostChanged');
  assert.match(own.value.text, /signed for {2}127\.0\.0\.1/);
  for (const credentials of [tenant, signer]) {
    const strange = await fixture.api('POST', '/explain', { url: moved }, { credentials });
    assert.equal(strange.value.outcome, 'unknown', strange.text);
    assert.ok(!strange.text.includes('127.0.0.1'));
  }
  const ofSigner = link('q3.pdf', {}, signer).replace('127.0.0.1', 'localhost');
  const explained = await fixture.api('POST', '/explain', { url: ofSigner }, { credentials: signer });
  assert.equal(explained.value.cause.reason, 'HostChanged');
});

test('ADM-26 behind a signature that holds: taken back, spent, the object', async () => {
  const url = link('q3.pdf', { limits: { uses: 1 } });
  const check = (answer: { value: { checks: { name: string; outcome: string; text: string }[] } }, name: string) =>
    answer.value.checks.find((one) => one.name === name);
  const holds = await fixture.api('POST', '/explain', { url });
  assert.equal(holds.value.outcome, 'holds', holds.text);
  assert.equal(check(holds, 'revoked')?.outcome, 'pass');
  assert.match(check(holds, 'operation')?.text ?? '', /13 bytes/);
  assert.deepEqual(await get(url), [200, '']);
  const spent = await fixture.api('POST', '/explain', { url });
  assert.equal(spent.value.cause.reason, 'LinkUsesSpent', spent.text);
  assert.match(spent.value.text, /^✗ Fails: /);
  await revoke({ url });
  const revoked = await fixture.api('POST', '/explain', { url });
  assert.equal(revoked.value.cause.reason, 'LinkRevoked');
  const absent = await fixture.api('POST', '/explain', { url: link('nothing-here') });
  assert.equal(absent.value.cause.reason, 'NoSuchKey');
  const signature = new URL(url).searchParams.get('X-Amz-Signature') ?? '-';
  assert.ok(!revoked.text.includes(signature) && !fixture.server.logged().includes(signature));
});

test('ADM-26 behind a signature that holds: what the policy of the bucket says, and what its conditions leave open', async () => {
  const url = link('q3.pdf', { limits: { uses: 100, id: 'by-policy' } });
  const statement = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' };
  const explained = async (...statements: readonly object[]) => {
    const body = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    const put = await fixture.server.signed('PUT', '/reports?policy', { body });
    assert.equal(put.status, 204, await put.text());
    const { value } = await fixture.api('POST', '/explain', { url });
    const found = value.checks.find(({ name }: { name: string }) => name === 'bucketPolicy');
    return { outcome: value.outcome, title: value.cause?.title, found: [found.outcome, found.text] };
  };
  assert.deepEqual(await explained(statement), {
    outcome: 'fails',
    title: "The bucket's policy refuses it",
    found: ['fail', 'refuses it'],
  });
  assert.equal((await get(url))[0], 403);
  const elsewhere = { ...statement, Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } };
  assert.deepEqual((await explained(elsewhere)).found, ['unknown', 'its conditions are judged when it is used']);
  assert.deepEqual((await explained({ ...statement, Action: 's3:PutObject' })).found, ['pass', 'lets it in']);
  assert.equal((await fixture.server.signed('DELETE', '/reports?policy')).status, 204);
  const { value } = await fixture.api('POST', '/explain', { url });
  assert.doesNotMatch(value.text, /known to the server alone/);
});

test('ADM-27 a curl command and the XML of a refusal are explained as the URL that they stand for', async () => {
  const fresh = await fixture.makeKey({ owner: 'root' });
  const explain = (body: unknown) => fixture.api('POST', '/explain', body, { credentials: fresh });
  const put = links(fixture.server, 'reports').presignPut('in.csv', { type: 'text/csv' });
  const curl = `curl -fsS -X PUT -H 'Content-Type: text/csv' \\\n  -T in.csv '${put.url}'`;
  const held = await explain({ curl });
  assert.equal(held.status, 200, held.text);
  assert.equal(held.value.outcome, 'holds');
  const other = await explain({ curl: curl.replace('text/csv', 'text/plain') });
  assert.equal(other.value.outcome, 'fails');
  assert.deepEqual(
    other.value.cause,
    (await explain({ url: put.url, method: 'put', headers: { 'content-type': 'text/plain' } })).value.cause,
  );
  assert.equal((await explain({ curl, headers: { 'content-type': 'text/plain' } })).value.outcome, 'fails');
  const damaged = link('q3.pdf').replace('/reports/q3.pdf', '/reports/q4.pdf');
  const xml = await (await fetch(damaged)).text();
  assert.match(xml, /<CanonicalRequest>/);
  const byXml = await explain({ xml });
  assert.equal(byXml.value.outcome, 'fails', byXml.text);
  assert.equal(byXml.value.cause.reason, (await explain({ url: damaged })).value.cause.reason);
  for (const [body, why] of [
    [{}, /Say one of url, curl and xml/],
    [{ curl, url: put.url }, /Say one of url, curl and xml/],
    [{ curl: 'wget http://x' }, /not a curl command/],
    [{ xml: '<Other/>' }, /not an error of an S3 store/],
    [
      { xml: '<Error><Code>AccessDenied</Code><Reason>LinkExpired</Reason></Error>' },
      /LinkExpired.*does not carry the request/,
    ],
  ] as const) {
    const refused = await explain(body);
    assert.equal(refused.status, 400, refused.text);
    assert.match(refused.text, why);
  }
});

test('ADM-24 SEC-911 a key asks 30 times a minute, another key is not held back', async () => {
  const asker = await fixture.makeKey({ owner: 'root', role: 'read' });
  const ask = (credentials: typeof rootCredentials) =>
    fixture.api('POST', '/inspect', { url: 'https://example.com/' }, { credentials });
  for (let n = 0; n < 30; n += 1) assert.equal((await ask(asker)).status, 200);
  const refused = await ask(asker);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.equal((await ask(signer)).status, 200);
});
