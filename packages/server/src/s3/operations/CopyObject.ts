import { CopyObjectResult, maxCopySourceBytes, quoteEtag, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { checkCustomerKey } from '../../stores/objects/object-encryption.ts';
import type { VersionRecord } from '../../stores/objects/object-store.ts';
import { sourceCondition, writeCondition } from '../input/conditions.ts';
import { copySource, sourceAccess, sourceOwner } from '../input/copy-source.ts';
import { encryptionInput, readCustomerKey, readEncryption, sourceKey } from '../input/encryption.ts';
import { checkRetention, lockAccess, lockHeaders } from '../input/lock.ts';
import {
  aclAccess,
  checksumAlgorithm,
  metadataDirective,
  objectAcl,
  objectHead,
  storageClass,
} from '../input/object-head.ts';
import { copiedTags, tagsAccess } from '../input/tags.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { checksumMembers } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { expirationHeader } from '../objects/lifecycle.ts';
import { ownerOf } from '../objects/owner.ts';
import { shownVersion, writtenVersion } from '../objects/version-header.ts';
import { header, operation, xml } from '../operation.ts';
import { created } from '../operation-events.ts';

/** Copies an object, by reference where its bytes stay as they are. The source is read through the same gate (SEC-302). Source: AWS API reference, CopyObject. */
export const CopyObject = operation({
  name: 'CopyObject',
  method: 'PUT',
  resource: 'object',
  markers: { header: { 'x-amz-copy-source': true } },
  action: 's3:PutObject',
  alsoNeeds: ({ source, sourceOwner: owner, acl, tagging, lock }, target) => [
    ...sourceAccess(source, owner),
    ...aclAccess(acl, target),
    ...tagsAccess(tagging.tags, target),
    ...lockAccess(lock, target),
  ],
  input: {
    ...encryptionInput,
    sourceKey,
    source: copySource,
    sourceOwner,
    sourceCondition,
    condition: writeCondition,
    directive: metadataDirective,
    head: objectHead,
    acl: objectAcl,
    storageClass,
    namesStorageClass: header('x-amz-storage-class', (text) => text !== undefined),
    tagging: copiedTags,
    lock: lockHeaders,
    checksumAlgorithm,
  },
  output: {
    document: xml('CopyObjectResult', CopyObjectResult),
    headers: {
      versionId: 'x-amz-version-id',
      expiration: 'x-amz-expiration',
      sourceVersionId: 'x-amz-copy-source-version-id',
      ...encryptionHeaderNames,
    },
  },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'PreconditionFailed',
    'InvalidRequest',
    'InvalidArgument',
    'MethodNotAllowed',
    'MetadataTooLarge',
    'InvalidTag',
    'InvalidEncryptionAlgorithmError',
    'NotImplemented',
  ],

  async handle({ target, input, caller, permit }, { store, clock, limits }) {
    const { source, directive, head, acl, lock } = input;
    checkRetention(lock.retention, clock.nowMs());
    const isItself = source.bucket === target.bucket && source.key === target.key && source.versionId === undefined;
    const encryption = readEncryption(input.encryption);
    const customerKey = readCustomerKey(input.sourceKey);
    const isSame = directive === 'COPY' && input.tagging.directive === 'COPY' && encryption === undefined;
    if (isItself && isSame && !input.namesStorageClass) {
      const bucket = await readExistingBucket(store, target.bucket);
      // Under default encryption the copy is encrypted anew, which counts as a change.
      if (bucket.config.encryption === undefined) throw copyToItself();
    }
    const record = await hideMissingKey(permit, source, () => store.readObject(source));
    if (!permit.admits(record)) throw refusal('AccessDenied', {});
    checkCustomerKey(record.encryption, customerKey);
    checkSource(record);
    const copied = await store.copyObject(
      { ...source, customerKey },
      target,
      {
        owner: ownerOf(caller),
        acl: acl ?? 'private',
        replace: directive === 'REPLACE' ? head : undefined,
        tags: input.tagging.directive === 'REPLACE' ? (input.tagging.tags ?? []) : undefined,
        lock,
        encryption,
        checksum: input.checksumAlgorithm,
      },
      { source: input.sourceCondition, target: input.condition },
    );
    return {
      document: {
        lastModifiedMs: copied.modifiedAtMs,
        etag: quoteEtag(copied.etag),
        checksumType: copied.checksums?.type,
        ...checksumMembers(copied.checksums?.values),
      },
      headers: {
        versionId: writtenVersion(copied.versionId),
        expiration: await expirationHeader(store, copied, limits.lifecycleDayMs),
        sourceVersionId: await shownVersion(store, source.bucket, record.versionId),
        ...encryptionHeaders(copied.encryption, encryption?.kind === 'customer' ? encryption.key : undefined),
      },
      events: [created('Copy', copied)],
    };
  },
});

/** @throws S3Error InvalidRequest */
function checkSource(record: VersionRecord): void {
  if (record.sizeBytes > maxCopySourceBytes) {
    const message = `The specified copy source is larger than the maximum allowable size for a copy source: ${maxCopySourceBytes}`;
    throw refusal('InvalidRequest', {}, undefined, message);
  }
}

function copyToItself(): Error {
  const message =
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, " +
    'storage class, website redirect location or encryption attributes.';
  return refusal('InvalidRequest', {}, undefined, message);
}
