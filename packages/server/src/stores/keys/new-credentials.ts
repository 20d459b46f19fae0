import type { Random } from '../../world/random.ts';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** How the ids of temporary credentials begin. */
export const sessionIdPrefix = 'TGTS';

/** A new access key id: `TGAK`, or another prefix, and 16 base32 characters, 80 random bits. */
export function newAccessKeyId(random: Random, prefix: 'TGAK' | typeof sessionIdPrefix = 'TGAK'): string {
  let id: string = prefix;
  for (const byte of random.bytes(16)) id += base32[byte & 31];
  return id;
}

/** A new secret: 40 characters of 62, 238 random bits; nothing in it needs escaping in shells, URLs or settings files. */
export function newSecret(random: Random): string {
  let secret = '';
  while (secret.length < 40) {
    for (const byte of random.bytes(64)) {
      // 248 is the largest multiple of 62 in a byte: above it some characters would come more often.
      if (byte < 248 && secret.length < 40) secret += secretAlphabet[byte % 62];
    }
  }
  return secret;
}
