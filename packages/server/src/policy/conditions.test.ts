import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketPolicyOf, judgeByPolicy } from './bucket-policy.ts';
import { conditionsHold, readConditions } from './conditions.ts';
import { parseBucketPolicy } from './policy-document.ts';
import { isPublicPolicy } from './public-policy.ts';

type Values = Readonly<Record<string, readonly string[]>>;

/** Written so that no linter takes it for a template string that lost its quotes. */
const variable = (name: string) => ['$', `{${name}}`].join('');
const known: Values = {
  'aws:username': ['ada'],
  'aws:referer': ['https://a.example/x'],
  'aws:sourceip': ['192.0.2.7'],
  'aws:securetransport': ['false'],
  'aws:currenttime': ['2026-05-01T10:00:00.000Z'],
  'aws:epochtime': ['1777629600'],
  'aws:principalarn': ['arn:aws:iam::aa:user/ada'],
  's3:signatureage': ['60000'],
  's3:prefix': ['home/ada/'],
};
const valuesOf = (values: Values) => (key: string) => values[key];

const cases: readonly (readonly [operator: string, key: string, wanted: unknown, holds: boolean])[] = [
  ['StringEquals', 'aws:username', 'ada', true],
  ['StringEquals', 'AWS:UserName', ['eve', 'ada'], true],
  ['StringEquals', 'aws:username', 'Ada', false],
  ['StringEquals', 'aws:username', 'a*', false],
  ['StringNotEquals', 'aws:username', ['eve', 'ada'], false],
  ['StringNotEquals', 'aws:username', ['eve', 'bob'], true],
  ['StringEqualsIgnoreCase', 'aws:username', 'ADA', true],
  ['StringNotEqualsIgnoreCase', 'aws:username', 'ADA', false],
  ['StringLike', 'aws:referer', 'https://a.example/*', true],
  ['StringNotLike', 'aws:referer', 'https://a.example/*', false],
  ['StringEquals', 's3:prefix', `home/${variable('aws:username')}/`, true],
  ['StringLike', 's3:prefix', `${variable('*')}${variable('aws:username')}*`, false],
  ['StringLike', 's3:prefix', `home/${variable("aws:PrincipalTag/team, 'ada'")}/*`, true],
  ['StringEquals', 's3:prefix', variable('aws:PrincipalTag/team'), false],
  ['NumericLessThan', 's3:signatureAge', '60001', true],
  ['NumericLessThan', 's3:signatureAge', 60000, false],
  ['NumericLessThanEquals', 's3:signatureAge', 60000, true],
  ['NumericGreaterThan', 's3:signatureAge', 59999.5, true],
  ['NumericGreaterThanEquals', 's3:signatureAge', 60001, false],
  ['NumericEquals', 's3:signatureAge', '60000.0', true],
  ['NumericNotEquals', 's3:signatureAge', 60000, false],
  ['NumericEquals', 'aws:username', 1, false],
  ['DateLessThan', 'aws:CurrentTime', '2026-05-01T12:00:01+02:00', true],
  ['DateGreaterThan', 'aws:CurrentTime', '2026-05-01', true],
  ['DateEquals', 'aws:CurrentTime', '1777629600', true],
  ['DateNotEquals', 'aws:EpochTime', '2026-05-01T10:00:00Z', false],
  ['Bool', 'aws:SecureTransport', 'FALSE', true],
  ['Bool', 'aws:SecureTransport', true, false],
  ['IpAddress', 'aws:SourceIp', '192.0.2.0/24', true],
  ['IpAddress', 'aws:SourceIp', ['2001:db8::/32', '192.0.2.7'], true],
  ['IpAddress', 'aws:SourceIp', '192.0.3.0/24', false],
  ['NotIpAddress', 'aws:SourceIp', ['192.0.2.0/24', '10.0.0.0/8'], false],
  ['ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/a?a', true],
  ['ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::aa:user/ada', true],
  ['ArnLike', 'aws:PrincipalArn', 'arn:*', false],
  ['ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::bb:*', true],
  ['Null', 'aws:username', 'false', true],
  ['Null', 'aws:MultiFactorAuthAge', true, true],
  ['Null', 'aws:username', 'true', false],
  // Absent keys.
  ['StringEquals', 's3:x-amz-acl', 'private', false],
  ['StringNotEquals', 's3:x-amz-acl', 'private', true],
  ['StringEqualsIfExists', 's3:x-amz-acl', 'private', true],
  ['StringEqualsIfExists', 'aws:username', 'eve', false],
  ['NumericGreaterThan', 's3:max-keys', 1, false],
  ['NotIpAddress', 'aws:VpcSourceIp', '10.0.0.0/8', true],
  ['Bool', 'aws:MultiFactorAuthPresent', 'false', false],
  ['ForAllValues:StringEquals', 's3:x-amz-acl', 'private', true],
  ['ForAnyValue:StringEquals', 's3:x-amz-acl', 'private', false],
  ['ForAnyValue:StringNotEquals', 's3:x-amz-acl', 'private', false],
];
for (const [operator, key, wanted, holds] of cases) {
  test(`POL-4 ${operator} of ${key} and ${JSON.stringify(wanted)} ${holds ? 'holds' : 'does not hold'}`, () => {
    const conditions = readConditions({ [operator]: { [key]: wanted } }, true);
    assert.equal(conditionsHold(conditions, valuesOf(known), 'Deny'), holds);
  });
}

