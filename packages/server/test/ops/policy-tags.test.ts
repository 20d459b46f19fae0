import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { elements, type Fixture, openFixture, presign, type TestKey, type Who } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

type Headers = Readonly<Record<string, string>>;
type Statement = Readonly<Record<string, unknown>>;
const everyone = { Effect: 'Allow', Principal: '*' };

let made = 0;
async function makeBucket(statements: readonly Statement[], headers: Headers = {}): Promise<string> {
  made += 1;
  const name = `policy-tags-${made}`;
  assert.equal((await fixture.ask(ada, `PUT /${name}`, { headers })).status, 200);
  const Resource = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
  const body = JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({ ...everyone, Resource, ...statement })),
  });
  const set = await fixture.ask(ada, `PUT /${name}?policy`, { body });
  assert.equal(set.status, 204, set.text);
  return name;
}
const status = async (who: Who, line: string, headers: Headers = {}) =>
  (await fixture.ask(who, line, { headers })).status;
const put = (bucket: string, key: string, tags: string, body = key) =>
  fixture.ask(ada, `PUT /${bucket}/${key}`, { headers: { 'x-amz-tagging': tags }, body });
const tagging = (name: string, value: string) => ({
  body: `<Tagging><TagSet><Tag><Key>${name}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`,
});
/** A URL that the key signs, opened by nobody in particular. */
const open = (key: TestKey, target: string, method = 'GET') =>
  fixture.ask('anonymous', `${method} ${presign(fixture.server.host, method, target, {}, key, 600)}`);

test('POL-7 s3:ExistingObjectTag opens what is tagged so, by presigned URL and by no signature, and closes with the tag', async () => {
  const condition = { StringEquals: { 's3:ExistingObjectTag/security': 'public' } };
  const name = await makeBucket([{ Action: ['s3:GetObject', 's3:GetObjectTagging'], Condition: condition }]);
  await put(name, 'open', 'security=public&x=y');
  await put(name, 'closed', 'security=private');
  await put(name, 'other', 'Security=public');
  for (const [key, expected] of [
    ['open', 200],
    ['closed', 403],
    ['other', 403],
    ['none', 403],
  ] as const) {
    assert.equal(await status('anonymous', `GET /${name}/${key}`), expected, key);
    assert.equal(await status(eve, `HEAD /${name}/${key}`), expected, key);
    assert.equal((await open(eve, `/${name}/${key}`)).status, expected, key);
    assert.equal((await open(eve, `/${name}/${key}?tagging`)).status, expected, key);
    assert.equal(await status(eve, `PUT /${name}/to`, { 'x-amz-copy-source': `${name}/${key}` }), 403);
  }
  assert.equal((await fixture.ask(ada, `PUT /${name}/open?tagging`, tagging('security', 'private'))).status, 200);
  assert.equal(await status('anonymous', `GET /${name}/open`), 403);
  assert.equal(await status(ada, `GET /${name}/open`), 200);
});

test('POL-7 a Deny by tag closes even presigned URLs of the bucket’s owner, version by version', async () => {
  const condition = { StringEquals: { 's3:ExistingObjectTag/state': 'quarantine' } };
  const name = await makeBucket([{ Effect: 'Deny', Action: 's3:GetObject*', Condition: condition }]);
  const on = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  await fixture.ask(ada, `PUT /${name}?versioning`, { body: on });
  const bad = (await put(name, 'k', 'state=quarantine', 'bad')).headers['x-amz-version-id'];
  const good = (await put(name, 'k', 'state=clean', 'good')).headers['x-amz-version-id'];
  assert.equal((await open(ada, `/${name}/k`)).text, 'good');
  assert.equal((await open(ada, `/${name}/k?versionId=${good}`)).text, 'good');
  assert.equal((await open(ada, `/${name}/k?versionId=${bad}`)).code, 'AccessDenied');
  assert.equal(await status(ada, `PUT /${name}/to`, { 'x-amz-copy-source': `${name}/k?versionId=${bad}` }), 403);
  assert.equal(await status(ada, `PUT /${name}/to`, { 'x-amz-copy-source': `${name}/k` }), 200);
  // As on AWS, writing and deleting are not bound by the tags that are there.
  const closed = await makeBucket([{ Action: ['s3:PutObject', 's3:DeleteObject'], Condition: condition }]);
  await put(closed, 'k', 'state=quarantine');
  assert.deepEqual([await status(eve, `PUT /${closed}/k`), await status(eve, `DELETE /${closed}/k`)], [403, 403]);
  await fixture.ask(ada, `PUT /${name}/k?tagging`, tagging('state', 'quarantine'));
  assert.equal((await open(ada, `/${name}/k`)).code, 'AccessDenied');
});

