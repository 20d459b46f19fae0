import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accountNumber } from '../../src/policy/account-number.ts';
import { member, type Requests, type Sent, startWithRequests } from '../requests.ts';

let requests: Requests;
before(async () => {
  requests = await startWithRequests({ settings: { strictRegion: true } });
  await requests.send('PUT /bkt');
  await requests.send('PUT /bkt/k', { body: 'one' });
});
after(() => requests.server.stop());

const tagging = (name: string, value: string): string =>
  `<Tagging><TagSet><Tag><Key>${name}</Key><Value>${value}</Value></Tag></TagSet></Tagging>`;
const constraint = (region: string): string =>
  `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
const owner = (id: string): Sent => ({ headers: { 'x-amz-expected-bucket-owner': id } });
const sourceOwner = (id: string): Sent => ({
  headers: { 'x-amz-source-expected-bucket-owner': id, 'x-amz-copy-source': 'bkt/k' },
});

const rows: readonly (readonly [line: string, sent: Sent, outcome: string, message?: string])[] = [
  ['GET /bkt?encoding-type=base64', {}, '400 InvalidArgument', 'Invalid Encoding Method specified in Request'],
  ['GET /bkt?list-type=2&encoding-type=URL', {}, '400 InvalidArgument'],
  ['GET /bkt?versions&encoding-type=x', {}, '400 InvalidArgument'],
  ['GET /bkt?uploads&encoding-type=x', {}, '400 InvalidArgument'],
  ['PUT /bkt/k?tagging', { body: tagging('a,b', 'c') }, '400 InvalidTag', 'The TagKey you have provided is invalid'],
  ['PUT /bkt/k?tagging', { body: tagging('a', 'b,c') }, '400 InvalidTag', 'The TagValue you have provided is invalid'],
  ['PUT /bkt?tagging', { body: tagging('a,b', 'c') }, '400 InvalidTag'],
  ['PUT /bkt/t', { headers: { 'x-amz-tagging': 'a%2Cb=c' } }, '400 InvalidTag'],
  ['PUT /bkt/t', { headers: { 'x-amz-tagging': 'a=1&a=2' } }, '400 InvalidArgument'],
  ['PUT /bkt/k?tagging', { body: tagging('Zoë + 1 = 2 : _./@-', 'ü') }, '200'],
  ['GET /bkt/k', owner('x'), '400 InvalidBucketOwnerAWSAccountID'],
  ['GET /bkt/k', owner('12345678901'), '400 InvalidBucketOwnerAWSAccountID'],
  ['GET /bkt', owner('1234 5678 9012'), '400 InvalidBucketOwnerAWSAccountID'],
  ['GET /bkt/k', owner('000000000001'), '403 AccessDenied'],
  ['PUT /bkt/copy', sourceOwner('x'), '400 InvalidBucketOwnerAWSAccountID'],
  ['PUT /bkt/copy', sourceOwner('000000000001'), '403 AccessDenied'],
  ['PUT /other', { body: constraint('no region!') }, '400 InvalidLocationConstraint'],
  ['PUT /other', { body: constraint('US-EAST-1') }, '400 InvalidLocationConstraint'],
  ['PUT /other', { body: constraint('eu-') }, '400 InvalidLocationConstraint'],
  [
    'PUT /other',
    { body: constraint('eu-west-1') },
    '400 IllegalLocationConstraintException',
    'The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.',
  ],
  ['PUT /other', { body: constraint('us-east-1') }, '200'],
];

for (const [line, sent, outcome, message] of rows) {
  test(`SEC-414 ${line} ${JSON.stringify(sent)} is ${outcome}`, async () => {
    const received = await requests.send(line, sent);
    assert.equal(`${received.status} ${received.code}`.trim(), outcome, received.text);
    if (message !== undefined) assert.equal(member(received.text, 'Message'), message);
  });
}

test('STS-7 the account id of GetCallerIdentity and the canonical id name the owner of a bucket', async () => {
  const { text } = await requests.send('GET /bkt?acl');
  for (const id of [accountNumber(member(text, 'ID')), member(text, 'ID')]) {
    assert.equal((await requests.send('GET /bkt/k', owner(id))).status, 200, id);
  }
});
