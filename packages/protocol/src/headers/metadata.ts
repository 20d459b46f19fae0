import { refusal } from '../errors/s3-error.ts';
import { maxMetadataBytes } from '../names/limits.ts';
import { decodeWords, encodeWords } from './encoded-words.ts';
import { checkHeaderValue } from './header-value.ts';

/** Beginning of the header names that carry user metadata. */
export const metadataPrefix = 'x-amz-meta-';

/** User metadata: name without prefix, lower case → header value, in ASCII. A Map: any name is safe. */
export type UserMetadata = ReadonlyMap<string, string>;

/** Nearly every value: nothing to decode. */
const isPlain = /^(?:[\t\x20-<>-~]|=(?!\?))*$/;
const nameText = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/**
 * Takes user metadata out of request headers or form fields (WIRE-102, SEC-313, SEC-315, SEC-418). Names in any case;
 * a name sent more than once has its values joined with `,`, as S3 does. Text beyond ASCII is kept as RFC 2047 writes it.
 * @throws S3Error MetadataTooLarge above 2 KiB of names and values together; InvalidArgument for a name that is no
 * header name or a value that could not be sent back
 */
export function parseUserMetadata(headers: Iterable<readonly [name: string, value: string]>): UserMetadata {
  const metadata = new Map<string, string>();
  let sizeBytes = 0;
  for (const [rawName, rawValue] of headers) {
    const header = rawName.toLowerCase();
    if (!header.startsWith(metadataPrefix)) continue;
    const name = header.slice(metadataPrefix.length);
    if (!nameText.test(name)) {
      const message = 'A metadata name must be a header name.';
      throw refusal('InvalidArgument', { ArgumentName: header }, undefined, message);
    }
    const value = rawValue.replace(/^[ \t]+|[ \t]+$/g, '');
    const earlier = metadata.get(name);
    sizeBytes += earlier === undefined ? name.length + value.length : 1 + value.length;
    if (sizeBytes > maxMetadataBytes) {
      throw refusal('MetadataTooLarge', { Size: sizeBytes, MaxSizeAllowed: maxMetadataBytes });
    }
    metadata.set(name, checkHeaderValue(header, earlier === undefined ? value : `${earlier},${value}`));
  }
  for (const [name, value] of metadata) {
    if (!isPlain.test(value)) metadata.set(name, encodeWords(decodeWords(value)));
  }
  return metadata;
}

/** User metadata as response headers. */
export function metadataHeaders(metadata: UserMetadata): [name: string, value: string][] {
  return Array.from(metadata, ([name, value]) => [metadataPrefix + name, value]);
}

/** What CopyObject does with metadata. */
export type MetadataDirective = 'COPY' | 'REPLACE';

/** Reads `x-amz-metadata-directive`; absent it is COPY (WIRE-103). @throws S3Error InvalidArgument */
export function parseMetadataDirective(header: string | undefined): MetadataDirective {
  if (header === undefined || header === 'COPY') return 'COPY';
  if (header === 'REPLACE') return 'REPLACE';
  const fields = { ArgumentName: 'x-amz-metadata-directive', ArgumentValue: header };
  throw refusal('InvalidArgument', fields, undefined, 'Unknown metadata directive.');
}
