import { Readable } from 'node:stream';
import { refusal } from '@tidegate/protocol';

/** Bytes in the order of arrival. */
export type ByteSource = AsyncIterable<Uint8Array>;

/**
 * A stream's bytes. Leaving the loop early does not destroy the stream: it may be the request itself, whose connection is
 * still needed for the answer.
 */
export async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      // Sound: a request's stream has no encoding set, so it yields Buffers.
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw brokenOff(error);
  }
}

/** A client that went away in the middle of its body: a refusal, not a bug (SEC-420). Other errors stay as they are. */
export function brokenOff(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'EPIPE'
    ? refusal('IncompleteBody', {})
    : error;
}

/** A source as a stream of bytes; destroying it ends the source's loop. */
export function streamOf(source: ByteSource): Readable {
  return Readable.from(source, { objectMode: false, highWaterMark: 65_536 });
}

/** Reads a whole small body: for documents only (bounded). `tooLarge` makes the refusal. */
export async function readSmallBody(source: ByteSource, maxBytes: number, tooLarge: () => Error): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, sizeBytes);
}