const several: readonly (readonly [operator: string, wanted: readonly string[], holds: boolean])[] = [
  ['ForAnyValue:StringEquals', ['a', 'x'], true],
  ['ForAnyValue:StringEquals', ['x'], false],
  ['ForAllValues:StringEquals', ['a'], false],
  ['ForAllValues:StringEquals', ['a', 'b', 'c'], true],
  ['ForAnyValue:StringNotEquals', ['a'], true],
  ['ForAnyValue:StringNotEquals', ['a', 'b'], false],
  ['ForAllValues:StringNotEquals', ['a'], false],
  ['ForAllValues:StringNotEquals', ['x'], true],
];
for (const [operator, wanted, holds] of several) {
  test(`POL-4 ${operator} of a, b and ${wanted.join(', ')} ${holds ? 'holds' : 'does not hold'}`, () => {
    const conditions = readConditions({ [operator]: { 's3:prefix': wanted } }, false);
    assert.equal(conditionsHold(conditions, valuesOf({ 's3:prefix': ['a', 'b'] }), 'Allow'), holds);
  });
}

test('POL-4 all conditions of a statement must hold', () => {
  const both = { StringEquals: { 'aws:username': 'ada', 's3:prefix': 'x' }, Bool: { 'aws:SecureTransport': 'false' } };
  assert.equal(conditionsHold(readConditions(both, true), valuesOf(known), 'Allow'), false);
  assert.equal(conditionsHold(readConditions(both, true), valuesOf({ ...known, 's3:prefix': ['x'] }), 'Allow'), true);
});

test('POL-6 what a variable brings along stands for itself; without a value nothing fits it and nobody is let in by it', () => {
  const like = readConditions({ StringLike: { 's3:prefix': `${variable('aws:username')}/*` } }, true);
  const given = (username: readonly string[], prefix: string) =>
    valuesOf({ 'aws:username': username, 's3:prefix': [prefix] });
  assert.equal(conditionsHold(like, given(['*'], 'ada/x'), 'Allow'), false);
  assert.equal(conditionsHold(like, given(['*'], '*/x'), 'Allow'), true);
  assert.equal(conditionsHold(like, given([], 'ada/x'), 'Allow'), false);
  const unlike = readConditions({ StringNotLike: { 's3:prefix': `${variable('aws:username')}/*` } }, true);
  assert.equal(conditionsHold(unlike, given([], 'ada/x'), 'Allow'), false);
  assert.equal(conditionsHold(unlike, given([], 'ada/x'), 'Deny'), true);
});

