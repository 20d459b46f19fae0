import { enumeration, optional, token } from '../shape.ts';

/** The checksum elements that many documents have; spread into their members. Values are as on the wire (base64). */
export const checksumMembers = {
  crc32: optional('ChecksumCRC32', token),
  crc32c: optional('ChecksumCRC32C', token),
  crc64nvme: optional('ChecksumCRC64NVME', token),
  sha1: optional('ChecksumSHA1', token),
  sha256: optional('ChecksumSHA256', token),
} as const;

/** How the checksum of a multipart object came about. */
export const checksumType = enumeration(['COMPOSITE', 'FULL_OBJECT']);
