import type { ByteRange } from '@tidegate/protocol';
import type { ObjectStore, StoredChecksums, VersionRecord } from '../../stores/objects/object-store.ts';

/**
 * The checksums that go out beside the bytes of a read: those of the whole beside the whole, those of a part beside that part. An
 * SDK would take any other for those of the bytes it gets, and fail.
 */
export async function shownChecksums(
  store: ObjectStore,
  record: VersionRecord,
  range: ByteRange | undefined,
  partNumber: number | undefined,
): Promise<StoredChecksums | undefined> {
  const isWhole = range === undefined || range.end - range.start + 1 === record.sizeBytes;
  if (partNumber === undefined || record.partSizes.length === 0) {
    return isWhole && (range === undefined || partNumber !== undefined) ? record.checksums : undefined;
  }
  const { bucket, key, versionId, checksums } = record;
  if (checksums === undefined) return undefined;
  const [part] = await store.readParts({ bucket, key, versionId }, partNumber - 1, 1);
  return part === undefined || Object.keys(part.checksums).length === 0
    ? undefined
    : { type: checksums.type, values: part.checksums };
}
