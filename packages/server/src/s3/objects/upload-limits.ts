import { refusal } from '@tidegate/protocol';
import type { ObjectStore, UploadRecord, UploadTarget } from '../../stores/objects/object-store.ts';

/**
 * LNK-39: refuses a part that would make its upload larger than the link that opened it allows, whoever sends it, before a byte is
 * taken. Parts that arrive at once may pass together; Complete decides on their sum.
 * @throws S3Error EntityTooLarge; MissingContentLength for a part that does not say its size
 */
export async function checkPartFits(
  store: ObjectStore,
  target: UploadTarget,
  upload: UploadRecord,
  part: { readonly partNumber: number; readonly sizeBytes: number | undefined },
): Promise<void> {
  const maxBytes = upload.linkLimits?.maxBytes;
  if (maxBytes === undefined) return;
  // What cannot be judged before it is taken is not taken.
  if (part.sizeBytes === undefined) throw refusal('MissingContentLength', {});
  let sumBytes = part.sizeBytes;
  let after: number | undefined = 0;
  while (after !== undefined && sumBytes <= maxBytes) {
    const page: Awaited<ReturnType<ObjectStore['listParts']>> = await store.listParts(target, after, 1000);
    // A part takes the place of the one with its number.
    for (const stored of page.parts) if (stored.partNumber !== part.partNumber) sumBytes += stored.sizeBytes;
    after = page.next;
  }
  if (sumBytes > maxBytes) throw refusal('EntityTooLarge', { ProposedSize: sumBytes, MaxSizeAllowed: maxBytes });
}
