import { quoteEtag, refusal } from '@tidegate/protocol';
import type { UploadRecord } from '../../stores/objects/object-store.ts';
import { type DeclaredBody, declaredAlgorithm, declaredBody, expectationOf } from '../input/body-expectation.ts';
import { encryptionInput, readingKey } from '../input/encryption.ts';
import { partNumber, requiredText } from '../input/parameters.ts';
import { boundBody } from '../objects/bound-body.ts';
import { checksumHeaderNames, checksumMembers } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { checkPartFits } from '../objects/upload-limits.ts';
import { operation, query } from '../operation.ts';

const { checksumType: _none, ...partChecksumHeaders } = checksumHeaderNames;

/** Stores one part of an upload. Source: AWS API reference, UploadPart. */
export const UploadPart = operation({
  name: 'UploadPart',
  method: 'PUT',
  resource: 'object',
  subresource: 'uploadId',
  action: 's3:PutObject',
  input: {
    ...encryptionInput,
    uploadId: query('uploadId', requiredText),
    partNumber: query('partNumber', partNumber),
    declared: declaredBody,
  },
  body: 'stream',
  output: { headers: { etag: 'etag', ...partChecksumHeaders, ...encryptionHeaderNames } },
  refuses: ['NoSuchUpload', 'InvalidArgument', 'BadDigest', 'IncompleteBody', 'EntityTooLarge', 'InvalidRequest'],

  async handle({ target, input, body }, { store, limits }) {
    const { uploadId, declared } = input;
    checkPartNumber(input.partNumber, limits.maxParts);
    const customerKey = readingKey(input.encryption);
    const place = { ...target, uploadId, customerKey };
    const upload = await store.readUpload(place);
    checkAlgorithm(upload, declared);
    const { sizeBytes } = body;
    await checkPartFits(store, place, upload, { partNumber: input.partNumber, sizeBytes });
    const stream = boundBody(body, limits.maxPartBytes);
    const expect = expectationOf(declared, body, upload.checksum?.algorithm);
    const part = await store.putPart(place, input.partNumber, stream, expect);
    const encrypted = encryptionHeaders(upload.encryption, customerKey);
    return { headers: { etag: quoteEtag(part.etag), ...checksumMembers(part.checksums), ...encrypted } };
  },
});

/** The server's own limit may lie below S3's. @throws S3Error InvalidArgument */
export function checkPartNumber(number: number, maxParts: number): void {
  if (number <= maxParts) return;
  const message = `Part number must be an integer between 1 and ${maxParts}, inclusive`;
  throw refusal('InvalidArgument', { ArgumentName: 'partNumber', ArgumentValue: String(number) }, undefined, message);
}

/** All parts have the checksum that the upload was opened with. @throws S3Error InvalidRequest */
function checkAlgorithm(upload: UploadRecord, declared: DeclaredBody): void {
  const sent = declaredAlgorithm(declared);
  const wanted = upload.checksum?.algorithm;
  if (sent === undefined || wanted === undefined || sent === wanted) return;
  const message =
    `Checksum Type mismatch occurred, expected checksum Type: ${wanted.toLowerCase()}, ` +
    `actual checksum Type: ${sent.toLowerCase()}`;
  throw refusal('InvalidRequest', {}, undefined, message);
}
