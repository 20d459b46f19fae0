import { sha256 } from '#hash';
import { parseQuery } from '../wire/query-string.ts';
import { splitUrl } from '../wire/request.ts';

/** Codes of the letters of base32. */
const alphabet = /* @__PURE__ */ Uint8Array.from('abcdefghijklmnopqrstuvwxyz234567', (letter) => letter.charCodeAt(0));
const shownCharacters = 16;
/** 256 bits, 5 a character. */
const allCharacters = 52;

/**
 * The name of a link: `lk_` and the first 16 characters of its identity (LDG-2).
 * `signature`: lower-case hex for SigV4, standard base64 for SigV2, as the server computed it.
 */
export function fingerprintOf(signature: string): string {
  return `lk_${base32(sha256(signature), shownCharacters)}`;
}

/** The whole identity of a link: all 52 characters of the base32 of SHA-256 over its signature's ASCII (LDG-1). */
export function linkIdOf(signature: string): string {
  return base32(sha256(signature), allCharacters);
}

function base32(bytes: Uint8Array, characters: number): string {
  // Made at once: put together letter by letter, a text of 52 costs twice as much and 1.5 KB of rubbish.
  const letters: number[] = [];
  for (let at = 0; at < characters; at++) {
    const bit = at * 5;
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    letters.push(alphabet[(pair >> (11 - (bit & 7))) & 31] ?? 0);
  }
  return String.fromCharCode(...letters);
}

/**
 * Returns the fingerprint of a presigned URL, `lk_` and 16 characters: the name of the link in the ledger and in logs. Returns
 * undefined when the URL has no signature. Verifies nothing.
 * @example
 * ```js
 * import { bucket, fingerprint } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 * const url = files.presignGet('report.pdf');
 * console.log(fingerprint(url));
 * ```
 */
export function fingerprint(url: string | URL): string | undefined {
  const { target } = splitUrl(String(url));
  const mark = target.indexOf('?');
  const query = mark === -1 ? undefined : parseQuery(target.slice(mark + 1));
  const signature = query === undefined ? undefined : signatureIn(query.pairs);
  return signature === undefined ? undefined : fingerprintOf(signature);
}

/** The signature among decoded parameters; a SigV2 signature in the one spelling of its bytes. */
export function signatureIn(pairs: readonly (readonly [string, string])[]): string | undefined {
  for (const [name, value] of pairs) {
    if (name === 'X-Amz-Signature' && value !== '') return value;
    if (name === 'Signature' && value !== '') return standardBase64(value);
  }
  return undefined;
}

/** A SigV2 signature in the one spelling of its bytes. Unused bits of the last digit may be set, and `+` may have become a space on the way: the same bytes are the same link. */
export function standardBase64(text: string): string {
  const packed = text.replaceAll(' ', '+');
  if (!/^[A-Za-z0-9+/]{27}=$/.test(packed)) return text;
  return btoa(atob(packed));
}
