import { refusal } from '@tidegate/protocol';
import { type Field, fromHead, gated, header, type Parser, type RequestHead } from './operation-input.ts';

/** Headers of S3 whose feature is not built, by lower-case name, with the values that ask for nothing. */
const unbuiltHeaders: ReadonlyMap<string, readonly string[]> = new Map([
  ['x-amz-website-redirect-location', []],
  ['x-amz-object-ownership', ['ObjectWriter']],
  ['x-amz-write-offset-bytes', []],
  ['x-amz-if-match-last-modified-time', []],
  ['x-amz-if-match-size', []],
  ['x-amz-if-match-initiated-time', []],
]);

/** Families of such headers. */
const unbuiltPrefixes = ['x-amz-server-side-encryption', 'x-amz-copy-source-server-side-encryption'];

/**
 * Refuses a header that asks for something the server cannot do, by name: accepted and dropped would be a silent success.
 * @param built names that the operation acts on all the same
 * @throws S3Error NotImplemented
 */
export function refuseUnbuiltHeaders(head: RequestHead, built: readonly string[] = []): undefined {
  for (const [name, value] of head.headersWith('x-amz-')) {
    if (built.includes(name)) continue;
    const harmless = unbuiltHeaders.get(name);
    if (
      harmless === undefined ? unbuiltPrefixes.some((prefix) => name.startsWith(prefix)) : !harmless.includes(value)
    ) {
      throw refuseHeader(name);
    }
  }
  return undefined;
}

/** A header that S3 knows and this server does not act on. */
export function refuseHeader(name: string): Error {
  return refusal(
    'NotImplemented',
    { Header: name },
    undefined,
    `A header you provided implies functionality that is not implemented: ${name}`,
  );
}

/** An account that must own a bucket: its id of 12 digits, or the canonical one. @throws S3Error InvalidBucketOwnerAWSAccountID */
export const expectedOwner: Parser<string | undefined> = (text) => {
  if (text === undefined || /^\w{12,}$/.test(text)) return text;
  throw refusal('InvalidBucketOwnerAWSAccountID', {});
};

/** What every operation reads besides its own input. */
export const commonInput = {
  /** Account that must own the bucket; judged at the gate. */
  expectedBucketOwner: gated(header('x-amz-expected-bucket-owner', expectedOwner), (owner) => ({
    expectedOwner: owner,
  })),
  unbuiltHeaders: fromHead((head) => refuseUnbuiltHeaders(head)),
} satisfies Record<string, Field<unknown>>;
