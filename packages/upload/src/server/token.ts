import type { Bucket } from '@tidegate/presign';
import { hmacHex, hmacKey, sha256Hex } from '@tidegate/presign/internal';
import type { FileInfo } from '../wire.ts';
import { UploadRefused } from './upload-refused.ts';

/** All that is known of an upload under way. The application keeps none of it: the page carries it, sealed. */
export type Claims<Meta> = {
  /** Written into the object's metadata, to distinguish an object from an earlier one with the same key. */
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Of the store; none where the file goes in one request. */
  readonly uploadId?: string;
  readonly file: FileInfo;
  readonly partSize: number;
  readonly parts: number;
  /** What `authorize` returned. */
  readonly meta: Meta;
  readonly endsAtMs: number;
};

/** The longest token: it goes into every request, and into the browser's memory. */
const mostChars = 16_384;

/**
 * The secret that tokens are sealed with when none is given: an HMAC by the bucket's own credentials, over a request of 1970 that
 * nobody can use and nobody gets to see.
 */
export function secretOf(bucket: Bucket): string {
  const options = { at: new Date(0), expiresIn: 1, limits: {}, own: true } as const;
  return sha256Hex(`upload token\n${bucket.presignHead('upload token', options)}`);
}

function encodeText(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decodeText(encoded: string): string {
  const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

/** In a time that does not depend on where they differ. */
function isSame(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/** Everyone can read a token, and nobody else can write one. @throws UploadRefused when it would be too long */
export function sealToken(secret: string, claims: Claims<unknown>): string {
  const body = encodeText(JSON.stringify(claims));
  if (body.length > mostChars)
    throw new UploadRefused(413, 'The meta of this upload is too large.', { hint: 'Send an id in its place.' });
  return `${body}.${hmacHex(hmacKey(secret), body)}`;
}

/** @throws UploadRefused 400 for what was not sealed here, 410 for what has ended */
export function openToken<Meta>(secret: string, token: unknown, bucket: string, nowMs: number): Claims<Meta> {
  const [, body = '', seal = ''] = /^([\w-]+)\.([\da-f]{64})$/.exec(typeof token === 'string' ? token : '') ?? [];
  const isOurs = body.length <= mostChars && isSame(hmacHex(hmacKey(secret), body), seal);
  if (!isOurs) throw new UploadRefused(400, 'This is no token of an upload.', { hint: 'Start the upload again.' });
  // The seal says that it was written by `sealToken`, from the same types.
  const claims: Claims<Meta> = JSON.parse(decodeText(body));
  if (claims.bucket !== bucket) throw new UploadRefused(400, 'This upload belongs to another bucket.');
  if (nowMs >= claims.endsAtMs) {
    throw new UploadRefused(410, 'This upload was not finished in time.', {
      code: 'LinkExpired',
      hint: 'Start the upload again.',
    });
  }
  return claims;
}
