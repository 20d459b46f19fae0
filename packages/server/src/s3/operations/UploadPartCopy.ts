import { CopyPartResult, parseCopySourceRange, quoteEtag, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { sourceCondition } from '../input/conditions.ts';
import { copySource, sourceAccess, sourceOwner } from '../input/copy-source.ts';
import { encryptionInput, readCustomerKey, readingKey, sourceKey } from '../input/encryption.ts';
import { optionalText, partNumber, requiredText } from '../input/parameters.ts';
import { checksumMembers } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { checkPartFits } from '../objects/upload-limits.ts';
import { shownVersion } from '../objects/version-header.ts';
import { header, operation, query, xml } from '../operation.ts';
import { checkPartNumber } from './UploadPart.ts';

/** Makes a part from an object or a range of it (SEC-302). Source: AWS API reference, UploadPartCopy. */
export const UploadPartCopy = operation({
  name: 'UploadPartCopy',
  method: 'PUT',
  resource: 'object',
  subresource: 'uploadId',
  markers: { header: { 'x-amz-copy-source': true } },
  action: 's3:PutObject',
  alsoNeeds: ({ source, sourceOwner: owner }) => sourceAccess(source, owner),
  input: {
    ...encryptionInput,
    sourceKey,
    uploadId: query('uploadId', requiredText),
    partNumber: query('partNumber', partNumber),
    source: copySource,
    sourceOwner,
    sourceCondition,
    range: header('x-amz-copy-source-range', optionalText),
  },
  output: {
    document: xml('CopyPartResult', CopyPartResult),
    headers: { sourceVersionId: 'x-amz-copy-source-version-id', ...encryptionHeaderNames },
  },
  refuses: ['NoSuchUpload', 'NoSuchBucket', 'NoSuchKey', 'InvalidArgument', 'InvalidRange', 'PreconditionFailed'],

  async handle({ target, input, permit }, { store, limits }) {
    const { source, uploadId } = input;
    checkPartNumber(input.partNumber, limits.maxParts);
    const record = await hideMissingKey(permit, source, () => store.readObject(source));
    if (!permit.admits(record)) throw refusal('AccessDenied', {});
    const range = input.range === undefined ? undefined : parseCopySourceRange(input.range, record.sizeBytes);
    const sizeBytes = range === undefined ? record.sizeBytes : range.end - range.start + 1;
    if (sizeBytes > limits.maxPartBytes) {
      throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: limits.maxPartBytes });
    }
    const customerKey = readingKey(input.encryption);
    const place = { ...target, uploadId, customerKey };
    const upload = await store.readUpload(place);
    await checkPartFits(store, place, upload, { partNumber: input.partNumber, sizeBytes });
    const part = await store.copyPart(
      place,
      input.partNumber,
      { ...source, range, customerKey: readCustomerKey(input.sourceKey) },
      input.sourceCondition,
    );
    return {
      document: {
        lastModifiedMs: part.modifiedAtMs,
        etag: quoteEtag(part.etag),
        ...checksumMembers(part.checksums),
      },
      headers: {
        sourceVersionId: await shownVersion(store, source.bucket, record.versionId),
        ...encryptionHeaders(upload.encryption, customerKey),
      },
    };
  },
});
