import type { CustomerKey, ObjectEncryption } from '../../stores/objects/object-encryption.ts';

/** Declaration of the headers by which an answer tells how an object is encrypted (ENC-2). */
export const encryptionHeaderNames = {
  serverEncryption: 'x-amz-server-side-encryption',
  customerAlgorithm: 'x-amz-server-side-encryption-customer-algorithm',
  customerKeyMd5: 'x-amz-server-side-encryption-customer-key-MD5',
} as const;

/** Those headers' values. The MD5 is of the key that came with the request; none is kept. */
export function encryptionHeaders(encryption: ObjectEncryption | undefined, key: CustomerKey | undefined) {
  const isCustomers = encryption?.kind === 'customer';
  return {
    serverEncryption: encryption?.kind === 'server' ? 'AES256' : undefined,
    customerAlgorithm: isCustomers ? 'AES256' : undefined,
    customerKeyMd5: isCustomers ? key?.md5 : undefined,
  };
}
