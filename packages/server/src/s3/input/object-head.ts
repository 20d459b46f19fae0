import {
  type Acl,
  type ChecksumAlgorithm,
  parseCannedAcl,
  parseChecksumAlgorithm,
  parseGrantHeaders,
  parseMetadataDirective,
  parseStorageClass,
  parseStoredHeaders,
  parseUserMetadata,
  refusal,
  withoutAwsChunked,
} from '@tidegate/protocol';
import type { ObjectWrite } from '../../stores/objects/object-store.ts';
import { type Access, fromHead, gated, header, type RequestHead, type Target } from '../operation.ts';

/** What a write says of an object besides its bytes. */
export type ObjectHead = Pick<ObjectWrite, 'contentType' | 'headers' | 'metadata'>;

/**
 * Content type, stored headers and user metadata of a write (SEC-418, SEC-419, SIG-107). An empty value counts as not sent.
 * @throws S3Error InvalidArgument, MetadataTooLarge
 */
export const objectHead = fromHead((head): ObjectHead => {
  const stored = parseStoredHeaders((name) => head.header(name));
  const headers: Record<string, string> = {};
  for (const [name, value] of stored) {
    const kept = name === 'content-encoding' ? withoutTransferCoding(value) : value;
    if (kept !== undefined && name !== 'content-type') headers[name] = kept;
  }
  // A metadata name such as `__proto__` is a name like any other (SEC-315).
  const metadata: Record<string, string> = Object.create(null);
  for (const [name, value] of parseUserMetadata(head.headersWith('x-amz-meta-'))) metadata[name] = value;
  return { contentType: stored.get('content-type'), headers, metadata };
});

/** `aws-chunked` describes how a body travels; some clients name it twice, and no object ever has it. */
function withoutTransferCoding(value: string): string | undefined {
  let kept: string | undefined = value;
  while (kept !== undefined && /(?:^|,)\s*aws-chunked\s*(?:,|$)/i.test(kept)) kept = withoutAwsChunked(kept);
  return kept;
}

/** `x-amz-acl` or `x-amz-grant-…` of an object: undefined when none was sent. @throws S3Error InvalidArgument, InvalidRequest, NotImplemented */
export const objectAcl = gated(
  fromHead((head) => readAcl(head, 'object')),
  (acl) => ({ acl }),
);

/** The same of a bucket. */
export const bucketAcl = gated(
  fromHead((head) => readAcl(head, 'bucket')),
  (acl) => ({ acl }),
);

function readAcl(head: RequestHead, resource: 'bucket' | 'object'): Acl | undefined {
  const named = head.header('x-amz-acl');
  const canned = named === undefined || named === '' ? undefined : parseCannedAcl(named, resource);
  const grants = parseGrantHeaders((name) => head.header(name));
  if (canned === undefined || grants === undefined) return canned ?? grants;
  const message = 'Specifying both Canned ACLs and Header Grants is not allowed';
  throw refusal('InvalidRequest', {}, undefined, message);
}

/** `x-amz-storage-class`: STANDARD alone. @throws S3Error InvalidStorageClass, NotImplemented */
export const storageClass = header('x-amz-storage-class', parseStorageClass);

/** `x-amz-metadata-directive`. */
export const metadataDirective = header('x-amz-metadata-directive', parseMetadataDirective);

/** `x-amz-checksum-algorithm`, as multipart uploads and copies name it. */
export const checksumAlgorithm = header('x-amz-checksum-algorithm', (text): ChecksumAlgorithm | undefined =>
  text === undefined ? undefined : parseChecksumAlgorithm(text),
);

/** A write that sets an ACL along the way needs the right to set it too (AWS: PutObject, permissions). */
export function aclAccess(acl: Acl | undefined, target: Target): readonly Access[] {
  if (acl === undefined || acl === 'private') return [];
  return [{ action: 's3:PutObjectAcl', bucket: target.bucket, key: target.key, within: 'write', acl }];
}
