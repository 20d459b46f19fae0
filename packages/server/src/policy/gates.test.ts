import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectAcl } from '../s3/input/object-head.ts';
import { type Field, fromHead, operation } from '../s3/operation.ts';
import { operations } from '../s3/operations/index.ts';
import type { ObjectLock, Tag } from '../stores/objects/object-lock.ts';

const declared = {
  name: 'PutThing',
  method: 'PUT',
  resource: 'object',
  action: 's3:PutObject',
  output: {},
  refuses: [],
  handle: () => Promise.resolve({}),
} as const;

test('SEC-302 an ACL, tags or a lock that the gate does not judge do not compile', () => {
  const acl = fromHead(() => 'private' as const);
  const tags: Field<readonly Tag[] | undefined> = fromHead(() => undefined);
  const lock: Field<ObjectLock> = fromHead(() => ({}));
  // @ts-expect-error: an ACL without a gate
  operation({ ...declared, input: { acl } });
  // @ts-expect-error: tags without a gate
  operation({ ...declared, input: { tags } });
  // @ts-expect-error: a lock without a gate
  operation({ ...declared, input: { lock } });
  // Whatever the member is called, the gate finds it.
  const renamed = operation({ ...declared, input: { firstAcl: objectAcl } });
  assert.deepEqual(renamed.input['firstAcl']?.gate?.('public-read'), { acl: 'public-read' });
});

test('SEC-302 every operation reads the expected owner for the gate, except those that need no right', () => {
  for (const { name, action, input } of operations) {
    const gates = Object.values(input).flatMap((field) => Object.keys(field.gate?.('private') ?? {}));
    assert.equal(gates.includes('expectedOwner'), action !== 'public', name);
  }
});
