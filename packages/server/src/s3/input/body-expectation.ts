import {
  type ChecksumAlgorithm,
  checksumAlgorithmOfHeader,
  checksumAlgorithms,
  parseChecksumAlgorithm,
  parseContentMd5,
  parseDeclaredChecksum,
  parseTrailerAnnouncement,
  refusal,
} from '@tidegate/protocol';
import type { BodyExpectation } from '../../stores/objects/object-store.ts';
import { fromHead, type RequestBody } from '../operation.ts';
import { readChecksumValue } from './checksum-value.ts';

/** What the head says of the bytes that follow it. */
export type DeclaredBody = {
  readonly md5: Uint8Array | undefined;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
  /** The checksum that will come behind the body. */
  readonly trailer: ChecksumAlgorithm | undefined;
  /** An algorithm named without a value: it is computed and kept. */
  readonly algorithm: ChecksumAlgorithm | undefined;
};

/**
 * Content-MD5, `x-amz-checksum-*`, `x-amz-trailer` and `x-amz-sdk-checksum-algorithm` (SEC-128, SEC-130).
 * @throws S3Error InvalidDigest, BadDigest, InvalidRequest, NotImplemented
 */
export const declaredBody = fromHead((head): DeclaredBody => {
  const md5 = head.header('content-md5');
  const headers = head.headersWith('x-amz-checksum-');
  for (const [name, value] of headers) {
    const known = checksumAlgorithmOfHeader(name);
    if (known !== undefined) readChecksumValue(known, value);
  }
  const checksum = parseDeclaredChecksum(headers);
  const announced = head.header('x-amz-trailer');
  const trailer = announced === undefined ? undefined : parseTrailerAnnouncement(announced);
  const named = head.header('x-amz-sdk-checksum-algorithm');
  const algorithm = named === undefined ? undefined : parseChecksumAlgorithm(named);
  if (checksum !== undefined && trailer !== undefined) {
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const sent = checksum?.algorithm ?? trailer;
  if (algorithm !== undefined && sent !== undefined && sent !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  return {
    md5: md5 === undefined ? undefined : Buffer.from(parseContentMd5(md5), 'base64'),
    checksum,
    trailer,
    algorithm: sent === undefined ? algorithm : undefined,
  };
});

/** The algorithm that the request speaks of, in whatever way. */
export function declaredAlgorithm(declared: DeclaredBody): ChecksumAlgorithm | undefined {
  return declared.checksum?.algorithm ?? declared.trailer ?? declared.algorithm;
}

/**
 * What the store has to compare while the bytes flow.
 * @param also an algorithm to compute in any case
 */
export function expectationOf(
  declared: DeclaredBody,
  body: Pick<RequestBody, 'sizeBytes' | 'endsAtSize' | 'trailers'>,
  also?: ChecksumAlgorithm,
): BodyExpectation {
  const { md5, checksum, trailer, algorithm } = declared;
  const compute: ChecksumAlgorithm[] = [];
  for (const each of [trailer, algorithm, also]) {
    if (each !== undefined && each !== checksum?.algorithm && !compute.includes(each)) compute.push(each);
  }
  return {
    sizeBytes: body.sizeBytes,
    endsAtSize: body.endsAtSize,
    md5,
    checksums: checksum === undefined ? noChecksums : { [checksum.algorithm]: checksum.value },
    compute,
    trailer: trailer === undefined ? undefined : () => trailerChecksums(trailer, body.trailers()),
  };
}

const noChecksums = {};

function trailerChecksums(
  algorithm: ChecksumAlgorithm,
  trailers: ReadonlyMap<string, string>,
): BodyExpectation['checksums'] {
  const value = trailers.get(checksumAlgorithms[algorithm].header);
  if (value === undefined) throw refusal('MalformedTrailerError', {});
  return { [algorithm]: readChecksumValue(algorithm, value) };
}

function invalidRequest(message: string): Error {
  return refusal('InvalidRequest', {}, undefined, message);
}
