import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import type { Grant } from '../xml/shapes/AccessControlPolicy.ts';
import {
  allUsersUri,
  authenticatedUsersUri,
  cannedAcls,
  grantOfDocument,
  grantsOfAcl,
  logDeliveryUri,
  parseCannedAcl,
  parseGrantHeaders,
} from './acl.ts';

const ann = 'a'.repeat(64);
const bob = 'b'.repeat(64);
const full = { permission: 'FULL_CONTROL', id: ann };

test('WIRE-130 the canned ACLs are AWS’s', () => {
  assert.deepEqual(Object.keys(cannedAcls).sort(), [
    'authenticated-read',
    'bucket-owner-full-control',
    'bucket-owner-read',
    'log-delivery-write',
    'private',
    'public-read',
    'public-read-write',
  ]);
});

const refused: readonly (readonly [string, 'bucket' | 'object', string])[] = [
  ['public', 'bucket', 'InvalidArgument'],
  ['', 'object', 'InvalidArgument'],
  ['Private', 'object', 'InvalidArgument'],
  ['constructor', 'object', 'InvalidArgument'],
  ['bucket-owner-read', 'bucket', 'InvalidArgument'],
  ['log-delivery-write', 'object', 'InvalidArgument'],
  ['aws-exec-read', 'object', 'NotImplemented'],
];
for (const [name, resource, code] of refused) {
  test(`WIRE-131 the ACL ${JSON.stringify(name)} on a ${resource} is ${code}`, () => {
    assert.throws(
      () => parseCannedAcl(name, resource),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}

test('WIRE-131 no ACL is private, a name is itself', () => {
  assert.equal(parseCannedAcl(undefined, 'bucket'), 'private');
  assert.equal(parseCannedAcl('public-read', 'object'), 'public-read');
});

test('WIRE-132 a canned ACL grants its owner everything and its group what it says', () => {
  assert.deepEqual(grantsOfAcl('private', ann, bob), [full]);
  assert.deepEqual(grantsOfAcl('public-read', ann, bob), [full, { uri: allUsersUri, permission: 'READ' }]);
  assert.deepEqual(
    grantsOfAcl('public-read-write', ann, bob).map(({ permission }) => permission),
    ['FULL_CONTROL', 'READ', 'WRITE'],
  );
  assert.deepEqual(grantsOfAcl('authenticated-read', ann, bob)[1], { uri: authenticatedUsersUri, permission: 'READ' });
});

test('WIRE-132 the owner of the bucket gets his right on objects of others', () => {
  assert.deepEqual(grantsOfAcl('bucket-owner-full-control', ann, bob), [full, { id: bob, permission: 'FULL_CONTROL' }]);
  assert.deepEqual(grantsOfAcl('bucket-owner-read', ann, bob), [full, { id: bob, permission: 'READ' }]);
  assert.deepEqual(grantsOfAcl('bucket-owner-read', ann, ann), [full]);
});

const granted: readonly (readonly [
  headers: Record<string, string>,
  expected: readonly unknown[] | string | undefined,
])[] = [
  [{}, undefined],
  [{ 'x-amz-grant-read': `id="${ann}"` }, [{ permission: 'READ', id: ann }]],
  [
    { 'x-amz-grant-full-control': `id=${ann}, uri="${allUsersUri}"`, 'x-amz-grant-write-acp': ` ID = "${bob}" ` },
    [
      { permission: 'FULL_CONTROL', id: ann },
      { permission: 'FULL_CONTROL', uri: allUsersUri },
      { permission: 'WRITE_ACP', id: bob },
    ],
  ],
  [
    { 'x-amz-grant-read-acp': `uri="${authenticatedUsersUri}"` },
    [{ permission: 'READ_ACP', uri: authenticatedUsersUri }],
  ],
  [{ 'x-amz-grant-write': `uri="${logDeliveryUri}"` }, [{ permission: 'WRITE', uri: logDeliveryUri }]],
  [{ 'x-amz-grant-read': 'emailAddress="a@example.com"' }, 'UnresolvableGrantByEmailAddress'],
  [{ 'x-amz-grant-read': 'uri="http://acs.amazonaws.com/groups/global/Everybody"' }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': '' }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': ann }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': `id="${ann}",` }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': `name="${ann}"` }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': `constructor="${ann}"` }, 'InvalidArgument'],
  [{ 'x-amz-grant-read': Array.from({ length: 101 }, () => `id="${ann}"`).join(',') }, 'InvalidArgument'],
];
for (const [headers, expected] of granted) {
  const shown = typeof expected === 'string' ? expected : `${expected?.length ?? 'no'} grants`;
  test(`WIRE-133 the headers ${JSON.stringify(headers).slice(0, 120)} are ${shown}`, () => {
    const read = () => parseGrantHeaders((name) => headers[name]);
    if (typeof expected !== 'string') assert.deepEqual(read(), expected);
    else assert.throws(read, (error) => error instanceof S3Error && error.code === expected);
  });
}

const grantees: readonly (readonly [grantee: Grant['grantee'], expected: unknown])[] = [
  [
    { type: 'CanonicalUser', id: ann, displayName: 'whoever' },
    { permission: 'READ', id: ann },
  ],
  [
    { type: 'Group', uri: allUsersUri },
    { permission: 'READ', uri: allUsersUri },
  ],
  [{ type: 'Group', uri: 'http://example.com/' }, 'InvalidArgument'],
  [{ type: 'Group', id: ann }, 'MalformedACLError'],
  [{ type: 'CanonicalUser', uri: allUsersUri }, 'MalformedACLError'],
  [{ type: 'AmazonCustomerByEmail', emailAddress: 'a@example.com' }, 'UnresolvableGrantByEmailAddress'],
];
for (const [grantee, expected] of grantees) {
  test(`WIRE-134 the grantee ${JSON.stringify(grantee).slice(0, 100)} is ${typeof expected === 'string' ? expected : 'taken'}`, () => {
    const read = () => grantOfDocument({ grantee, permission: 'READ' });
    if (typeof expected !== 'string') assert.deepEqual(read(), expected);
    else assert.throws(read, (error) => error instanceof S3Error && error.code === expected);
  });
}
