import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Acl, allUsersUri, type CannedAcl, cannedAcls, S3Error } from '@tidegate/protocol';
import { aclDocument, chosenAcl } from './acl-document.ts';

const ada = { id: 'aa'.repeat(32), displayName: 'ada' };
const bob = { id: 'bb'.repeat(32), displayName: 'bob' };
const eve = { id: 'ee'.repeat(32), displayName: 'eve' };
const objectPlace = { resource: 'object', owner: ada, bucketOwner: bob } as const;
const bucketPlace = { resource: 'bucket', owner: ada, bucketOwner: ada } as const;
const store = { readOwner: (id: string) => Promise.resolve(id === eve.id ? eve : undefined) };

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return error.code;
  }
}

for (const acl of Object.keys(cannedAcls) as CannedAcl[]) {
  for (const place of [objectPlace, bucketPlace]) {
    if (!cannedAcls[acl].on.some((on) => on === place.resource)) continue;
    test(`POL-33 the grants of ${acl} on an ${place.resource} are read back as ${acl}`, async () => {
      const document = await aclDocument(acl, place, store);
      assert.equal(chosenAcl(undefined, document, place), acl);
      assert.equal(chosenAcl(undefined, { ...document, grants: document.grants.toReversed() }, place), acl);
    });
  }
}

test('POL-33 grants that no canned ACL has come back as they were set, groups first, with the names of today', async () => {
  const grants: Acl = [
    { permission: 'WRITE_ACP', id: eve.id },
    { permission: 'READ', uri: allUsersUri },
    { permission: 'READ', id: 'ff' },
  ];
  const document = await aclDocument(grants, objectPlace, store);
  assert.deepEqual(document, {
    owner: ada,
    grants: [
      { grantee: { type: 'Group', uri: allUsersUri }, permission: 'READ' },
      { grantee: { type: 'CanonicalUser', ...eve }, permission: 'WRITE_ACP' },
      { grantee: { type: 'CanonicalUser', id: 'ff', displayName: undefined }, permission: 'READ' },
    ],
  });
  assert.deepEqual(chosenAcl(undefined, document, objectPlace), [grants[1], grants[0], grants[2]]);
  assert.deepEqual(chosenAcl(undefined, { grants: [] }, objectPlace), []);
});

test('POL-33 an ACL comes by header or by document, of the right owner, never both and never neither', async () => {
  const document = await aclDocument('private', objectPlace, store);
  assert.equal(chosenAcl('public-read', undefined, objectPlace), 'public-read');
  assert.equal(
    codeOf(() => chosenAcl('private', document, objectPlace)),
    'UnexpectedContent',
  );
  assert.equal(
    codeOf(() => chosenAcl(undefined, undefined, objectPlace)),
    'MissingSecurityHeader',
  );
  assert.equal(
    codeOf(() => chosenAcl(undefined, { ...document, owner: bob }, objectPlace)),
    'AccessDenied',
  );
});
