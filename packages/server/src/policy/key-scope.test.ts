import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyRecord, KeyRole } from '../stores/keys/key-store.ts';
import { actions } from './actions.ts';
import { judgeKey } from './key-scope.ts';

function key(role: KeyRole, reach: Partial<Pick<KeyRecord, 'buckets' | 'prefixes'>> = {}): KeyRecord {
  return {
    accessKeyId: 'A',
    account: { id: 'aa', displayName: 'ada', name: 'ada' },
    role,
    buckets: [],
    prefixes: [],
    note: undefined,
    createdAtMs: 0,
    disabledAtMs: undefined,
    ...reach,
  };
}

const writes = ['s3:PutObject', 's3:DeleteObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'];
const reads = ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:ListAllMyBuckets', 's3:GetBucketPolicy'];
const administers = ['s3:CreateBucket', 's3:DeleteBucket', 's3:PutBucketPolicy', 's3:PutBucketAcl', 's3:PutBucketCORS'];

const may: readonly (readonly [
  role: KeyRole,
  presigned: boolean,
  admitted: readonly string[],
  refused: readonly string[],
])[] = [
  ['owner', false, [...reads, ...writes, ...administers], []],
  ['write', false, [...reads, ...writes], administers],
  ['read', false, reads, [...writes, ...administers]],
  ['read', true, reads, [...writes, ...administers]],
  ['link-only', true, [...reads, ...writes], administers],
  ['link-only', false, [], [...reads, ...writes, ...administers]],
];
for (const [role, presigned, admitted, refused] of may) {
  test(`SEC-301 SEC-141 a key with the role ${role} may what its role says, ${presigned ? 'presigned' : 'by header'}`, () => {
    for (const action of admitted)
      assert.equal(judgeKey(key(role), presigned, { action, bucket: 'b', key: '' }), undefined, action);
    for (const action of refused)
      assert.equal(judgeKey(key(role), presigned, { action, bucket: 'b', key: '' }), 'role', action);
  });
}

test('SEC-301 an action that is not in the table is refused to every role', () => {
  assert.equal(judgeKey(key('owner'), false, { action: 's3:Everything', bucket: 'b', key: '' }), 'role');
});

const prefixed: readonly (readonly [name: string, inside: boolean])[] = [
  ['photos/', true],
  ['photos/a', true],
  ['photos/../x', true],
  ['photos', false],
  ['photos-private/a', false],
  ['PHOTOS/a', false],
  ['/photos/a', false],
  ['a/photos/', false],
];
for (const [name, inside] of prefixed) {
  test(`SEC-305 the prefix right photos/ ${inside ? 'covers' : 'does not cover'} "${name}"`, () => {
    const wanted = { action: 's3:GetObject', bucket: 'b', key: name };
    assert.equal(judgeKey(key('owner', { prefixes: ['photos/'] }), false, wanted), inside ? undefined : 'reach');
  });
}

test('SEC-305 another spelling of the same letters is another prefix', () => {
  const composed = key('owner', { prefixes: ['\u00e9/'] });
  assert.equal(judgeKey(composed, false, { action: 's3:GetObject', bucket: 'b', key: '\u00e9/a' }), undefined);
  assert.equal(judgeKey(composed, false, { action: 's3:GetObject', bucket: 'b', key: 'e\u0301/a' }), 'reach');
});

test('SEC-305 a key with buckets reaches those alone, by their whole name', () => {
  const limited = key('owner', { buckets: ['b'] });
  for (const [bucket, verdict] of [
    ['b', undefined],
    ['bb', 'reach'],
    ['B', 'reach'],
    ['', 'reach'],
  ] as const) {
    assert.equal(judgeKey(limited, false, { action: 's3:GetObject', bucket, key: 'k' }), verdict, bucket);
  }
});

test('SEC-305 a key with prefixes has no right that concerns the whole bucket, but to know where it is', () => {
  const limited = key('owner', { prefixes: ['p/'] });
  for (const [action, { on, prefixed: kind }] of Object.entries(actions)) {
    if (on !== 'bucket') continue;
    const expected = kind === 'open' ? undefined : 'reach';
    assert.equal(judgeKey(limited, false, { action, bucket: 'b', key: '' }), expected, action);
  }
  assert.equal(judgeKey(limited, false, { action: 's3:ListBucket', bucket: 'b', key: 'p/x' }), undefined);
});
