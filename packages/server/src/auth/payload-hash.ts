import { createHash } from 'node:crypto';
import { refusal } from '@tidegate/protocol';
import type { ByteSource } from './body-source.ts';

/**
 * Passes a body on and fails at its end when its SHA-256 is not the one that was signed: before the object becomes visible
 * (SIG-20, SEC-129).
 * @param expected lower-case hex
 */
export async function* checkPayloadHash(source: ByteSource, expected: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  const computed = hash.digest('hex');
  if (computed !== expected) throw hashMismatch(expected, computed);
}

function hashMismatch(expected: string, computed: string): Error {
  return refusal('XAmzContentSHA256Mismatch', {
    ClientComputedContentSHA256: expected,
    S3ComputedContentSHA256: computed,
  });
}
