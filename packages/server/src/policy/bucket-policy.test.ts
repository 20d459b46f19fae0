import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketPolicyOf, judgeByPolicy } from './bucket-policy.ts';

const ada = { accountId: 'aa', accountName: 'ada', accessKeyId: 'A' };
const eve = { accountId: 'ee', accountName: 'eve', accessKeyId: 'E' };

const text = JSON.stringify({
  Statement: [
    { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/secret/*' },
    { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
    {
      Effect: 'Allow',
      Principal: { AWS: 'ada' },
      Action: ['s3:Put*', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/in/*'],
    },
    { Effect: 'Deny', Principal: { AWS: 'eve' }, Action: 's3:*', Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'] },
  ],
});

const cases = [
  [undefined, 's3:GetObject', 'a', 'allow'],
  [undefined, 's3:GetObject', 'secret/a', 'deny'],
  [undefined, 's3:GetObject', 'Secret/a', 'allow'],
  [undefined, 's3:PutObject', 'in/a', 'silent'],
  [undefined, 's3:ListBucket', '', 'silent'],
  [ada, 's3:PutObject', 'in/a', 'allow'],
  [ada, 's3:PutObject', 'out/a', 'silent'],
  [ada, 's3:PutObjectAcl', 'in/a', 'allow'],
  [ada, 's3:ListBucket', '', 'allow'],
  [ada, 's3:GetObject', 'secret/a', 'deny'],
  [eve, 's3:GetObject', 'a', 'deny'],
  [eve, 's3:ListBucket', '', 'deny'],
] as const;
for (const [caller, action, key, verdict] of cases) {
  test(`SEC-301 the policy says "${verdict}" to ${action} on "${key}" by ${caller?.accountName ?? 'anybody'}`, () => {
    const question = { caller, action, bucket: 'b', key, ignorePublic: false, values: undefined };
    assert.equal(judgeByPolicy(bucketPolicyOf(text, 'b'), question), verdict);
  });
}

test('SEC-301 with public access blocked an Allow to everybody says nothing, a Deny to everybody still denies', () => {
  const policy = bucketPolicyOf(text, 'b');
  const question = { caller: ada, action: 's3:GetObject', bucket: 'b', ignorePublic: true, values: undefined };
  assert.equal(judgeByPolicy(policy, { ...question, key: 'a' }), 'silent');
  assert.equal(judgeByPolicy(policy, { ...question, key: 'secret/a' }), 'deny');
  assert.equal(judgeByPolicy(policy, { ...question, key: 'in/a', action: 's3:PutObject' }), 'allow');
});
