import {
  CompleteMultipartUpload as CompleteMultipartUploadDocument,
  CompleteMultipartUploadResult,
  checksumAlgorithmOfHeader,
  maxXmlBytes,
  quoteEtag,
  refusal,
  S3Error,
  unquoteEtag,
} from '@tidegate/protocol';
import { checkCompletionKey } from '../../stores/objects/object-encryption.ts';
import type { ObjectStore, StoredChecksums, UploadRecord, UploadTarget } from '../../stores/objects/object-store.ts';
import { readChecksumValue } from '../input/checksum-value.ts';
import { writeCondition } from '../input/conditions.ts';
import { encryptionInput, readingKey } from '../input/encryption.ts';
import { invalidArgument, optionalText, requiredText } from '../input/parameters.ts';
import { checksumMembers, checksumValues } from '../objects/checksum-members.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { expirationHeader } from '../objects/lifecycle.ts';
import { objectUrl } from '../objects/object-url.ts';
import { checkUploadSize } from '../objects/upload-size.ts';
import { writtenVersion } from '../objects/version-header.ts';
import { fromHead, header, operation, optionalXml, query, type RequestHead, xml } from '../operation.ts';
import { created } from '../operation-events.ts';

/**
 * Makes an object of the parts that are named; copies nothing. The same parts again get the same answer (REL-5).
 * Source: AWS API reference, CompleteMultipartUpload.
 */
export const CompleteMultipartUpload = operation({
  name: 'CompleteMultipartUpload',
  method: 'POST',
  resource: 'object',
  subresource: 'uploadId',
  action: 's3:PutObject',
  input: {
    ...encryptionInput,
    uploadId: query('uploadId', requiredText),
    checksums: fromHead(readChecksums),
    checksumType: header('x-amz-checksum-type', optionalText),
    sizeBytes: header('x-amz-mp-object-size', (text, name) => {
      if (text === undefined || /^\d{1,15}$/.test(text)) return text === undefined ? undefined : Number(text);
      throw invalidArgument(name, text, `Value for ${name} header is invalid.`);
    }),
    condition: writeCondition,
  },
  body: optionalXml('CompleteMultipartUpload', CompleteMultipartUploadDocument),
  maxBodyBytes: maxXmlBytes,
  output: {
    document: xml('CompleteMultipartUploadResult', CompleteMultipartUploadResult),
    headers: { versionId: 'x-amz-version-id', expiration: 'x-amz-expiration', ...encryptionHeaderNames },
  },
  refuses: [
    'NoSuchUpload',
    'InvalidPart',
    'InvalidPartOrder',
    'EntityTooSmall',
    'EntityTooLarge',
    'MalformedXML',
    'InvalidArgument',
    'InvalidRequest',
    'BadDigest',
    'PreconditionFailed',
    'ConditionalRequestConflict',
  ],

  async handle({ target, input, document, bucketUrl }, { store, limits }) {
    const place = { ...target, uploadId: input.uploadId };
    const customerKey = readingKey(input.encryption);
    // Amazon S3 says the same of no document as of one without parts.
    if (document === undefined) throw refusal('MalformedXML', {});
    for (const { partNumber } of document.parts) {
      if (partNumber >= 1 && partNumber <= limits.maxParts) continue;
      const message = `Part number must be an integer between 1 and ${limits.maxParts}, inclusive`;
      throw invalidArgument('PartNumber', String(partNumber), message);
    }
    // Completed already, perhaps: then the store knows the answer, and there is nothing left to judge.
    const upload = await readOpenUpload(place, store);
    if (upload !== undefined) {
      checkCompletionKey(upload, customerKey);
      checkType(input.checksumType, upload);
      await checkUploadSize(store, place, new Set(document.parts.map(({ partNumber }) => partNumber)), limits);
    }
    const record = await store.completeUpload(place, {
      parts: document.parts.filter(isLastOfItsNumber).map((part) => ({
        partNumber: part.partNumber,
        etag: unquoteEtag(part.etag),
        checksums: checksumValues(part),
      })),
      minPartBytes: limits.minPartBytes,
      expectChecksums: input.checksums,
      ...(input.sizeBytes === undefined ? {} : { expectSizeBytes: input.sizeBytes }),
      condition: input.condition,
      refusesConflicts: true,
    });
    return {
      document: {
        location: objectUrl(bucketUrl, target.key),
        bucket: target.bucket,
        key: target.key,
        etag: quoteEtag(record.etag),
        ...checksumMembers(record.checksums?.values),
        checksumType: record.checksums?.type,
      },
      headers: {
        versionId: writtenVersion(record.versionId),
        expiration: await expirationHeader(store, record, limits.lifecycleDayMs),
        ...encryptionHeaders(record.encryption, customerKey),
      },
      events: [created('CompleteMultipartUpload', record)],
    };
  },
});

/** A part that was sent again while it was under way is named twice in a row by some clients: the later one counts. */
function isLastOfItsNumber(
  part: { readonly partNumber: number },
  at: number,
  parts: readonly { readonly partNumber: number }[],
): boolean {
  return parts[at + 1]?.partNumber !== part.partNumber;
}

/** The whole object's checksum as the caller expects it. @throws S3Error InvalidRequest */
function readChecksums(head: RequestHead): StoredChecksums['values'] {
  const expected: { -readonly [Name in keyof StoredChecksums['values']]: string } = {};
  for (const [name, value] of head.headersWith('x-amz-checksum-')) {
    const algorithm = checksumAlgorithmOfHeader(name);
    if (algorithm !== undefined) expected[algorithm] = readChecksumValue(algorithm, value, 'maybe-composite');
  }
  return expected;
}

/** The type was fixed when the upload was opened. @throws S3Error InvalidRequest */
function checkType(type: string | undefined, upload: UploadRecord): void {
  const opened = upload.checksum?.type;
  if (type === undefined || type === opened) return;
  const message = `The upload was created using the ${opened ?? 'null'} checksum mode. The complete request must use the same checksum mode.`;
  throw refusal('InvalidRequest', {}, undefined, message);
}

async function readOpenUpload(place: UploadTarget, store: ObjectStore): Promise<UploadRecord | undefined> {
  try {
    return await store.readUpload(place);
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchUpload') return undefined;
    throw error;
  }
}
