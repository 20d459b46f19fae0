import type { WrappingKey } from '../../objects/body-cipher.ts';
import {
  type CustomerKey,
  type EncryptionWish,
  etagOfBody,
  type ObjectEncryption,
} from '../../objects/object-encryption.ts';
import type { StoredChecksums } from '../../objects/object-store.ts';

/** What the key of a new body is wrapped under; undefined: the body is stored as it comes (ENC-20). */
export function wrappingOf(
  { bodyKey }: { readonly bodyKey: Uint8Array },
  encryption: ObjectEncryption | undefined,
  wish: EncryptionWish | undefined,
): WrappingKey | undefined {
  if (wish?.kind === 'customer') return wish;
  return encryption === undefined ? undefined : { kind: 'server', key: bodyKey };
}

/** A customer's key as a wish; undefined: none. */
export function wishOf(key: CustomerKey | undefined): EncryptionWish | undefined {
  return key === undefined ? undefined : { kind: 'customer', key };
}

/** The entity tag of a body (ENC-13). */
export function etagUnder(md5: string, wish: EncryptionWish | undefined): string {
  return etagOfBody(md5, wish?.kind === 'customer' ? wish.key : undefined);
}

/** Checksums of a whole body, where there are any. */
export function fullObject(values: StoredChecksums['values']): StoredChecksums | undefined {
  return Object.keys(values).length === 0 ? undefined : { type: 'FULL_OBJECT', values };
}