test('POL-8 s3:RequestObjectTag binds the tags of a write, whatever it comes by', async () => {
  const condition = {
    StringEquals: { 's3:RequestObjectTag/team': 'red' },
    'ForAllValues:StringLike': { 's3:RequestObjectTagKeys': ['team', 'note-*'] },
  };
  const name = await makeBucket([{ Action: ['s3:PutObject', 's3:PutObjectTagging'], Condition: condition }]);
  await put(name, 'there', '');
  for (const [tags, expected] of [
    ['team=red', 200],
    ['team=red&note-1=x', 200],
    ['team=blue', 403],
    ['Team=red', 403],
    ['team=red&other=x', 403],
    [undefined, 403],
  ] as const) {
    const headers: Headers = tags === undefined ? {} : { 'x-amz-tagging': tags };
    assert.equal(await status(eve, `PUT /${name}/put`, headers), expected, tags);
    assert.equal(await status(eve, `POST /${name}/parts?uploads`, headers), expected, tags);
    const document = (tags ?? '').split('&').map((pair) => pair.split('='));
    const set = document.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('');
    const body = `<Tagging><TagSet>${tags === undefined ? '' : set}</TagSet></Tagging>`;
    assert.equal((await fixture.ask(eve, `PUT /${name}/there?tagging`, { body })).status, expected, tags);
    const fields: Headers = tags === undefined ? { key: 'form' } : { key: 'form', tagging: body };
    assert.equal((await fixture.post(eve, name, fields, 'v')).status, expected === 200 ? 204 : expected, tags);
  }
  assert.deepEqual(elements((await fixture.ask(ada, `GET /${name}/there?tagging`)).text, 'Value'), ['red', 'x']);
  assert.equal(await status('anonymous', `GET /${name}/there`), 403);
  // The body of who may set no tags at all is not looked at.
  const closed = await makeBucket([{ Action: 's3:GetObject' }]);
  await put(closed, 'k', '');
  assert.equal((await fixture.ask(eve, `PUT /${closed}/k?tagging`, { body: '<' })).code, 'AccessDenied');
});

test('POL-8 a copy brings the tags of its header only where they replace those of its source', async () => {
  const condition = { StringEquals: { 's3:RequestObjectTag/team': 'red' } };
  const name = await makeBucket([
    { Action: ['s3:PutObject', 's3:PutObjectTagging'], Condition: condition },
    { Action: 's3:GetObject' },
  ]);
  await put(name, 'source', 'team=blue');
  const source = { 'x-amz-copy-source': `${name}/source`, 'x-amz-tagging': 'team=red' };
  assert.equal(await status(eve, `PUT /${name}/copy`, source), 403);
  assert.equal(await status(eve, `PUT /${name}/copy`, { ...source, 'x-amz-tagging-directive': 'COPY' }), 403);
  assert.equal(await status(eve, `PUT /${name}/copy`, { ...source, 'x-amz-tagging-directive': 'REPLACE' }), 200);
});

