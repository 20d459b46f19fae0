import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';
import { type ChecksumAlgorithm, refusal } from '@tidegate/protocol';
import type { Random } from '../../world/random.ts';
import type { StoredChecksums, UploadRecord } from './object-store.ts';

/** The key that a customer sends with each request (SSE-C). Prints as `[secret]`; no store keeps it (ENC-10). */
export class CustomerKey {
  readonly #bytes: Uint8Array;

  /** @param bytes 32 bytes */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The key itself. Only ciphers and checks may use it. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** MD5 of the key in base64, as answers repeat it. */
  get md5(): string {
    return createHash('md5').update(this.#bytes).digest('base64');
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** How a write wants its bytes encrypted; undefined: as the bucket says. */
export type EncryptionChoice = { readonly kind: 'server' } | { readonly kind: 'customer'; readonly key: CustomerKey };

/** How a version or upload is encrypted. Of a customer's key only a salted hash is kept (ENC-10). */
export type ObjectEncryption = { readonly kind: 'server' } | { readonly kind: 'customer'; readonly keyCheck: string };

const saltBytes = 16;

/** What a write becomes: what it asks for, else the default of its bucket (ENC-3). */
export function encryptionOf(
  choice: EncryptionChoice | undefined,
  bucketDefault: 'AES256' | undefined,
  random: Random,
): ObjectEncryption | undefined {
  if (choice?.kind === 'customer') return { kind: 'customer', keyCheck: hashKey(choice.key, random.bytes(saltBytes)) };
  return choice === undefined && bucketDefault === undefined ? undefined : { kind: 'server' };
}

/** A member that is there only where there is encryption. */
export function encryptionMember(encryption: ObjectEncryption | undefined): {
  readonly encryption?: ObjectEncryption;
} {
  return encryption === undefined ? {} : { encryption };
}

/**
 * ENC-11: a version under a customer's key is read only with that key, any other without one.
 * @throws S3Error InvalidRequest
 */
export function checkCustomerKey(encryption: ObjectEncryption | undefined, key: CustomerKey | undefined): void {
  if (encryption?.kind !== 'customer') {
    if (key === undefined) return;
    throw invalidRequest('The encryption parameters are not applicable to this object.');
  }
  if (key === undefined) {
    const message =
      'The object was stored using a form of Server Side Encryption. ' +
      'The correct parameters must be provided to retrieve the object.';
    throw invalidRequest(message);
  }
  if (!isKeyOf(encryption.keyCheck, key)) throw otherKey();
}

/** ENC-12: every part comes with the key that its upload was opened with. @throws S3Error InvalidRequest */
export function checkPartKey(encryption: ObjectEncryption | undefined, key: CustomerKey | undefined): void {
  if (encryption?.kind !== 'customer') {
    if (key === undefined) return;
    const message =
      'The multipart upload initiate did not request encryption. ' +
      'Please resend the request without sending encryption parameters.';
    throw invalidRequest(message);
  }
  if (key === undefined) {
    const message =
      'The multipart upload initiate requested encryption. ' +
      'Subsequent part requests must include the appropriate encryption parameters.';
    throw invalidRequest(message);
  }
  if (!isKeyOf(encryption.keyCheck, key)) throw otherKey();
}

/**
 * ENC-12: a completion needs the key of its upload where the upload has a checksum, as on Amazon S3; one that is sent is compared.
 * @throws S3Error InvalidRequest
 */
export function checkCompletionKey(
  { encryption, checksum }: Pick<UploadRecord, 'encryption' | 'checksum'>,
  key: CustomerKey | undefined,
): void {
  if (key !== undefined || checksum !== undefined) checkPartKey(encryption, key);
}

/** ENC-13: the entity tag of bytes under a customer's key; who lacks the key learns nothing of their MD5. */
export function etagOfBody(md5: string, key: CustomerKey | undefined): string {
  if (key === undefined) return md5;
  return createHmac('sha256', key.reveal()).update(`tidegate etag ${md5}`).digest('hex').slice(0, 32);
}

/** Whether a copy may refer to the bodies of its source: both in the clear, or both under the server's key (ENC-14). */
export function sharesBodies(source: ObjectEncryption | undefined, target: ObjectEncryption | undefined): boolean {
  return source?.kind === target?.kind && source?.kind !== 'customer';
}

/** Whether a copy's ETag or checksum has to be computed from its bytes: a copy is one body, so its ETag is not one of parts. */
export function lacksHashes(
  { checksums, partSizes }: { readonly checksums: StoredChecksums | undefined; readonly partSizes: readonly number[] },
  wanted: ChecksumAlgorithm | undefined,
): boolean {
  if (partSizes.length > 0) return true;
  return wanted !== undefined && checksums?.values[wanted] === undefined;
}

function otherKey(): Error {
  return invalidRequest('The provided encryption parameters did not match the ones used originally.');
}

function hashKey(key: CustomerKey, salt: Uint8Array): string {
  const digest = createHmac('sha256', salt).update(key.reveal()).digest('base64');
  return `${Buffer.from(salt).toString('base64')}:${digest}`;
}

function isKeyOf(keyCheck: string, key: CustomerKey): boolean {
  const salt = Buffer.from(keyCheck.split(':')[0] ?? '', 'base64');
  const computed = Buffer.from(hashKey(key, salt));
  const kept = Buffer.from(keyCheck);
  return computed.byteLength === kept.byteLength && timingSafeEqual(computed, kept);
}

function invalidRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
