import { refusal } from '@tidegate/protocol';
import type { ObjectStore, UploadTarget } from '../../stores/objects/object-store.ts';

const pageParts = 1000;

/**
 * Refuses to complete an upload whose named parts are together larger than an object may be (security.md I,
 * `max_object_bytes`). Parts are looked up only where their number could reach the limit.
 * @throws S3Error EntityTooLarge, NoSuchUpload
 */
export async function checkUploadSize(
  store: ObjectStore,
  place: UploadTarget,
  numbers: ReadonlySet<number>,
  limits: { readonly maxObjectBytes: number; readonly maxPartBytes: number },
): Promise<void> {
  if (numbers.size * limits.maxPartBytes <= limits.maxObjectBytes) return;
  let sizeBytes = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page: Awaited<ReturnType<ObjectStore['listParts']>> = await store.listParts(place, after, pageParts);
    for (const part of page.parts) if (numbers.has(part.partNumber)) sizeBytes += part.sizeBytes;
    after = page.next;
  }
  if (sizeBytes > limits.maxObjectBytes) {
    throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: limits.maxObjectBytes });
  }
}
