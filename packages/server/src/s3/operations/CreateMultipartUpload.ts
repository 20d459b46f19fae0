import { InitiateMultipartUploadResult, parseChecksumType, refusal } from '@tidegate/protocol';
import type { UploadRecord } from '../../stores/objects/object-store.ts';
import { encryptionInput, encryptionWish } from '../input/encryption.ts';
import { checkRetention, lockAccess, lockHeaders } from '../input/lock.ts';
import { aclAccess, checksumAlgorithm, objectAcl, objectHead, storageClass } from '../input/object-head.ts';
import { taggingHeader, tagsAccess } from '../input/tags.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { ownerOf } from '../objects/owner.ts';
import { fromHead, operation, type RequestHead, xml } from '../operation.ts';

/** Opens an upload in parts. Source: AWS API reference, CreateMultipartUpload. */
export const CreateMultipartUpload = operation({
  name: 'CreateMultipartUpload',
  method: 'POST',
  resource: 'object',
  subresource: 'uploads',
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
    checksum: fromHead(readChecksum),
  },
  output: {
    document: xml('InitiateMultipartUploadResult', InitiateMultipartUploadResult),
    headers: { algorithm: 'x-amz-checksum-algorithm', type: 'x-amz-checksum-type', ...encryptionHeaderNames },
  },
  refuses: [
    'NoSuchBucket',
    'InvalidStorageClass',
    'MetadataTooLarge',
    'InvalidTag',
    'InvalidArgument',
    'InvalidRequest',
    'InvalidEncryptionAlgorithmError',
    'SlowDown',
    'NotImplemented',
  ],

  async handle({ target, input, caller }, { store, clock }) {
    const { acl, head, tags, lock, checksum } = input;
    checkRetention(lock.retention, clock.nowMs());
    const encryption = encryptionWish(input.encryption);
    const write = { ...head, owner: ownerOf(caller), acl: acl ?? 'private', tags, lock, encryption };
    const upload = await store.createUpload({ bucket: target.bucket, key: target.key, write, checksum });
    return {
      document: { bucket: target.bucket, key: target.key, uploadId: upload.uploadId },
      headers: {
        algorithm: checksum?.algorithm,
        type: checksum?.type,
        ...encryptionHeaders(upload.encryption, encryption?.kind === 'customer' ? encryption.key : undefined),
      },
    };
  },
});

/** The checksum that all parts will have, and how the whole object's comes about. @throws S3Error InvalidRequest */
function readChecksum(head: RequestHead): UploadRecord['checksum'] {
  const algorithm = checksumAlgorithm.read(head);
  const type = head.header('x-amz-checksum-type');
  if (algorithm !== undefined) return { algorithm, type: parseChecksumType(algorithm, type) };
  if (type === undefined) return undefined;
  const message = 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.';
  throw refusal('InvalidRequest', {}, undefined, message);
}
