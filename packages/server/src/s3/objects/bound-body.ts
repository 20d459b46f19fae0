import { Readable } from 'node:stream';
import { refusal } from '@tidegate/protocol';

/**
 * The body, refused when it is larger than `maxBytes`: at once when its size was declared, else at the first byte too many
 * (SEC-422). A declared size is held by the stream itself, so that nothing stands between it and the store.
 * @throws S3Error EntityTooLarge
 */
export function boundBody(
  body: { readonly stream: Readable; readonly sizeBytes: number | undefined },
  maxBytes: number,
): Readable {
  if (body.sizeBytes === undefined) {
    // Nothing is read before the store reads, so a failure always finds somebody who listens.
    return Readable.from(counted(body.stream, maxBytes), { objectMode: false });
  }
  if (body.sizeBytes > maxBytes) throw tooLarge(body.sizeBytes, maxBytes);
  return body.stream;
}

async function* counted(stream: Readable, maxBytes: number): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  // Not destroyed when it is left: it is a request that still waits for its answer.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is made of bytes');
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(sizeBytes, maxBytes);
    yield chunk;
  }
}

function tooLarge(sizeBytes: number, maxBytes: number): Error {
  return refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: maxBytes });
}
