import { createHash } from 'node:crypto';
import type { ByteSource } from './body-source.ts';

/** What somebody beside the signature asks of the bytes of a body while they flow. Whatever it throws fails the body. */
export interface BodyRules {
  /** Whether `end` needs the SHA-256. */
  readonly wantsDigest: boolean;
  /** Told of each chunk before it goes on; `soFarBytes` counts it in. */
  take(chunkBytes: number, soFarBytes: number): Promise<void> | undefined;
  /** Told when the body has ended. `sha256`: hex, where it was wanted. */
  end(sizeBytes: number, sha256: string | undefined): void;
}

/** Passes a body on under rules. */
export async function* underRules(source: ByteSource, rules: BodyRules): AsyncGenerator<Uint8Array> {
  const hash = rules.wantsDigest ? createHash('sha256') : undefined;
  let soFarBytes = 0;
  for await (const chunk of source) {
    soFarBytes += chunk.byteLength;
    const wait = rules.take(chunk.byteLength, soFarBytes);
    if (wait !== undefined) await wait;
    hash?.update(chunk);
    yield chunk;
  }
  rules.end(soFarBytes, hash?.digest('hex'));
}