const ada = { accountId: 'aa', accountName: 'ada', accessKeyId: 'A' };
const all = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::b/*' };
const verdict = (statements: readonly object[], caller: typeof ada | undefined, action: string, key: string) =>
  judgeByPolicy(bucketPolicyOf(JSON.stringify({ Version: '2012-10-17', Statement: statements }), 'b'), {
    caller,
    action,
    bucket: 'b',
    key,
    ignorePublic: false,
    values: valuesOf(known),
  });

test('POL-2 NotPrincipal, NotAction and NotResource are about everything else', () => {
  const onlyAda = { Effect: 'Deny', NotPrincipal: { AWS: 'ada' }, Action: 's3:*', Resource: 'arn:aws:s3:::b/*' };
  assert.equal(verdict([all, onlyAda], ada, 's3:GetObject', 'k'), 'allow');
  assert.equal(verdict([all, onlyAda], undefined, 's3:GetObject', 'k'), 'deny');
  assert.equal(verdict([all, onlyAda], { ...ada, accountId: 'ee', accountName: 'eve' }, 's3:GetObject', 'k'), 'deny');
  const reads = { Effect: 'Deny', Principal: '*', NotAction: 's3:Get*', Resource: 'arn:aws:s3:::b/*' };
  assert.equal(verdict([all, reads], ada, 's3:GetObject', 'k'), 'allow');
  assert.equal(verdict([all, reads], ada, 's3:PutObject', 'k'), 'deny');
  const inside = { Effect: 'Deny', Principal: '*', Action: 's3:*', NotResource: 'arn:aws:s3:::b/in/*' };
  assert.equal(verdict([all, inside], ada, 's3:GetObject', 'in/k'), 'allow');
  assert.equal(verdict([all, inside], ada, 's3:GetObject', 'k'), 'deny');
});

test('POL-6 a variable in a resource gives everybody a place of their own', () => {
  const own = { ...all, Principal: { AWS: '*' }, Resource: `arn:aws:s3:::b/home/${variable('aws:username')}/*` };
  assert.equal(verdict([own], ada, 's3:PutObject', 'home/ada/x'), 'allow');
  assert.equal(verdict([own], ada, 's3:PutObject', 'home/eve/x'), 'silent');
});

test('POL-5 where nothing is known of the request a Deny with conditions denies, an Allow with conditions lets nobody in', () => {
  const condition = { Condition: { Bool: { 'aws:SecureTransport': 'true' } } };
  const judged = (effect: string) =>
    judgeByPolicy(bucketPolicyOf(JSON.stringify({ Statement: [{ ...all, Effect: effect, ...condition }] }), 'b'), {
      caller: ada,
      action: 's3:GetObject',
      bucket: 'b',
      key: 'k',
      ignorePublic: false,
      values: undefined,
    });
  assert.equal(judged('Deny'), 'deny');
  assert.equal(judged('Allow'), 'silent');
});

const openness: readonly (readonly [what: string, change: object, isPublic: boolean])[] = [
  ['to everybody', {}, true],
  ['to one account', { Principal: { AWS: 'ada' } }, false],
  ['to a network of some width', { Condition: { IpAddress: { 'aws:SourceIp': '198.51.0.0/16' } } }, false],
  ['to half the internet', { Condition: { IpAddress: { 'aws:SourceIp': '128.0.0.0/1' } } }, true],
  ['to a private network', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, false],
  ['to all but a network', { Condition: { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } }, true],
  ['to who says where they come from', { Condition: { StringLike: { 'aws:Referer': 'https://a/*' } } }, true],
  ['to one account by condition', { Condition: { StringEquals: { 'aws:PrincipalAccount': 'aa' } } }, false],
  ['to accounts by pattern', { Condition: { StringLike: { 'aws:PrincipalAccount': '*' } } }, true],
  ['to one account, if there is any', { Condition: { StringEqualsIfExists: { 'aws:PrincipalAccount': 'aa' } } }, true],
];
for (const [what, change, isPublic] of openness) {
  test(`POL-20 a policy that opens a bucket ${what} is ${isPublic ? 'public' : 'not public'}`, () => {
    const text = JSON.stringify({ Statement: [{ ...all, ...change }] });
    assert.equal(isPublicPolicy(parseBucketPolicy(text, 'b')), isPublic);
  });
}
