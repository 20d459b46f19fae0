import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verified } from '../auth/caller.ts';
import type { Access } from '../s3/operation.ts';
import { bucketPolicyOf, judgeByPolicy } from './bucket-policy.ts';
import { isBroughtKey } from './condition-keys.ts';
import { type ConditionPlace, conditionValues, type RequestFacts } from './request-facts.ts';

const nowMs = Date.parse('2026-05-01T10:00:00Z');
const dayMs = 86_400_000;

type Sent = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly tlsVersion?: string;
  readonly access?: Pick<Access, 'versionId' | 'listed' | 'brings'>;
  readonly existingTags?: ConditionPlace['existingTags'];
  /** Who signed, and how; absent: nobody. */
  readonly signed?: Pick<Verified, 'mechanism' | 'signatureVersion'>;
};

function factsOf({ headers = {}, query = {}, tlsVersion, signed }: Sent): RequestFacts {
  const verified = signed && { ...signed, signedAt: new Date(nowMs - 60_000), signedHeaders: ['host'] };
  return {
    client: { address: '203.0.113.9', secure: tlsVersion !== undefined, tlsVersion },
    head: { query: (name) => query[name], header: (name) => headers[name], headersWith: () => [] },
    // What of a verdict conditions look at.
    verified: verified as unknown as Verified,
    nowMs,
  };
}

const team = [
  { name: 'team', value: 'red' },
  { name: 'Team', value: 'blue' },
];
const retention = { mode: 'COMPLIANCE', untilMs: nowMs + 10 * dayMs - 1000 } as const;
const byUrl = { mechanism: 'sigv4-query', signatureVersion: 'v4' } as const;
const byHeader = { mechanism: 'sigv4-header', signatureVersion: 'v4' } as const;
const byOldUrl = { mechanism: 'sigv2-query', signatureVersion: 'v2' } as const;
const byForm = { mechanism: 'sigv4-post', signatureVersion: 'v4' } as const;

