import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { element, elements, type Fixture, openFixture, type TestKey } from './fixture.ts';

let fixture: Fixture;
let ada: TestKey;
let eve: TestKey;
before(async () => {
  fixture = await openFixture();
  ada = await fixture.makeKey({ owner: 'ada' });
  eve = await fixture.makeKey({ owner: 'eve' });
});
after(() => fixture.close());

test('SIG-105 making a bucket answers its place, and making it again in us-east-1 answers 200 and makes it private again', async () => {
  const made = await fixture.ask(ada, 'PUT /again', { headers: { 'x-amz-acl': 'public-read' } });
  assert.deepEqual([made.status, made.headers['location']], [200, '/again']);
  await fixture.ask(ada, 'PUT /again/k', { body: 'v' });
  assert.equal((await fixture.ask('anonymous', 'GET /again')).status, 200);
  assert.equal((await fixture.ask(ada, 'PUT /again')).status, 200);
  assert.equal((await fixture.ask('anonymous', 'GET /again')).code, 'AccessDenied');
  assert.equal((await fixture.ask(ada, 'GET /again/k')).text, 'v');
});

test('SIG-105 a bucket of somebody else is BucketAlreadyExists, of one’s own in another region BucketAlreadyOwnedByYou', async () => {
  const region = (name: string) =>
    `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${name}</LocationConstraint></CreateBucketConfiguration>`;
  assert.equal((await fixture.ask(ada, 'PUT /mumbai', { body: region('ap-south-1') })).status, 200);
  const again = await fixture.ask(ada, 'PUT /mumbai', { body: region('ap-south-1') });
  assert.deepEqual([again.status, again.code], [409, 'BucketAlreadyOwnedByYou']);
  assert.equal((await fixture.ask(ada, 'PUT /mumbai')).code, 'BucketAlreadyOwnedByYou');
  const foreign = await fixture.ask(eve, 'PUT /mumbai');
  assert.deepEqual([foreign.status, foreign.code], [409, 'BucketAlreadyExists']);
  assert.equal(element((await fixture.ask(ada, 'GET /mumbai?location')).text, 'LocationConstraint'), 'ap-south-1');
  const head = await fixture.ask(ada, 'HEAD /mumbai');
  assert.deepEqual([head.status, head.headers['x-amz-bucket-region'], head.text], [200, 'ap-south-1', '']);
});

test('SIG-105 the location of a bucket in us-east-1 is empty, and EU is the old name of eu-west-1', async () => {
  await fixture.ask(ada, 'PUT /here');
  assert.match((await fixture.ask(ada, 'GET /here?location')).text, /<LocationConstraint xmlns="[^"]+"\/>/);
  const europe = '<CreateBucketConfiguration><LocationConstraint>EU</LocationConstraint></CreateBucketConfiguration>';
  await fixture.ask(ada, 'PUT /europe', { body: europe });
  assert.equal(element((await fixture.ask(ada, 'GET /europe?location')).text, 'LocationConstraint'), 'EU');
  assert.equal((await fixture.ask(ada, 'HEAD /europe')).headers['x-amz-bucket-region'], 'eu-west-1');
});

const badBodies: readonly (readonly [body: string, code: string])[] = [
  [
    '<CreateBucketConfiguration><LocationConstraint>no region!</LocationConstraint></CreateBucketConfiguration>',
    'InvalidLocationConstraint',
  ],
  [
    '<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>',
    'NotImplemented',
  ],
  [
    '<CreateBucketConfiguration><Location><Type>AvailabilityZone</Type></Location></CreateBucketConfiguration>',
    'NotImplemented',
  ],
  ['<CreateBucket/>', 'MalformedXML'],
  ['not xml', 'MalformedXML'],
  ['<!DOCTYPE x [<!ENTITY a "b">]><CreateBucketConfiguration/>', 'MalformedXML'],
];
for (const [body, code] of badBodies) {
  test(`SEC-411 a bucket with the document ${body.slice(0, 60)} is not made: ${code}`, async () => {
    assert.equal((await fixture.ask(ada, 'PUT /not-made', { body })).code, code);
    assert.equal((await fixture.ask(ada, 'HEAD /not-made')).status, 404);
  });
}

test('SEC-314 names that are no bucket names are refused', async () => {
  for (const name of ['_a', '..', 'a..b', '127.0.0.1', 'xn--a', 'Upper', 'ab', 'x'.repeat(64), '-a', 'a-']) {
    const { status, code } = await fixture.ask(ada, `PUT /${name}`);
    assert.deepEqual([status, code], [400, 'InvalidBucketName'], name);
  }
});

test('SEC-309 an account lists its own buckets, a limited key those it reaches', async () => {
  for (const name of ['list-a', 'list-b', 'list-c']) await fixture.ask(ada, `PUT /${name}`);
  await fixture.ask(eve, 'PUT /list-eve');
  const names = async (who: TestKey, query = '') => elements((await fixture.ask(who, `GET /${query}`)).text, 'Name');
  assert.deepEqual(await names(ada, '?prefix=list-'), ['list-a', 'list-b', 'list-c']);
  assert.ok(!(await names(ada)).includes('list-eve'));
  const limited = await fixture.makeKey({ owner: 'ada', buckets: ['list-b', 'list-eve'] });
  assert.deepEqual(await names(limited), ['list-b']);
  const listed = await fixture.ask(eve, 'GET /');
  assert.deepEqual([element(listed.text, 'ID'), element(listed.text, 'DisplayName')], [eve.ownerId, 'eve']);
});

