import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import { cpuMs } from '../../../../test/cpu-time.ts';
import { parseBucketPolicy } from './policy-document.ts';
import { isPublicPolicy } from './public-policy.ts';

const statement = {
  Sid: 'read',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/*',
};

/** Written so that no linter takes it for a template string that lost its quotes. */
const variable = (name: string) => ['$', `{${name}}`].join('');
/** Without members that are undefined, as JSON has none. */
const written = (value: object): unknown => JSON.parse(JSON.stringify(value));

function codeOf(policy: unknown): string {
  try {
    parseBucketPolicy(typeof policy === 'string' ? policy : JSON.stringify(policy), 'b');
    return 'read';
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return `${error.code}: ${error.message}`;
  }
}

test('SEC-301 a policy is read with actions in lower case and resources without their prefix', () => {
  const policy = parseBucketPolicy(
    JSON.stringify({ Version: '2012-10-17', Id: 'x', Statement: { ...statement, Principal: { AWS: ['*', 'ada'] } } }),
    'b',
  );
  assert.deepEqual(policy.statements, [
    {
      effect: 'Allow',
      principals: [{ kind: 'everyone' }, { kind: 'account', account: 'ada' }],
      actions: ['s3:getobject'],
      resources: ['b/*'],
      conditions: [],
      except: new Set(),
    },
  ]);
  assert.equal(isPublicPolicy(policy), true);
});

test('SEC-301 a policy that denies everybody is not public', () => {
  assert.equal(
    isPublicPolicy(parseBucketPolicy(JSON.stringify({ Statement: [{ ...statement, Effect: 'Deny' }] }), 'b')),
    false,
  );
});

const readable: readonly (readonly [what: string, change: object])[] = [
  [
    'the bucket and everything in it',
    { Action: ['s3:ListBucket', 's3:GetObject'], Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'] },
  ],
  ['any resource of any bucket', { Action: 's3:*', Resource: '*' }],
  ['buckets by pattern', { Resource: 'arn:aws:s3:::*/*' }],
  ['actions by pattern', { Action: 's3:Get*' }],
  ['an owner id', { Principal: { CanonicalUser: 'ab'.repeat(32) } }],
  ['an object action on the bucket itself, which then says nothing', { Resource: 'arn:aws:s3:::b' }],
  ['a condition without content', { Condition: {} }],
  ['numbers and booleans as values', { Condition: { Bool: { 'aws:SecureTransport': false } } }],
  ['a text that would be a variable in a later version', { Resource: `arn:aws:s3:::b/${variable('aws:nobody')}` }],
];
for (const [what, change] of readable) {
  test(`SEC-301 a policy may name ${what}`, () => {
    assert.equal(codeOf({ Statement: [{ ...statement, ...change }] }), 'read');
  });
}

const refused: readonly (readonly [what: string, policy: unknown, answer: RegExp])[] = [
  ['no JSON', '{', /^MalformedPolicy: Policies must be valid JSON/],
  ['a list', [], /^MalformedPolicy/],
  ['no statement', {}, /^MalformedPolicy: Missing required field Statement/],
  ['no statements', { Statement: [] }, /^MalformedPolicy/],
  ['an unknown version', { Version: '2020-01-01', Statement: [statement] }, /^MalformedPolicy/],
  ['an unknown member', { Statement: [statement], Foo: 1 }, /^MalformedPolicy: Unknown field Foo/],
  [
    'an unknown member of a statement',
    { Statement: [{ ...statement, Foo: 1 }] },
    /^MalformedPolicy: Unknown field Foo/,
  ],
  ['__proto__ as a member', '{"Statement":[],"__proto__":{}}', /^MalformedPolicy: Unknown field __proto__/],
  ['another effect', { Statement: [{ ...statement, Effect: 'allow' }] }, /^MalformedPolicy: Invalid effect/],
  [
    'no principal',
    { Statement: [{ ...statement, Principal: undefined }] },
    /^MalformedPolicy: Missing required field Principal/,
  ],
  ['an empty principal', { Statement: [{ ...statement, Principal: {} }] }, /^MalformedPolicy: Invalid principal/],
  [
    'a principal that is none',
    { Statement: [{ ...statement, Principal: { AWS: 'a b' } }] },
    /^MalformedPolicy: Invalid principal/,
  ],
  [
    'an action of another service',
    { Statement: [{ ...statement, Action: 'sns:Publish' }] },
    /^MalformedPolicy: Policy has invalid action/,
  ],
  [
    'another bucket',
    { Statement: [{ ...statement, Resource: 'arn:aws:s3:::other/*' }] },
    /^MalformedPolicy: Policy has invalid resource/,
  ],
  ['no ARN', { Statement: [{ ...statement, Resource: 'b/*' }] }, /^MalformedPolicy: Policy has invalid resource/],
  ['a number as action', { Statement: [{ ...statement, Action: 1 }] }, /^MalformedPolicy/],
  [
    'a condition on a key that is none',
    { Statement: [{ ...statement, Condition: { StringEquals: { 's3:nothing': 'x' } } }] },
    /^MalformedPolicy: Policy has an invalid condition key: s3:nothing/,
  ],
  [
    'a condition on a tag without a name',
    { Statement: [{ ...statement, Condition: { StringEquals: { 's3:ExistingObjectTag/': 'x' } } }] },
    /^MalformedPolicy: Policy has an invalid condition key: s3:ExistingObjectTag/,
  ],
  [
    'an operator that is none',
    { Statement: [{ ...statement, Condition: { Equals: { 'aws:Referer': 'x' } } }] },
    /^MalformedPolicy: Invalid Condition type : Equals/,
  ],
  [
    'Null for several values',
    { Statement: [{ ...statement, Condition: { 'ForAllValues:Null': { 'aws:Referer': 'true' } } }] },
    /^MalformedPolicy: Invalid Condition type/,
  ],
  [
    'a network that is none',
    { Statement: [{ ...statement, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } }] },
    /^MalformedPolicy: Policy has an invalid condition value/,
  ],
  [
    'a number that is none',
    { Statement: [{ ...statement, Condition: { NumericLessThan: { 's3:signatureAge': '10m' } } }] },
    /^MalformedPolicy: Policy has an invalid condition value/,
  ],
  [
    'a condition without values',
    { Statement: [{ ...statement, Condition: { StringEquals: { 'aws:Referer': [] } } }] },
    /^MalformedPolicy: Policy has an invalid condition/,
  ],
  ['a condition that is a list', { Statement: [{ ...statement, Condition: [1] }] }, /^MalformedPolicy: Condition /],
  [
    'Allow to all but some',
    { Statement: [{ ...statement, Principal: undefined, NotPrincipal: '*' }].map(written) },
    /^MalformedPolicy: Allow with NotPrincipal/,
  ],
  ['Action and NotAction', { Statement: [{ ...statement, NotAction: 's3:*' }] }, /^MalformedPolicy: A statement must/],
  [
    'a service as principal',
    { Statement: [{ ...statement, Principal: { Service: 'x' } }] },
    /^NotImplemented: Principal Service /,
  ],
  [
    'a variable that is none',
    { Version: '2012-10-17', Statement: [{ ...statement, Resource: `arn:aws:s3:::b/${variable('aws:nobody')}/*` }] },
    /^MalformedPolicy: Policy has an invalid variable/,
  ],
  [
    'a variable that does not end',
    { Version: '2012-10-17', Statement: [{ ...statement, Resource: 'arn:aws:s3:::b/$' + '{aws:username' }] },
    /^MalformedPolicy: Policy has an invalid variable/,
  ],
];
for (const [what, policy, answer] of refused) {
  test(`POL-1 SEC-301 a policy with ${what} is refused: ${answer.source.slice(1, 40)}`, () => {
    assert.match(codeOf(policy), answer);
  });
}

test('SEC-429 20 KB of nesting or of one long pattern are refused or read in less than 50 ms', () => {
  const refuse = () => {
    assert.match(codeOf('['.repeat(20_000)), /^MalformedPolicy/);
    assert.match(
      codeOf({ Statement: [{ ...statement, Resource: `arn:aws:s3:::b/${'*a'.repeat(9000)}` }] }),
      /^MalformedPolicy/,
    );
  };
  assert.ok(cpuMs(refuse, 50) < 50);
});
