import { type ChecksumAlgorithm, parseChecksumValue, refusal, S3Error } from '@tidegate/protocol';

/**
 * A checksum that a request declares for bytes. A text that can be no checksum of that algorithm is that of no body, so it is
 * refused as one that does not match: what the public suite expects (ceph/s3-tests, test_object_checksum_sha256).
 * @throws S3Error BadDigest
 */
export function readChecksumValue(
  algorithm: ChecksumAlgorithm,
  text: string,
  form: 'plain' | 'maybe-composite' = 'plain',
): string {
  try {
    return parseChecksumValue(algorithm, text, form);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const message = `The ${algorithm} you specified did not match the calculated checksum.`;
    throw refusal('BadDigest', { ExpectedDigest: text.slice(0, 256) }, undefined, message);
  }
}
