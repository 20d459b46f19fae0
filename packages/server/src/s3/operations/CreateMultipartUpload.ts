import { InitiateMultipartUploadResult, parseChecksumType, refusal } from '@tidegate/protocol';
import type { NewUpload, UploadRecord } from '../../stores/objects/object-store.ts';
import { encryptionInput, readEncryption } from '../input/encryption.ts';
import { checkRetention, lockAccess, lockHeaders } from '../input/lock.ts';
import { aclAccess, checksumAlgorithm, objectAcl, objectHead, storageClass } from '../input/object-head.ts';
import { taggingHeader, tagsAccess } from '../input/tags.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { ownerOf } from '../objects/owner.ts';
import {
  fromHead,
  type InputOf,
  type OperationCaller,
  operation,
  type RequestHead,
  type Target,
  xml,
} from '../operation.ts';

/** What says how the object of an upload in parts will be. */
export const createUploadInput = {
  ...encryptionInput,
  head: objectHead,
  acl: objectAcl,
  storageClass,
  tags: taggingHeader,
  lock: lockHeaders,
  checksum: fromHead(readChecksum),
};

/** The upload that a request asks for. @throws S3Error InvalidArgument: a retention that has ended */
export function newUpload(
  { bucket, key }: Target,
  input: InputOf<typeof createUploadInput>,
  caller: OperationCaller,
  nowMs: number,
): NewUpload {
  const { acl, head, tags, lock, checksum } = input;
  checkRetention(lock.retention, nowMs);
  const encryption = readEncryption(input.encryption);
  const write = { ...head, owner: ownerOf(caller), acl: acl ?? 'private', tags, lock, encryption };
  return { bucket, key, write, checksum };
}

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
  input: createUploadInput,
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
    const asked = newUpload(target, input, caller, clock.nowMs());
    const upload = await store.createUpload(asked);
    const { checksum, write } = asked;
    return {
      document: { bucket: target.bucket, key: target.key, uploadId: upload.uploadId },
      headers: {
        algorithm: checksum?.algorithm,
        type: checksum?.type,
        ...encryptionHeaders(
          upload.encryption,
          write.encryption?.kind === 'customer' ? write.encryption.key : undefined,
        ),
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
