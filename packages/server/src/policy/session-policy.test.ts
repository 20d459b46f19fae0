import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSession, parseSessionPolicy, sessionAllows } from './session-policy.ts';

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' };
const statement = (changes: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ Statement: { ...allowAll, ...changes } });

const refused: readonly (readonly [policy: string, why: RegExp])[] = [
  ['', /not JSON/],
  ['[]', /no JSON object/],
  ['null', /no JSON object/],
  ['{}', /no Statement/],
  ['{"Statement": []}', /no Statement/],
  [JSON.stringify({ Version: '2020-01-01', Statement: allowAll }), /Version/],
  [JSON.stringify({ Statement: allowAll, Extra: 1 }), /"Extra" is not evaluated/],
  [statement({ Condition: {} }), /"Condition" is not evaluated/],
  [statement({ Principal: '*' }), /"Principal" is not evaluated/],
  [statement({ NotAction: '*' }), /"NotAction" is not evaluated/],
  [statement({ NotResource: '*' }), /"NotResource" is not evaluated/],
  [statement({ Effect: 'allow' }), /Effect/],
  [statement({ Action: [] }), /no Action/],
  [statement({ Action: ['s3:GetObject', 1] }), /no Action/],
  [statement({ Action: 'sts:AssumeRole' }), /"sts:assumerole" is none of S3/],
  [statement({ Resource: 'rooms' }), /"rooms" is none of S3/],
  [statement({ Resource: 'arn:aws:s3:::rooms/${aws:username}/*' }), /variables/],
  [statement({ Sid: 1 }), /Sid/],
  [JSON.stringify({ Statement: Array.from({ length: 200 }, () => 0) }), /statements/],
  [statement({ Sid: 'x'.repeat(2048) }), /longer than 2048/],
];
for (const [policy, why] of refused) {
  test(`STS-20 the policy ${policy.slice(0, 80)} is refused by name`, () => {
    const read = parseSessionPolicy(policy);
    assert.ok(typeof read === 'string');
    assert.match(read, why);
  });
}

const policy = JSON.stringify({
  Version: '2012-10-17',
  Id: 'x',
  Statement: [
    { Sid: 'a', Effect: 'Allow', Action: ['s3:Get*', 'S3:putobject'], Resource: 'arn:aws:s3:::rooms/a/?*' },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: ['arn:aws:s3:::rooms', 'arn:aws-cn:s3:::halls'] },
    { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::rooms/a/secret*' },
  ],
});
const asked: readonly (readonly [action: string, bucket: string, key: string, allowed: boolean])[] = [
  ['s3:GetObject', 'rooms', 'a/x', true],
  ['s3:GetObjectAcl', 'rooms', 'a/x', true],
  ['s3:PutObject', 'rooms', 'a/x/y', true],
  ['s3:GetObject', 'rooms', 'a/', false],
  ['s3:GetObject', 'rooms', 'A/x', false],
  ['s3:GetObject', 'rooms-2', 'a/x', false],
  ['s3:GetObject', 'rooms', 'a/secret.txt', false],
  ['s3:DeleteObject', 'rooms', 'a/x', false],
  ['s3:ListBucket', 'rooms', 'any/prefix', true],
  ['s3:ListBucket', 'halls', '', true],
  ['s3:ListBucket', 'other', '', false],
  ['s3:ListAllMyBuckets', '', '', false],
  ['s3:GetBucketPolicy', 'rooms', '', false],
];
for (const [action, bucket, key, allowed] of asked) {
  test(`STS-21 ${action} on ${bucket}/${key} is ${allowed ? 'let through' : 'not let through'}`, () => {
    const read = parseSessionPolicy(policy);
    assert.ok(typeof read !== 'string');
    assert.equal(sessionAllows(read, { action, bucket, key }), allowed);
    assert.equal(judgeSession(policy, { action, bucket, key })?.code, allowed ? undefined : 'AccessDenied');
  });
}

test('STS-21 without a policy nothing is narrowed; one that cannot be read lets nothing through', () => {
  const wanted = { action: 's3:GetObject', bucket: 'rooms', key: 'a' };
  assert.equal(judgeSession(undefined, wanted), undefined);
  assert.equal(judgeSession('{', wanted)?.code, 'AccessDenied');
  assert.equal(
    judgeSession(JSON.stringify({ Statement: allowAll }), { ...wanted, action: 's3:ListAllMyBuckets' }),
    undefined,
  );
});