test('POL-8 s3:object-lock-… bind the lock of a write, a form, and of what is set later', async () => {
  const name = await makeBucket(
    [
      {
        Effect: 'Deny',
        Action: ['s3:PutObject', 's3:PutObjectRetention'],
        Condition: { NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '10' } },
      },
      {
        Effect: 'Deny',
        Action: ['s3:PutObject', 's3:PutObjectLegalHold'],
        Condition: { StringEquals: { 's3:object-lock-legal-hold': 'ON' } },
      },
      {
        Effect: 'Deny',
        Action: ['s3:PutObject', 's3:PutObjectRetention'],
        Condition: { StringEquals: { 's3:object-lock-mode': 'COMPLIANCE' } },
      },
    ],
    { 'x-amz-bucket-object-lock-enabled': 'true' },
  );
  const until = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const retention = (mode: string, days: number) => ({
    'x-amz-object-lock-mode': mode,
    'x-amz-object-lock-retain-until-date': until(days),
  });
  await fixture.ask(ada, `PUT /${name}/there`);
  for (const [mode, days, expected] of [
    ['GOVERNANCE', 9, 200],
    ['GOVERNANCE', 12, 403],
    ['COMPLIANCE', 1, 403],
  ] as const) {
    const headers = retention(mode, days);
    const what = `${mode} ${days}`;
    assert.equal(await status(ada, `PUT /${name}/put`, headers), expected, what);
    assert.equal(await status(ada, `POST /${name}/parts?uploads`, headers), expected, what);
    assert.equal(
      (await fixture.post(ada, name, { key: 'form', ...headers }, 'v')).status,
      expected === 200 ? 204 : 403,
      what,
    );
    const body = `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until(days)}</RetainUntilDate></Retention>`;
    assert.equal((await fixture.ask(ada, `PUT /${name}/there?retention`, { body })).status, expected, what);
  }
  const locked = await fixture.ask(ada, `HEAD /${name}/form`);
  assert.equal(locked.headers['x-amz-object-lock-mode'], 'GOVERNANCE');
  for (const [hold, expected] of [
    ['OFF', 200],
    ['ON', 403],
  ] as const) {
    assert.equal(await status(ada, `PUT /${name}/put`, { 'x-amz-object-lock-legal-hold': hold }), expected);
    const body = `<LegalHold><Status>${hold}</Status></LegalHold>`;
    assert.equal((await fixture.ask(ada, `PUT /${name}/there?legal-hold`, { body })).status, expected);
    assert.equal(
      (await fixture.post(ada, name, { key: 'form', 'x-amz-object-lock-legal-hold': hold }, 'v')).status,
      expected === 200 ? 204 : 403,
    );
  }
});

test('POL-3 what a presigned URL asks for is bound by its headers: grants, ACL, storage class, encryption', async () => {
  for (const [key, header, wanted, other] of [
    ['s3:x-amz-grant-full-control', 'x-amz-grant-full-control', `id=${ada.ownerId}`, `id="${ada.ownerId}"`],
    ['s3:x-amz-acl', 'x-amz-acl', 'bucket-owner-full-control', 'private'],
    ['s3:x-amz-storage-class', 'x-amz-storage-class', 'STANDARD', undefined],
  ] as const) {
    const name = await makeBucket([{ Action: 's3:PutObject', Condition: { StringEquals: { [key]: wanted } } }]);
    const puts = async (headers: Headers) => {
      const target = presign(fixture.server.host, 'PUT', `/${name}/k`, headers, eve, 600);
      return (await fixture.ask('anonymous', `PUT ${target}`, { headers })).status;
    };
    assert.equal(await puts({ [header]: wanted }), 200, key);
    assert.equal(await puts({}), 403, key);
    if (other !== undefined) assert.equal(await puts({ [header]: other }), 403, key);
  }
});

test('SEC-132 POL-3 who may list a prefix learns that a key below it is missing, and of no other', async () => {
  const name = await makeBucket([{ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': 'public/*' } } }]);
  assert.equal(await status(eve, `HEAD /${name}/public/none`), 404);
  assert.equal(await status(eve, `HEAD /${name}/private/none`), 403);
  assert.equal(await status(eve, `HEAD /${name}/private/none?prefix=public/`), 403);
});
