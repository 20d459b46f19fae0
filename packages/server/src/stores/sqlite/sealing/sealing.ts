import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Random } from '../../../world/random.ts';
import { Secret } from '../../keys/secret.ts';

/** Format of a sealed secret: this byte, 12 of nonce, 16 of tag, then the encrypted text. */
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Seals a secret under the master key with AES-256-GCM; it opens only beside the same label (SEC-801). */
export function sealSecret(masterKey: Uint8Array, label: string, secret: Secret, random: Random): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(label));
  const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
  return Buffer.concat([Uint8Array.of(format), nonce, cipher.getAuthTag(), text]);
}

/** The other way round. @returns undefined when key, label or bytes are not those it was sealed with (SEC-802) */
export function openSecret(masterKey: Uint8Array, label: string, sealed: Uint8Array): Secret | undefined {
  const head = 1 + nonceBytes + tagBytes;
  if (sealed.byteLength < head || sealed[0] !== format) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', masterKey, sealed.subarray(1, 1 + nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(sealed.subarray(1 + nonceBytes, head));
  try {
    return new Secret(Buffer.concat([decipher.update(sealed.subarray(head)), decipher.final()]).toString('utf8'));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