const cases: readonly (readonly [sent: Sent, key: string, values: readonly string[] | undefined])[] = [
  [{ existingTags: team }, 's3:ExistingObjectTag/team', ['red']],
  [{ existingTags: team }, 'S3:existingObjectTag/Team', ['blue']],
  [{ existingTags: team }, 's3:ExistingObjectTag/TEAM', undefined],
  [{}, 's3:ExistingObjectTag/team', undefined],
  [{ access: { brings: { tags: team } } }, 's3:RequestObjectTag/Team', ['blue']],
  [{ access: { brings: { tags: team } } }, 's3:RequestObjectTag/other', undefined],
  [{ access: { brings: { tags: team } } }, 's3:RequestObjectTagKeys', ['team', 'Team']],
  [{ access: { brings: 'later' } }, 's3:RequestObjectTagKeys', undefined],
  [{ access: { brings: { tags: team } } }, 's3:ExistingObjectTag/team', undefined],
  [{ existingTags: team }, 's3:RequestObjectTag/team', undefined],
  [{ access: { brings: { lock: { retention } } } }, 's3:object-lock-mode', ['COMPLIANCE']],
  [{ access: { brings: { lock: { retention } } } }, 's3:object-lock-remaining-retention-days', ['10']],
  [{ access: { brings: { lock: { retention } } } }, 's3:object-lock-retain-until-date', ['2026-05-11T09:59:59.000Z']],
  [{ access: { brings: { lock: { legalHold: 'OFF' } } } }, 's3:object-lock-legal-hold', ['OFF']],
  [{ access: { brings: { lock: {} } } }, 's3:object-lock-mode', undefined],
  [{ headers: { 'x-amz-grant-read': 'id="a"' } }, 's3:x-amz-grant-read', ['id="a"']],
  [{ headers: { 'x-amz-acl': 'private' } }, 's3:x-amz-acl', ['private']],
  [{ headers: { 'x-amz-copy-source': '/from/in%2Fk' } }, 's3:x-amz-copy-source', ['from/in/k']],
  [{ headers: { 'x-amz-metadata-directive': 'COPY' } }, 's3:x-amz-metadata-directive', ['COPY']],
  [{ headers: { 'x-amz-server-side-encryption': 'AES256' } }, 's3:x-amz-server-side-encryption', ['AES256']],
  [
    { headers: { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' } },
    's3:x-amz-server-side-encryption-customer-algorithm',
    ['AES256'],
  ],
  [
    { headers: { 'x-amz-server-side-encryption-aws-kms-key-id': 'k' } },
    's3:x-amz-server-side-encryption-aws-kms-key-id',
    ['k'],
  ],
  [{ headers: { 'x-amz-storage-class': 'STANDARD' } }, 's3:x-amz-storage-class', ['STANDARD']],
  [{ headers: { 'x-amz-object-ownership': 'ObjectWriter' } }, 's3:x-amz-object-ownership', ['ObjectWriter']],
  [{ query: { versionId: 'v' } }, 's3:VersionId', ['v']],
  [{ access: { versionId: 'v' } }, 's3:versionid', ['v']],
  [{ query: { prefix: 'p' } }, 's3:prefix', ['p']],
  [{ query: { prefix: 'p' }, access: { listed: 'k' } }, 's3:prefix', ['k']],
  [{ query: { delimiter: '/' } }, 's3:delimiter', ['/']],
  [{ query: { 'max-keys': '7' } }, 's3:max-keys', ['7']],
  [{ query: { location: 'x' } }, 's3:LocationConstraint', undefined],
  [{ tlsVersion: '1.3' }, 's3:TlsVersion', ['1.3']],
  [{}, 's3:TlsVersion', undefined],
  [{ tlsVersion: '1.3' }, 'aws:SecureTransport', ['true']],
  [{}, 'aws:SecureTransport', ['false']],
  [{}, 'aws:SourceIp', ['203.0.113.9']],
  [{}, 'aws:CurrentTime', ['2026-05-01T10:00:00.000Z']],
  [{}, 'aws:EpochTime', ['1777629600']],
  [{ headers: { 'user-agent': 'a' } }, 'aws:UserAgent', ['a']],
  [{ headers: { referer: 'https://a/' } }, 'aws:Referer', ['https://a/']],
  [{}, 'aws:userid', ['anonymous']],
  [{}, 'aws:username', undefined],
  [{}, 'aws:PrincipalType', ['Anonymous']],
  [{ signed: byUrl }, 's3:signatureAge', ['60000']],
  [{ signed: byHeader }, 's3:signatureAge', undefined],
  [{ signed: byUrl }, 's3:signatureversion', ['AWS4-HMAC-SHA256']],
  [{ signed: byOldUrl }, 's3:signatureversion', ['AWS']],
  [{}, 's3:signatureversion', undefined],
  [{ signed: byUrl }, 's3:authType', ['REST-QUERY-STRING']],
  [{ signed: byHeader }, 's3:authType', ['REST-HEADER']],
  [{ signed: byForm }, 's3:authType', ['POST']],
  [{}, 's3:authType', undefined],
];

/** What the policy says, to who asks for an object so. */
function judge(sent: Sent, Effect: 'Allow' | 'Deny', Condition: object, isOpen?: typeof isBroughtKey): string {
  const place = { ownerId: 'aa', access: sent.access ?? {}, existingTags: sent.existingTags };
  const statement = { Effect, Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::b/*', Condition };
  return judgeByPolicy(bucketPolicyOf(JSON.stringify({ Statement: [statement] }), 'b'), {
    caller: undefined,
    action: 's3:PutObject',
    bucket: 'b',
    key: 'k',
    ignorePublic: false,
    values: conditionValues(factsOf(sent), { kind: 'anonymous' }, place),
    isOpen,
  });
}

for (const [sent, key, values] of cases) {
  const shown = values === undefined ? 'absent' : values.join(', ');
  test(`POL-3 ${key} is ${shown} in ${JSON.stringify(sent).slice(0, 100)}`, () => {
    assert.equal(judge(sent, 'Allow', { Null: { [key]: values === undefined } }), 'allow');
    assert.equal(judge(sent, 'Deny', { Null: { [key]: values !== undefined } }), 'silent');
    for (const value of values ?? []) {
      assert.equal(judge(sent, 'Allow', { 'ForAnyValue:StringEquals': { [key]: value } }), 'allow');
      assert.equal(judge(sent, 'Deny', { StringEquals: { [key]: [value, 'else'] } }), 'deny');
      assert.equal(judge(sent, 'Allow', { StringEquals: { [key]: `${value}x` } }), 'silent');
    }
  });
}

test('POL-8 while a body is not read, conditions on what it brings let nobody in that others keep out, and deny nobody', () => {
  const sent: Sent = { access: { brings: 'later' }, headers: { referer: 'here' } };
  const tag = { 's3:RequestObjectTag/a': 'x' };
  const open = (effect: 'Allow' | 'Deny', condition: object) => judge(sent, effect, condition, isBroughtKey);
  assert.equal(open('Allow', { StringEquals: tag }), 'allow');
  assert.equal(open('Allow', { StringEquals: { ...tag, 'aws:Referer': 'here' } }), 'allow');
  assert.equal(open('Allow', { StringEquals: { ...tag, 'aws:Referer': 'there' } }), 'silent');
  assert.equal(open('Deny', { StringNotEquals: tag }), 'silent');
  assert.equal(open('Deny', { StringEquals: { 'aws:Referer': 'here' } }), 'deny');
  for (const key of ['s3:RequestObjectTagKeys', 's3:object-lock-mode', 's3:object-lock-legal-hold']) {
    assert.equal(open('Deny', { Null: { [key]: 'true' } }), 'silent', key);
  }
});

test('POL-7 a policy asks for the tags of objects by a condition or by a variable, however its JSON is written', () => {
  const asks = (members: object) => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::b/*', ...members };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    return bucketPolicyOf(text.replaceAll('/a', '\\/a'), 'b').asksForTags;
  };
  const variable = ['$', '{s3:ExistingObjectTag/a}'].join('');
  assert.equal(asks({}), false);
  assert.equal(asks({ Condition: { StringEquals: { 's3:RequestObjectTag/a': 'x' } } }), false);
  assert.equal(asks({ Condition: { StringEquals: { 's3:existingobjecttag/a': 'x' } } }), true);
  assert.equal(asks({ Condition: { StringEquals: { 'aws:username': variable } } }), true);
  assert.equal(asks({ Resource: `arn:aws:s3:::b/${variable}/*` }), true);
});
