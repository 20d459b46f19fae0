import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BucketConfig, readStoredConfig } from './bucket.ts';

const full: Required<BucketConfig> = {
  acl: [{ id: 'a'.repeat(64), permission: 'READ' }],
  cors: [{ allowedOrigins: ['*'], allowedMethods: ['GET'], allowedHeaders: [], exposeHeaders: [] }],
  policy: '{"Statement":[]}',
  versioning: 'Enabled',
  objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 1, years: undefined } },
  tags: [{ name: 'a', value: 'b' }],
  publicAccessBlock: {
    blockPublicAcls: true,
    ignorePublicAcls: false,
    blockPublicPolicy: true,
    restrictPublicBuckets: false,
  },
  lifecycle: [{ id: 'old', status: 'Enabled', expiration: { days: 1 }, transitions: [], noncurrentTransitions: [] }],
  notifications: [{ id: 'n', kind: 'queue', arn: 'arn', destination: 'd', events: ['s3:ObjectCreated:*'], filter: [] }],
  objectOwnership: 'BucketOwnerEnforced',
  encryption: { algorithm: 'AES256', bucketKey: true },
};

test('STO-2 STO-4 a stored configuration is read back with every member', () => {
  const stored: unknown = JSON.parse(JSON.stringify(full));
  assert.deepEqual(readStoredConfig(stored), stored);
  assert.deepEqual(readStoredConfig({ acl: 'private' }), { acl: 'private' });
});

test('REL-12 a damaged member is an error, never read as a member that was not set', () => {
  for (const member of Object.keys(full)) {
    assert.throws(() => readStoredConfig({ ...full, [member]: 7 }), /The metadata contain an unknown/, member);
  }
  assert.throws(() => readStoredConfig({}), /unknown ACL/);
  assert.throws(() => readStoredConfig(null), /unknown configuration/);
});
