import { formatHttpDate, GetObjectAttributesResponse, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { checkCustomerKey } from '../../stores/objects/object-encryption.ts';
import type { ObjectStore, VersionRecord } from '../../stores/objects/object-store.ts';
import { encryptionInput, readingKey } from '../input/encryption.ts';
import { invalidArgument, pageSize, partNumberMarker } from '../input/parameters.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { checksumMembers } from '../objects/checksum-members.ts';
import { shownVersion } from '../objects/version-header.ts';
import { header, operation, type Parser, xml } from '../operation.ts';

const known: ReadonlySet<string> = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);
const maxPartsAtOnce = 1000;

/** Says what a version is without its bytes and headers: ETag, checksum, size, parts. Source: AWS API reference, GetObjectAttributes. */
export const GetObjectAttributes = operation({
  name: 'GetObjectAttributes',
  method: 'GET',
  resource: 'object',
  subresource: 'attributes',
  action: 's3:GetObject',
  alsoNeeds: (input, target) => [
    { action: 's3:GetObjectAttributes', bucket: target.bucket, key: target.key },
    ...versionAccess('s3:GetObjectVersion', target, input.versionId),
  ],
  input: {
    ...encryptionInput,
    versionId,
    attributes: header('x-amz-object-attributes', readAttributes),
    maxParts: header('x-amz-max-parts', pageSize),
    marker: header('x-amz-part-number-marker', partNumberMarker),
  },
  output: {
    document: xml('GetObjectAttributesResponse', GetObjectAttributesResponse),
    headers: { versionId: 'x-amz-version-id', lastModified: 'Last-Modified' },
  },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'InvalidArgument',
    'InvalidRequest',
    'InvalidEncryptionAlgorithmError',
  ],

  async handle({ target, input, permit }, { store }) {
    const { attributes } = input;
    const version = { ...target, versionId: input.versionId };
    const record = await hideMissingKey(permit, target, () => store.readObject(version));
    if (!permit.admits(record)) throw refusal('AccessDenied', {});
    checkCustomerKey(record.encryption, readingKey(input.encryption));
    const { checksums } = record;
    return {
      document: {
        etag: attributes.has('ETag') ? record.etag : undefined,
        checksum:
          attributes.has('Checksum') && checksums !== undefined
            ? { ...checksumMembers(checksums.values), checksumType: checksums.type }
            : undefined,
        parts: attributes.has('ObjectParts') ? await partsOf(store, record, input) : undefined,
        storageClass: attributes.has('StorageClass') ? 'STANDARD' : undefined,
        sizeBytes: attributes.has('ObjectSize') ? record.sizeBytes : undefined,
      },
      headers: {
        versionId: await shownVersion(store, target.bucket, record.versionId),
        lastModified: formatHttpDate(record.modifiedAtMs),
      },
    };
  },
});

function readAttributes(...[text = '', name]: Parameters<Parser<unknown>>): ReadonlySet<string> {
  const attributes = new Set(text.split(',').map((attribute) => attribute.trim()));
  for (const attribute of attributes) {
    if (!known.has(attribute)) throw invalidArgument(name, text, 'Invalid attribute name specified.');
  }
  return attributes;
}

/** Parts of an object that was completed from parts; absent for one that was put whole. */
async function partsOf(
  store: ObjectStore,
  { bucket, key, versionId, partSizes }: VersionRecord,
  { maxParts = maxPartsAtOnce, marker }: { readonly maxParts: number | undefined; readonly marker: number },
) {
  if (partSizes.length === 0) return undefined;
  const limit = Math.min(maxParts, maxPartsAtOnce);
  const parts = await store.readParts({ bucket, key, versionId }, marker, limit);
  return {
    totalCount: partSizes.length,
    marker,
    nextMarker: marker + parts.length,
    maxParts: limit,
    isTruncated: marker + parts.length < partSizes.length,
    parts: parts.map(({ partNumber, sizeBytes, checksums }) => ({
      partNumber,
      sizeBytes,
      ...checksumMembers(checksums),
    })),
  };
}
