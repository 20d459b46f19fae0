import { checksumAlgorithms } from '@tidegate/protocol';
import type { StoredChecksums } from '../../stores/objects/object-store.ts';

/** Declaration of the checksum headers of an answer. */
export const checksumHeaderNames = {
  crc32: checksumAlgorithms.CRC32.header,
  crc32c: checksumAlgorithms.CRC32C.header,
  crc64nvme: checksumAlgorithms.CRC64NVME.header,
  sha1: checksumAlgorithms.SHA1.header,
  sha256: checksumAlgorithms.SHA256.header,
  checksumType: 'x-amz-checksum-type',
} as const;

/** Checksums by the names that documents and header declarations give them. */
export type ChecksumMembers = {
  readonly crc32: string | undefined;
  readonly crc32c: string | undefined;
  readonly crc64nvme: string | undefined;
  readonly sha1: string | undefined;
  readonly sha256: string | undefined;
};

/** The checksum elements of a document. */
export function checksumMembers(values: StoredChecksums['values'] | undefined): ChecksumMembers {
  return {
    crc32: values?.CRC32,
    crc32c: values?.CRC32C,
    crc64nvme: values?.CRC64NVME,
    sha1: values?.SHA1,
    sha256: values?.SHA256,
  };
}

/** The checksum headers of an answer, with the type where there is one. */
export function checksumHeaders(checksums: StoredChecksums | undefined) {
  return { ...checksumMembers(checksums?.values), checksumType: checksums?.type };
}

/** The checksums of a document's part, as the store names them. */
export function checksumValues(members: Partial<ChecksumMembers>): StoredChecksums['values'] {
  return {
    ...(members.crc32 === undefined ? {} : { CRC32: members.crc32 }),
    ...(members.crc32c === undefined ? {} : { CRC32C: members.crc32c }),
    ...(members.crc64nvme === undefined ? {} : { CRC64NVME: members.crc64nvme }),
    ...(members.sha1 === undefined ? {} : { SHA1: members.sha1 }),
    ...(members.sha256 === undefined ? {} : { SHA256: members.sha256 }),
  };
}
