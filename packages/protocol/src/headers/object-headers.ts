import { refusal } from '../errors/s3-error.ts';
import { checkHeaderValue } from './header-value.ts';

/**
 * Headers of a write that are stored with the object and returned by reads, beside user metadata (WIRE-104).
 * Lower case. Source: AWS API reference, PutObject.
 */
export const storedHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
] as const;

/** A header that is stored with an object. */
export type StoredHeader = (typeof storedHeaders)[number];

/** What S3 says of an object that was put without a type. */
export const defaultContentType = 'binary/octet-stream';

/**
 * Reads the stored headers of a write (WIRE-104): checked for being sendable, `aws-chunked` taken out of
 * `content-encoding`. An empty value counts as not sent. `header`: value by lower-case name.
 * @throws S3Error InvalidArgument
 */
export function parseStoredHeaders(
  header: (name: StoredHeader) => string | undefined,
): ReadonlyMap<StoredHeader, string> {
  const stored = new Map<StoredHeader, string>();
  for (const name of storedHeaders) {
    const sent = header(name)?.trim();
    const value = name === 'content-encoding' ? withoutAwsChunked(sent) : sent;
    if (value !== undefined && value !== '') stored.set(name, checkHeaderValue(name, value));
  }
  const location = stored.get('x-amz-website-redirect-location');
  if (location !== undefined && !/^(?:\/|https?:\/\/)/.test(location)) {
    const fields = { ArgumentName: 'x-amz-website-redirect-location', ArgumentValue: location };
    const message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.";
    throw refusal('InvalidArgument', fields, undefined, message);
  }
  return stored;
}

/**
 * `Content-Encoding` without one `aws-chunked`, which describes the transfer and not the object (WIRE-105, SIG-66,
 * SEC-424). What is left is kept as sent; nothing is ever decompressed.
 */
export function withoutAwsChunked(contentEncoding: string | undefined): string | undefined {
  if (contentEncoding === undefined || !/aws-chunked/i.test(contentEncoding)) return contentEncoding;
  const codings = contentEncoding.split(',').map((coding) => coding.trim());
  const chunked = codings.findIndex((coding) => coding.toLowerCase() === 'aws-chunked');
  if (chunked >= 0) codings.splice(chunked, 1);
  const kept = codings.filter((coding) => coding !== '').join(',');
  return kept === '' ? undefined : kept;
}

/** The query parameters that override headers of a read, and the header each one sets (WIRE-106, SIG-104). */
export const responseOverrides = {
  'response-content-type': 'content-type',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
} as const;

/** A header that a read may override. */
export type OverriddenHeader = (typeof responseOverrides)[keyof typeof responseOverrides];

const overrideEntries = Object.entries(responseOverrides);
const noOverrides: ReadonlyMap<OverriddenHeader, string> = new Map();

/**
 * Reads the overrides of a GET or HEAD (WIRE-106, SIG-104, SEC-133, SEC-419). `query`: first decoded value by name.
 * @throws S3Error InvalidArgument for a value that a header cannot carry; InvalidRequest from an anonymous caller
 */
export function parseResponseOverrides(
  query: (name: string) => string | undefined,
  caller: 'anonymous' | 'signed',
): ReadonlyMap<OverriddenHeader, string> {
  let overrides: Map<OverriddenHeader, string> | undefined;
  for (const [parameter, header] of overrideEntries) {
    const value = query(parameter);
    if (value === undefined) continue;
    if (caller === 'anonymous') {
      const message = 'Request specific response headers cannot be used for anonymous GET requests.';
      throw refusal('InvalidRequest', {}, undefined, message);
    }
    overrides ??= new Map();
    overrides.set(header, checkHeaderValue(parameter, value));
  }
  return overrides ?? noOverrides;
}

const otherStorageClasses: ReadonlySet<string> = new Set([
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'OUTPOSTS',
  'GLACIER_IR',
  'SNOW',
  'EXPRESS_ONEZONE',
  'FSX_OPENZFS',
  'FSX_ONTAP',
]);

/**
 * Reads `x-amz-storage-class`: the server has STANDARD alone (WIRE-107).
 * @throws S3Error NotImplemented for S3's other classes, which promise something else; InvalidStorageClass for any word
 */
export function parseStorageClass(header: string | undefined): 'STANDARD' {
  if (header === undefined || header === 'STANDARD') return 'STANDARD';
  if (otherStorageClasses.has(header)) {
    const message = `The storage class ${header} is not implemented; objects are stored as STANDARD.`;
    throw refusal('NotImplemented', { Header: 'x-amz-storage-class' }, undefined, message);
  }
  throw refusal('InvalidStorageClass', { StorageClassRequested: header });
}