test('SIG-105 buckets are listed in pages by token, by prefix and by region', async () => {
  const pages: string[][] = [];
  let token = '';
  do {
    const page = await fixture.ask(ada, `GET /?prefix=list-&max-buckets=2${token && `&continuation-token=${token}`}`);
    pages.push(elements(page.text, 'Name'));
    token = element(page.text, 'ContinuationToken');
  } while (token !== '');
  assert.deepEqual(pages, [['list-a', 'list-b'], ['list-c']]);
  assert.deepEqual(elements((await fixture.ask(ada, 'GET /?bucket-region=ap-south-1')).text, 'Name'), ['mumbai']);
  for (const query of ['max-buckets=0', 'max-buckets=10001', 'max-buckets=x', 'continuation-token=x']) {
    assert.equal((await fixture.ask(ada, `GET /?${query}`)).code, 'InvalidArgument', query);
  }
});

test('SEC-308 a token of one account is of no use to another', async () => {
  const page = await fixture.ask(ada, 'GET /?max-buckets=1');
  const token = element(page.text, 'ContinuationToken');
  assert.equal((await fixture.ask(eve, `GET /?max-buckets=1&continuation-token=${token}`)).code, 'InvalidArgument');
});

test('SIG-105 a bucket is deleted when it is empty, and not before', async () => {
  await fixture.ask(ada, 'PUT /brief');
  await fixture.ask(ada, 'PUT /brief/k', { body: 'v' });
  const full = await fixture.ask(ada, 'DELETE /brief');
  assert.deepEqual([full.status, full.code], [409, 'BucketNotEmpty']);
  await fixture.ask(ada, 'DELETE /brief/k');
  assert.equal((await fixture.ask(ada, 'DELETE /brief')).status, 204);
  for (const line of ['HEAD /brief', 'DELETE /brief', 'GET /brief/k', 'PUT /brief/k', 'GET /brief?list-type=2']) {
    assert.equal((await fixture.ask(ada, line)).status, 404, line);
  }
});

test('SIG-105 a bucket never had versioning, and what is not built answers 501 with its name', async () => {
  await fixture.ask(ada, 'PUT /plain');
  assert.match((await fixture.ask(ada, 'GET /plain?versioning')).text, /<VersioningConfiguration xmlns="[^"]+"\/>/);
  for (const [line, name] of [
    ['PUT /plain?website', 'PutBucketWebsite'],
    ['PUT /plain?replication', 'PutBucketReplication'],
    ['GET /plain/k?torrent', 'GetObjectTorrent'],
    ['POST /plain/k?restore', 'RestoreObject'],
  ] as const) {
    const refused = await fixture.ask(ada, line);
    assert.deepEqual([refused.status, refused.code, element(refused.text, 'Operation')], [501, 'NotImplemented', name]);
  }
});

test('SEC-301 a bucket that another account is expected to own is refused', async () => {
  const right = { 'x-amz-expected-bucket-owner': ada.ownerId };
  const wrong = { 'x-amz-expected-bucket-owner': eve.ownerId };
  await fixture.ask(ada, 'PUT /owned');
  for (const line of [
    'HEAD /owned',
    'GET /owned?list-type=2',
    'PUT /owned/k',
    'GET /owned/k',
    'DELETE /owned/k',
    'DELETE /owned',
  ]) {
    assert.equal((await fixture.ask(ada, line, { headers: wrong })).status, 403, line);
    assert.ok((await fixture.ask(ada, line, { headers: right })).status < 300, line);
  }
});

test('WIRE-95 reading what the server does not have answers as for a bucket that does not use it, and only for a bucket that exists', async () => {
  await fixture.ask(ada, 'PUT /unused');
  for (const [query, status, has] of [
    ['accelerate', 200, /<AccelerateConfiguration xmlns="[^"]+"\/>/],
    ['requestPayment', 200, /<RequestPaymentConfiguration xmlns="[^"]+"><Payer>BucketOwner<\/Payer>/],
    ['website', 404, /<Code>NoSuchWebsiteConfiguration</],
    ['replication', 404, /<Code>ReplicationConfigurationNotFoundError</],
    ['analytics', 200, /<ListBucketAnalyticsConfigurationResult xmlns="[^"]+"><IsTruncated>false</],
    ['inventory', 200, /<ListInventoryConfigurationsResult xmlns="[^"]+"><IsTruncated>false</],
    ['metrics', 200, /<ListMetricsConfigurationsResult xmlns="[^"]+"><IsTruncated>false</],
    ['intelligent-tiering', 200, /<ListBucketIntelligentTieringConfigurationsOutput xmlns="[^"]+"><IsTruncated>false</],
    ['analytics&id=a', 404, /<Code>NoSuchConfiguration</],
    ['inventory&id=a', 404, /<Code>NoSuchConfiguration</],
    ['metrics&id=a', 404, /<Code>NoSuchConfiguration</],
    ['intelligent-tiering&id=a', 404, /<Code>NoSuchConfiguration</],
  ] as const) {
    const read = await fixture.ask(ada, `GET /unused?${query}`);
    assert.equal(read.status, status, query);
    assert.match(read.text, has);
    assert.equal((await fixture.ask(ada, `GET /no-such-bucket?${query}`)).code, 'NoSuchBucket', query);
  }
});
