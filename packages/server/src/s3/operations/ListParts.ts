import { ListPartsResult, quoteEtag } from '@tidegate/protocol';
import { ownedIn } from '../../stores/objects/object-ownership.ts';
import { encryptionInput } from '../input/encryption.ts';
import { pageSize, partNumberMarker, requiredText } from '../input/parameters.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { checksumMembers } from '../objects/checksum-members.ts';
import { operation, query, xml } from '../operation.ts';

/** Lists the parts of an upload. Source: AWS API reference, ListParts. */
export const ListParts = operation({
  name: 'ListParts',
  method: 'GET',
  resource: 'object',
  subresource: 'uploadId',
  action: 's3:ListMultipartUploadParts',
  input: {
    ...encryptionInput,
    uploadId: query('uploadId', requiredText),
    maxParts: query('max-parts', pageSize),
    marker: query('part-number-marker', partNumberMarker),
  },
  output: { document: xml('ListPartsResult', ListPartsResult) },
  refuses: ['NoSuchUpload', 'InvalidArgument'],

  async handle({ target, input }, { store, limits }) {
    const { uploadId, marker } = input;
    const limit = Math.min(input.maxParts ?? limits.maxListKeys, limits.maxListKeys);
    const { upload, parts, next } = await store.listParts({ ...target, uploadId }, marker, limit);
    const bucket = await readExistingBucket(store, target.bucket);
    const initiator = { id: upload.owner.id, displayName: upload.owner.displayName };
    return {
      document: {
        bucket: target.bucket,
        key: target.key,
        uploadId,
        initiator,
        // Who will own the object as things stand.
        owner: ownedIn(bucket.config, () => bucket.owner, upload).owner,
        storageClass: 'STANDARD',
        partNumberMarker: marker,
        nextPartNumberMarker: next ?? parts.at(-1)?.partNumber,
        maxParts: limit,
        isTruncated: next !== undefined,
        checksumAlgorithm: upload.checksum?.algorithm,
        checksumType: upload.checksum?.type,
        parts: parts.map((part) => ({
          partNumber: part.partNumber,
          lastModifiedMs: part.modifiedAtMs,
          etag: quoteEtag(part.etag),
          sizeBytes: part.sizeBytes,
          ...checksumMembers(part.checksums),
        })),
      },
    };
  },
});
