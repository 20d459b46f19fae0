import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Ask, element, elements, type Fixture, openFixture } from './fixture.ts';

let fixture: Fixture;
before(async () => {
  fixture = await openFixture();
  assert.equal((await ask('PUT /tags')).status, 200);
  const locked = await ask('PUT /locked', { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } });
  assert.equal(locked.status, 200, locked.text);
});
after(() => fixture.close());

const ask = (line: string, sent?: Ask) => fixture.ask(fixture.root, line, sent);
const tagging = (...tags: readonly (readonly [string, string])[]) =>
  `<Tagging><TagSet>${tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`;
const retention = (mode: string, until: string) =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
const hold = (word: string) => `<LegalHold><Status>${word}</Status></LegalHold>`;
const bypass = { 'x-amz-bypass-governance-retention': 'true' };

test('STO-111 tags come by header, document, form and copy, are counted, and go again', async () => {
  await ask('PUT /tags/k', { headers: { 'x-amz-tagging': 'b=2&a=1%20x' }, body: 'v' });
  const read = await ask('GET /tags/k?tagging');
  assert.deepEqual(
    [elements(read.text, 'Key'), elements(read.text, 'Value')],
    [
      ['a', 'b'],
      ['1 x', '2'],
    ],
  );
  assert.equal((await ask('HEAD /tags/k')).headers['x-amz-tagging-count'], '2');
  await ask('PUT /tags/copy', { headers: { 'x-amz-copy-source': '/tags/k' } });
  assert.deepEqual(elements((await ask('GET /tags/copy?tagging')).text, 'Key'), ['a', 'b']);
  const replaced = { 'x-amz-copy-source': '/tags/k', 'x-amz-tagging-directive': 'REPLACE', 'x-amz-tagging': 'c=3' };
  await ask('PUT /tags/copy', { headers: replaced });
  assert.deepEqual(elements((await ask('GET /tags/copy?tagging')).text, 'Key'), ['c']);
  assert.equal((await ask('PUT /tags/k?tagging', { body: tagging(['d', '4']) })).status, 200);
  assert.deepEqual(elements((await ask('GET /tags/k?tagging')).text, 'Key'), ['d']);
  assert.equal((await ask('DELETE /tags/k?tagging')).status, 204);
  assert.deepEqual(elements((await ask('GET /tags/k?tagging')).text, 'Key'), []);
  assert.equal(
    (await fixture.post(fixture.root, 'tags', { key: 'form', tagging: tagging(['f', '5']) }, 'v')).status,
    204,
  );
  assert.deepEqual(elements((await ask('GET /tags/form?tagging')).text, 'Value'), ['5']);
});

