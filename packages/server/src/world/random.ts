import { randomBytes } from 'node:crypto';

/** Randomness, passed in. Cryptographic in the real world (SEC-810), seeded in tests. */
export interface Random {
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
