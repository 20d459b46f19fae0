import { type CopySource, parseCopySource } from '@tidegate/protocol';
import { expectedOwner } from '../common-headers.ts';
import { type Access, header } from '../operation.ts';

/** `x-amz-copy-source` (SEC-303). @throws S3Error InvalidArgument */
export const copySource = header('x-amz-copy-source', (text): CopySource => parseCopySource(text ?? ''));

/** `x-amz-source-expected-bucket-owner`. */
export const sourceOwner = header('x-amz-source-expected-bucket-owner', expectedOwner);

/** Reading the source goes through the same gate as writing the target (SEC-302). */
export function sourceAccess(source: CopySource, owner: string | undefined): readonly Access[] {
  const { bucket, key, versionId } = source;
  const read: Access = { action: 's3:GetObject', bucket, key, versionId, expectedOwner: owner };
  return versionId === undefined ? [read] : [read, { ...read, action: 's3:GetObjectVersion' }];
}
