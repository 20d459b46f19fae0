import { refusal } from '../errors/s3-error.ts';
import { type ChecksumAlgorithm, checksumAlgorithmNames, checksumAlgorithms } from './checksums.ts';

/** A checksum that a request declares for its body: the value in base64. */
export type DeclaredChecksum = { readonly algorithm: ChecksumAlgorithm; readonly value: string };

const prefix = 'x-amz-checksum-';
/** Headers that look like a checksum but are not one. */
const notChecksums: ReadonlySet<string> = new Set([`${prefix}algorithm`, `${prefix}type`, `${prefix}mode`]);
/** Checksums that S3 has and this server does not: refused by name, never dropped. */
const unsupported: ReadonlySet<string> = new Set(
  ['sha512', 'md5', 'xxhash64', 'xxhash3', 'xxhash128'].map((name) => prefix + name),
);

/** The algorithm of a checksum header; `undefined` for any other header name (lower case). */
export function checksumAlgorithmOfHeader(name: string): ChecksumAlgorithm | undefined {
  if (!name.startsWith(prefix)) return undefined;
  return checksumAlgorithmNames.find((algorithm) => checksumAlgorithms[algorithm].header === name);
}

/**
 * The checksum that the headers declare for the body, if any (WIRE-82). `headers`: names in lower case.
 * @throws S3Error InvalidRequest for two of them, an unknown one, or a value that is not base64 of the right length;
 * NotImplemented for one that S3 has and this server does not
 */
export function parseDeclaredChecksum(
  headers: Iterable<readonly [name: string, value: string]>,
): DeclaredChecksum | undefined {
  let declared: DeclaredChecksum | undefined;
  for (const [name, value] of headers) {
    if (!name.startsWith(prefix) || notChecksums.has(name)) continue;
    const algorithm = parseChecksumHeaderName(name);
    if (declared !== undefined) {
      throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
    }
    declared = { algorithm, value: parseChecksumValue(algorithm, value) };
  }
  return declared;
}

/**
 * The checksums that `x-amz-trailer` announces for the end of an aws-chunked body (WIRE-86): one at most.
 * @throws S3Error InvalidRequest when it announces anything else
 */
export function parseTrailerAnnouncement(header: string): ChecksumAlgorithm | undefined {
  const names = header.toLowerCase().split(',');
  const announced = names.map((name) => name.trim()).filter((name) => name !== '');
  if (announced.length > 1) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const [name] = announced;
  if (name === undefined) return undefined;
  if (!name.startsWith(prefix)) {
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  }
  return parseChecksumHeaderName(name);
}

/**
 * The algorithm that `x-amz-sdk-checksum-algorithm` or `x-amz-checksum-algorithm` names, in any case (WIRE-87).
 * @throws S3Error InvalidRequest for any other word
 */
export function parseChecksumAlgorithm(word: string): ChecksumAlgorithm {
  const upper = word.trim().toUpperCase();
  const algorithm = checksumAlgorithmNames.find((name) => name === upper);
  if (algorithm === undefined) {
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
        `[${checksumAlgorithmNames.join(', ')}]`,
    );
  }
  return algorithm;
}

/**
 * A checksum value as a client sent it: standard base64 of exactly the algorithm's length (WIRE-82). `-N` behind it, as
 * composite checksums have, is taken only from requests that may carry one.
 * @throws S3Error InvalidRequest
 */
export function parseChecksumValue(
  algorithm: ChecksumAlgorithm,
  text: string,
  form: 'plain' | 'maybe-composite' = 'plain',
): string {
  const value = text.trim();
  const { header, sizeBytes } = checksumAlgorithms[algorithm];
  const base64 = form === 'maybe-composite' ? value.replace(/-[1-9]\d{0,4}$/, '') : value;
  if (!isBase64Of(base64, sizeBytes)) throw invalidRequest(`Value for ${header} header is invalid.`);
  return value;
}

/**
 * `Content-MD5` as sent: base64 of 16 bytes (WIRE-88, SEC-130).
 * @throws S3Error InvalidDigest
 */
export function parseContentMd5(header: string): string {
  const value = header.trim();
  if (!isBase64Of(value, 16)) throw refusal('InvalidDigest', { 'Content-MD5': header });
  return value;
}

/** The refusal when a declared digest is not that of the body. `name`: `Content-MD5`, or the algorithm. */
export function digestMismatch(name: 'Content-MD5' | ChecksumAlgorithm, declared: string, computed: string): Error {
  const message =
    name === 'Content-MD5'
      ? 'The Content-MD5 you specified did not match what we received.'
      : `The ${name} you specified did not match the calculated checksum.`;
  return refusal('BadDigest', { ExpectedDigest: declared, CalculatedDigest: computed }, undefined, message);
}

function parseChecksumHeaderName(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithmOfHeader(name);
  if (algorithm !== undefined) return algorithm;
  if (unsupported.has(name)) throw refusal('NotImplemented', { Header: name });
  throw invalidRequest('The algorithm type you specified in x-amz-checksum- header is invalid.');
}

/** Whether the text is standard base64, padded, of exactly so many bytes, with no bits left over. */
function isBase64Of(text: string, sizeBytes: number): boolean {
  if (text.length !== Math.ceil(sizeBytes / 3) * 4) return false;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === sizeBytes && bytes.toString('base64') === text;
}

function invalidRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
