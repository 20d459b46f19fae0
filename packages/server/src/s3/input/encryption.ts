import { createHash } from 'node:crypto';
import { refusal } from '@tidegate/protocol';
import { CustomerKey, type EncryptionChoice } from '../../stores/objects/object-encryption.ts';
import { refuseHeader, refuseUnbuiltHeaders } from '../common-headers.ts';
import { fromHead, type RequestHead } from '../operation.ts';
import { invalidArgument } from './parameters.ts';

const prefix = 'x-amz-server-side-encryption';
const sourcePrefix = 'x-amz-copy-source-server-side-encryption';
/** Names of the headers of a customer's key. Made once: they are asked for with every request. */
const namesFrom = (start: string) => ({
  algorithm: `${start}-customer-algorithm`,
  key: `${start}-customer-key`,
  md5: `${start}-customer-key-md5`,
});
const ownNames = namesFrom(prefix);
const sourceNames = namesFrom(sourcePrefix);
const kmsNames = [`${prefix}-aws-kms-key-id`, `${prefix}-context`, `${prefix}-bucket-key-enabled`];
const builtNames = [prefix, ...kmsNames, ...Object.values(ownNames), ...Object.values(sourceNames)];

/** Headers of a customer's key as they were sent. Judged by the handler, after its policies (ENC-8). */
export type SentKey = {
  readonly algorithm: string | undefined;
  readonly key: string | undefined;
  readonly md5: string | undefined;
};

/** Headers of encryption as they were sent. */
export type SentEncryption = SentKey & {
  readonly server: string | undefined;
  /** The first header that only a KMS gives a meaning. */
  readonly kms: string | undefined;
};

function readKey(head: RequestHead, { algorithm, key, md5 }: typeof ownNames): SentKey {
  return { algorithm: head.header(algorithm), key: head.header(key), md5: head.header(md5) };
}

/** Members of an operation that reads headers of encryption, instead of having them refused. */
export const encryptionInput = {
  unbuiltHeaders: fromHead((head) => refuseUnbuiltHeaders(head, builtNames)),
  encryption: fromHead(
    (head): SentEncryption => ({
      ...readKey(head, ownNames),
      server: head.header(prefix),
      kms: kmsNames.find((name) => (head.header(name) ?? 'false') !== 'false'),
    }),
  ),
};

/** The key that the source of a copy needs. */
export const sourceKey = fromHead((head): SentKey => readKey(head, sourceNames));

/**
 * What a write wants (ENC-1, ENC-5).
 * @throws S3Error InvalidArgument, InvalidEncryptionAlgorithmError, NotImplemented (a KMS)
 */
export function readEncryption(sent: SentEncryption): EncryptionChoice | undefined {
  const key = readCustomerKey(sent);
  if (sent.server !== undefined && key !== undefined) {
    const message =
      'Server Side Encryption with Customer provided key is incompatible with the encryption method specified';
    throw invalidArgument(prefix, sent.server, message);
  }
  if (key !== undefined) return { kind: 'customer', key };
  if (sent.server !== undefined && /^aws:(?:kms|kms:dsse|fsx)$/.test(sent.server))
    throw withoutKms(prefix, sent.server);
  if (sent.kms !== undefined) throw refuseHeader(sent.kms);
  if (sent.server === undefined) return undefined;
  if (sent.server !== 'AES256') {
    const message = `The Encryption request you specified is not valid. Supported value: AES256.`;
    throw refusal('InvalidEncryptionAlgorithmError', {}, undefined, message);
  }
  return { kind: 'server' };
}

/** The key of an operation that reads: how a write is encrypted is not for it to say (ENC-6). @throws S3Error InvalidArgument */
export function readingKey(sent: SentEncryption): CustomerKey | undefined {
  const name = sent.server === undefined ? sent.kms : prefix;
  if (name !== undefined) {
    throw invalidArgument(name, sent.server, `${name} header is not supported for this operation.`);
  }
  return readCustomerKey(sent);
}

/** All three headers, or none (ENC-5). @throws S3Error InvalidArgument, InvalidEncryptionAlgorithmError */
export function readCustomerKey({ algorithm, key, md5 }: SentKey): CustomerKey | undefined {
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  const invalid = (name: string, message: string) => invalidArgument(name, undefined, message);
  if (algorithm === undefined) {
    const message =
      'Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.';
    throw invalid(ownNames.algorithm, message);
  }
  if (algorithm !== 'AES256') {
    const message = 'The encryption request you specified is not valid. Supported value: AES256.';
    throw refusal('InvalidEncryptionAlgorithmError', {}, undefined, message);
  }
  if (key === undefined) {
    const message =
      'Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.';
    throw invalid(ownNames.key, message);
  }
  if (md5 === undefined) {
    const message =
      'Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.';
    throw invalid(ownNames.md5, message);
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.byteLength !== 32 || bytes.toString('base64') !== key) {
    throw invalid(ownNames.key, 'The secret key was invalid for the specified algorithm.');
  }
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    throw invalid(ownNames.md5, 'The calculated MD5 hash of the key did not match the hash that was provided.');
  }
  return new CustomerKey(bytes);
}

/** Encryption under keys of a KMS, which this server does not have (ENC-7). */
export function withoutKms(name: string, value: string): Error {
  const message = `${name}: ${value} needs a key management service, which this server does not have. Use AES256.`;
  return refusal('NotImplemented', { Header: name }, undefined, message);
}