test('STO-111 an upload in parts carries its tags to the object', async () => {
  const begun = await ask('POST /tags/parts?uploads', { headers: { 'x-amz-tagging': 'p=1' } });
  const id = element(begun.text, 'UploadId');
  const part = await ask(`PUT /tags/parts?partNumber=1&uploadId=${id}`, { body: 'v' });
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers['etag']}</ETag></Part></CompleteMultipartUpload>`;
  assert.equal((await ask(`POST /tags/parts?uploadId=${id}`, { body })).status, 200);
  assert.deepEqual(elements((await ask('GET /tags/parts?tagging')).text, 'Key'), ['p']);
});

test('SEC-414 tags that are too many, too long, twice or of AWS are refused', async () => {
  await ask('PUT /tags/bad', { body: 'v' });
  const eleven = Array.from({ length: 11 }, (_, at) => [`k${at}`, 'v'] as const);
  for (const body of [
    tagging(...eleven),
    tagging(['k'.repeat(129), 'v']),
    tagging(['k', 'v'.repeat(257)]),
    tagging(['k', '1'], ['k', '2']),
    tagging(['aws:x', '1']),
  ]) {
    assert.equal((await ask('PUT /tags/bad?tagging', { body })).code, 'InvalidTag', body);
  }
});

test('a bucket has tags of its own', async () => {
  assert.equal((await ask('GET /tags?tagging')).code, 'NoSuchTagSet');
  assert.equal((await ask('PUT /tags?tagging', { body: tagging(['team', 'a']) })).status, 204);
  assert.equal(element((await ask('GET /tags?tagging')).text, 'Value'), 'a');
  assert.equal((await ask('DELETE /tags?tagging')).status, 204);
  assert.equal((await ask('GET /tags?tagging')).status, 404);
});

test('SEC-317 STO-121 STO-122 a governed version stays but for a bypass; its retention may grow alone', async () => {
  const headers = {
    'x-amz-object-lock-mode': 'GOVERNANCE',
    'x-amz-object-lock-retain-until-date': '2098-01-01T00:00:00Z',
  };
  const made = await ask('PUT /locked/k', { headers, body: 'v' });
  const line = `/locked/k?versionId=${made.headers['x-amz-version-id']}`;
  const read = await ask('HEAD /locked/k');
  assert.equal(read.headers['x-amz-object-lock-mode'], 'GOVERNANCE');
  assert.equal((await ask(`DELETE ${line}`)).code, 'AccessDenied');
  assert.equal(
    (await ask('PUT /locked/k?retention', { body: retention('GOVERNANCE', '2097-01-01T00:00:00Z') })).code,
    'AccessDenied',
  );
  assert.equal(
    (await ask('PUT /locked/k?retention', { body: retention('GOVERNANCE', '2099-01-01T00:00:00Z') })).status,
    200,
  );
  assert.equal(element((await ask('GET /locked/k?retention')).text, 'RetainUntilDate'), '2099-01-01T00:00:00.000Z');
  const writer = await fixture.makeKey({ owner: 'root', role: 'write' });
  assert.equal((await fixture.ask(writer, `DELETE ${line}`, { headers: bypass })).code, 'AccessDenied');
  assert.equal((await ask(`DELETE ${line}`, { headers: bypass })).status, 204);
});

test('SEC-317 STO-121 STO-123 nobody removes what is under COMPLIANCE or a legal hold', async () => {
  const made = await ask('PUT /locked/c', { body: 'v' });
  const id = made.headers['x-amz-version-id'];
  assert.equal((await ask('GET /locked/c?legal-hold')).code, 'NoSuchObjectLockConfiguration');
  assert.equal((await ask('PUT /locked/c?legal-hold', { body: hold('ON') })).status, 200);
  assert.equal((await ask(`DELETE /locked/c?versionId=${id}`, { headers: bypass })).code, 'AccessDenied');
  const many = `<Delete><Object><Key>c</Key><VersionId>${id}</VersionId></Object></Delete>`;
  const listed = await ask('POST /locked?delete', { body: many, headers: bypass });
  assert.equal(element(listed.text, 'Code'), 'AccessDenied');
  assert.equal((await ask('PUT /locked/c?legal-hold', { body: hold('OFF') })).status, 200);
  await ask('PUT /locked/c?retention', { body: retention('COMPLIANCE', '2099-01-01T00:00:00Z') });
  assert.equal((await ask(`DELETE /locked/c?versionId=${id}`, { headers: bypass })).code, 'AccessDenied');
  const weaker = { body: retention('GOVERNANCE', '2099-01-01T00:00:00Z'), headers: bypass };
  assert.equal((await ask('PUT /locked/c?retention', weaker)).code, 'AccessDenied');
  assert.equal((await ask('DELETE /locked/c')).headers['x-amz-delete-marker'], 'true');
});

test('STO-110 STO-120 STO-124 default retention, and what a bucket without object lock refuses', async () => {
  const configuration = (inner: string) =>
    `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode>${inner}</DefaultRetention></Rule></ObjectLockConfiguration>`;
  assert.equal(
    (await ask('PUT /locked?object-lock', { body: configuration('<Days>0</Days>') })).code,
    'InvalidRetentionPeriod',
  );
  assert.equal(
    (await ask('PUT /locked?object-lock', { body: configuration('<Days>1</Days><Years>1</Years>') })).code,
    'MalformedXML',
  );
  assert.equal((await ask('PUT /locked?object-lock', { body: configuration('<Days>1</Days>') })).status, 200);
  assert.equal(element((await ask('GET /locked?object-lock')).text, 'Days'), '1');
  await ask('PUT /locked/d', { body: 'v' });
  assert.equal((await ask('HEAD /locked/d')).headers['x-amz-object-lock-mode'], 'GOVERNANCE');
  const suspended = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
  assert.equal((await ask('PUT /locked?versioning', { body: suspended })).code, 'InvalidBucketState');
  assert.equal(
    (await ask('PUT /tags?object-lock', { body: configuration('<Days>1</Days>') })).code,
    'InvalidBucketState',
  );
  assert.equal((await ask('GET /tags?object-lock')).code, 'ObjectLockConfigurationNotFoundError');
  await ask('PUT /tags/l', { body: 'v' });
  assert.equal((await ask('PUT /tags/l?legal-hold', { body: hold('ON') })).code, 'InvalidRequest');
  assert.equal((await ask('GET /tags/l?retention')).code, 'InvalidRequest');
  const past = { body: retention('GOVERNANCE', '2020-01-01T00:00:00Z') };
  assert.equal((await ask('PUT /locked/d?retention', past)).code, 'InvalidArgument');
});
