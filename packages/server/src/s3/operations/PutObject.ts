import { quoteEtag } from '@tidegate/protocol';
import { declaredBody, expectationOf } from '../input/body-expectation.ts';
import { writeCondition } from '../input/conditions.ts';
import { encryptionInput, readEncryption } from '../input/encryption.ts';
import { checkRetention, lockAccess, lockHeaders } from '../input/lock.ts';
import { aclAccess, objectAcl, objectHead, storageClass } from '../input/object-head.ts';
import { refusedParameter } from '../input/parameters.ts';
import { taggingHeader, tagsAccess } from '../input/tags.ts';
import { boundBody } from '../objects/bound-body.ts';
import { checksumHeaderNames, checksumHeaders } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { expirationHeader } from '../objects/lifecycle.ts';
import { ownerOf } from '../objects/owner.ts';
import { writtenVersion } from '../objects/version-header.ts';
import { operation, query } from '../operation.ts';
import { created } from '../operation-events.ts';

/** Stores an object from one body. Source: AWS API reference, PutObject. */
export const PutObject = operation({
  name: 'PutObject',
  method: 'PUT',
  resource: 'object',
  action: 's3:PutObject',
  alsoNeeds: ({ acl, tags, lock }, target) => [
    ...aclAccess(acl, target),
    ...tagsAccess(tags, target),
    ...lockAccess(lock, target),
  ],
  input: {
    ...encryptionInput,
    head: objectHead,
    acl: objectAcl,
    storageClass,
    tags: taggingHeader,
    lock: lockHeaders,
    declared: declaredBody,
    condition: writeCondition,
    // A part whose uploadId got lost must not become an object.
    partNumber: query('partNumber', refusedParameter),
  },
  body: 'stream',
  output: {
    headers: {
      etag: 'etag',
      versionId: 'x-amz-version-id',
      expiration: 'x-amz-expiration',
      ...checksumHeaderNames,
      ...encryptionHeaderNames,
    },
  },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'PreconditionFailed',
    'BadDigest',
    'IncompleteBody',
    'EntityTooLarge',
    'InvalidStorageClass',
    'MetadataTooLarge',
    'InvalidTag',
    'InvalidArgument',
    'InvalidDigest',
    'InvalidEncryptionAlgorithmError',
    'InvalidRequest',
    'NotImplemented',
  ],

  async handle({ target, input, caller, body }, { store, clock, limits }) {
    const { acl, head, tags, lock, declared, condition } = input;
    checkRetention(lock.retention, clock.nowMs());
    const encryption = readEncryption(input.encryption);
    const stream = boundBody(body, limits.maxSinglePutBytes);
    const expect = expectationOf(declared, body);
    const write = { ...head, owner: ownerOf(caller), acl: acl ?? 'private', tags, lock, encryption, expect };
    const record = await store.putObject(target, stream, write, condition);
    const versionId = writtenVersion(record.versionId);
    const expiring = expirationHeader(store, record, limits.lifecycleDayMs);
    const key = encryption?.kind === 'customer' ? encryption.key : undefined;
    return {
      headers: {
        etag: quoteEtag(record.etag),
        versionId,
        expiration: expiring instanceof Promise ? await expiring : expiring,
        ...checksumHeaders(record.checksums),
        ...encryptionHeaders(record.encryption, key),
      },
      events: [created('Put', record)],
    };
  },
});
