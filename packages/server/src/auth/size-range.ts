import { refusal } from '@tidegate/protocol';
import type { ByteSource } from './body-source.ts';

/** Bounds of a file in a POST form: `content-length-range` of its policy and the server's own. */
export type SizeRange = { readonly minBytes: number; readonly maxBytes: number };

/** Passes a body on while it fits: stops at the first byte too many, fails at an end that comes too early (SIG-88, SEC-138). */
export async function* checkSize(source: ByteSource, range: SizeRange): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > range.maxBytes) {
      throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: range.maxBytes });
    }
    yield chunk;
  }
  if (sizeBytes < range.minBytes) {
    throw refusal('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: range.minBytes });
  }
}
