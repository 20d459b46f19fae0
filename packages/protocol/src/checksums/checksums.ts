import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { refusal } from '../errors/s3-error.ts';
import { combineCrcs } from './crc-combine.ts';
import { crc32c } from './crc32c.ts';
import { digestCrc64, startCrc64, updateCrc64 } from './crc64nvme.ts';

/** How the checksum of a multipart object comes about: of the parts' checksums, or of all its bytes. */
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT';

/** S3's additional checksums (WIRE-80): the header, the length of the raw value, and what multipart objects may have. */
export const checksumAlgorithms = {
  CRC32: { header: 'x-amz-checksum-crc32', sizeBytes: 4, types: ['COMPOSITE', 'FULL_OBJECT'] },
  CRC32C: { header: 'x-amz-checksum-crc32c', sizeBytes: 4, types: ['COMPOSITE', 'FULL_OBJECT'] },
  CRC64NVME: { header: 'x-amz-checksum-crc64nvme', sizeBytes: 8, types: ['FULL_OBJECT'] },
  SHA1: { header: 'x-amz-checksum-sha1', sizeBytes: 20, types: ['COMPOSITE'] },
  SHA256: { header: 'x-amz-checksum-sha256', sizeBytes: 32, types: ['COMPOSITE'] },
} as const satisfies Record<
  string,
  { readonly header: string; readonly sizeBytes: number; readonly types: readonly ChecksumType[] }
>;

/** One of S3's additional checksum algorithms. */
export type ChecksumAlgorithm = keyof typeof checksumAlgorithms;

/** The algorithms in the order in which AWS lists them. */
export const checksumAlgorithmNames: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** A checksum that flows along with a body. After `digest()` it takes no more bytes. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  /** The value in base64, as S3 writes it. */
  digest(): string;
}

/** Starts a checksum over a body that comes in chunks (WIRE-81). MD5 is for `Content-MD5`. */
export function createChecksum(algorithm: ChecksumAlgorithm | 'MD5'): Checksum {
  switch (algorithm) {
    case 'CRC32':
      return createCrc32((bytes, crc) => crc32(bytes, crc));
    case 'CRC32C':
      return createCrc32(crc32c);
    case 'CRC64NVME':
      return createCrc64();
    case 'SHA1':
    case 'SHA256':
    case 'MD5':
      return createHashChecksum(algorithm);
  }
}

function createCrc32(continueCrc: (bytes: Uint8Array, crc: number) => number): Checksum {
  let crc = 0;
  return {
    update(chunk) {
      crc = continueCrc(chunk, crc);
    },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes.toString('base64');
    },
  };
}

function createCrc64(): Checksum {
  const register = startCrc64();
  return {
    update: (chunk) => updateCrc64(register, chunk),
    digest: () => Buffer.from(digestCrc64(register)).toString('base64'),
  };
}

function createHashChecksum(algorithm: 'SHA1' | 'SHA256' | 'MD5'): Checksum {
  const hash = createHash(algorithm);
  return {
    update(chunk) {
      hash.update(chunk);
    },
    digest: () => hash.digest('base64'),
  };
}

/** One part's checksum (base64) and size, for the checksum of the whole. */
export type PartChecksum = { readonly value: string; readonly sizeBytes: number };

/**
 * The checksum of an object made of these parts, in order (WIRE-83, WIRE-84). `COMPOSITE`: the checksum of the parts'
 * raw checksums, with `-N` behind it; `FULL_OBJECT`: what the checksum of all bytes is.
 * @throws S3Error InvalidRequest when the algorithm cannot be had in that type
 */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly PartChecksum[],
): string {
  checkChecksumType(algorithm, type);
  const raw = parts.map((part) => ({ crc: Buffer.from(part.value, 'base64'), sizeBytes: part.sizeBytes }));
  if (type === 'COMPOSITE') {
    const checksum = createChecksum(algorithm);
    for (const part of raw) checksum.update(part.crc);
    return `${checksum.digest()}-${parts.length}`;
  }
  switch (algorithm) {
    case 'CRC32':
    case 'CRC32C':
    case 'CRC64NVME':
      return Buffer.from(combineCrcs(algorithm, raw)).toString('base64');
    case 'SHA1':
    case 'SHA256':
      throw wrongChecksumType(algorithm, type);
  }
}

/**
 * The type of a multipart upload's checksum: as asked for, else AWS's default for the algorithm (WIRE-85).
 * @throws S3Error InvalidRequest when the algorithm cannot be had in that type, or it is no type
 */
export function parseChecksumType(algorithm: ChecksumAlgorithm, requested: string | undefined): ChecksumType {
  if (requested === undefined) return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  if (requested !== 'COMPOSITE' && requested !== 'FULL_OBJECT') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  checkChecksumType(algorithm, requested);
  return requested;
}

function checkChecksumType(algorithm: ChecksumAlgorithm, type: ChecksumType): void {
  const types: readonly ChecksumType[] = checksumAlgorithms[algorithm].types;
  if (!types.includes(type)) throw wrongChecksumType(algorithm, type);
}

function wrongChecksumType(algorithm: ChecksumAlgorithm, type: ChecksumType): Error {
  const name = algorithm.toLowerCase();
  return invalidRequest(`The ${type} checksum type cannot be used with the ${name} checksum algorithm.`);
}

function invalidRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
