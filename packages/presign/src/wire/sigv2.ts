import { hmacSha1Base64 } from '#hash';
import { signedByName, signedWithValue } from './subresources.ts';

/** A decoded name and value, of the query or of a header. */
export type Pair = readonly [name: string, value: string];

/** SIG-57: whether a SigV2 signature covers the query parameter of this name. */
export function isSignedSubresource(name: string): boolean {
  return signedWithValue.has(name) || signedByName.has(name);
}

/**
 * SIG-57: whether a signed sub-resource has a value that makes the string to sign ambiguous: `a&versionId=1` reads as a value of
 * `response-content-type`, and as a value and a version.
 */
export function isAmbiguousValue(name: string, value: string): boolean {
  return isSignedSubresource(name) && /[&?\r\n]/.test(value);
}

/** SIG-55: one `name:value\n` for each `x-amz-*` name, sorted by name. `values`: by name, each name once, of headers and query. */
export function sigv2AmzLines(values: readonly Pair[]): string {
  return values
    .map(([name, value]): Pair => [name.toLowerCase(), value])
    .filter(([name]) => name.startsWith('x-amz-'))
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
}

/** Where a SigV2 request goes. `bucket` only if it is in the host; `rawPath` as on the request line; `query` decoded. */
export type Sigv2Target = {
  readonly bucket?: string | undefined;
  readonly rawPath: string;
  readonly query: readonly Pair[];
};

/**
 * SIG-56, SIG-57: the resource of the string to sign. `values`: `listed` writes the values that AWS's documentation lists, `all` every
 * value that is there, as botocore does.
 */
export function sigv2Resource({ bucket, rawPath, query }: Sigv2Target, values: 'listed' | 'all'): string {
  const parts = query
    .filter(([name]) => isSignedSubresource(name))
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => (value && (values === 'all' || signedWithValue.has(name)) ? `${name}=${value}` : name));
  return (bucket ? `/${bucket}` : '') + rawPath + (parts.length ? `?${parts.join('&')}` : '');
}

/** What SigV2 signs. `date` is `Expires` as sent in a URL (SIG-54), the date in a header (SIG-59); `amz` of `sigv2AmzLines`. */
export type Sigv2Draft = {
  readonly method: string;
  readonly contentMd5: string;
  readonly contentType: string;
  readonly date: string;
  readonly amz: string;
  readonly resource: string;
};

/** The string to sign of SIG-54 and SIG-59. */
export function sigv2StringToSign({ method, contentMd5, contentType, date, amz, resource }: Sigv2Draft): string {
  return `${method}\n${contentMd5}\n${contentType}\n${date}\n${amz}${resource}`;
}

/** SIG-54: base64 HMAC-SHA1. The text is what came off the wire, so that bytes above 0x7F are signed as received; ours is ASCII. */
export function sigv2Signature(secret: string, stringToSign: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  return hmacSha1Base64(secret, stringToSign, encoding);
}
