import type { WrappingKey } from '../../objects/body-cipher.ts';
import {
  type CustomerKey,
  type EncryptionChoice,
  etagOfBody,
  type ObjectEncryption,
} from '../../objects/object-encryption.ts';
import type { StoredChecksums } from '../../objects/object-store.ts';

/** What the key of a new body is wrapped under; undefined: the body is stored as it comes (ENC-20). */
export function wrappingOf(
  { bodyKey }: { readonly bodyKey: Uint8Array },
  encryption: ObjectEncryption | undefined,
  choice: EncryptionChoice | undefined,
): WrappingKey | undefined {
  if (choice?.kind === 'customer') return choice;
  return encryption === undefined ? undefined : { kind: 'server', key: bodyKey };
}

/** A customer's key as a choice; undefined: none. */
export function choiceOf(key: CustomerKey | undefined): EncryptionChoice | undefined {
  return key === undefined ? undefined : { kind: 'customer', key };
}

/** The entity tag of a body (ENC-13). */
export function etagUnder(md5: string, choice: EncryptionChoice | undefined): string {
  return etagOfBody(md5, choice?.kind === 'customer' ? choice.key : undefined);
}

/** Checksums of a whole body, where there are any. */
export function fullObject(values: StoredChecksums['values']): StoredChecksums | undefined {
  return Object.keys(values).length === 0 ? undefined : { type: 'FULL_OBJECT', values };
}
