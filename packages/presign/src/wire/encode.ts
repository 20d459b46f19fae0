/** The one encoder and decoder of everything that is signed. */

/** The platform's writer of UTF-8. */
export const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();
const plain = /^[A-Za-z0-9\-._~]*$/;
const plainPath = /^[A-Za-z0-9\-._~/]*$/;
const leftByPlatform = /[!'()*]/g;
const wireByte = /[\x80-\xff]/g;

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Percent-encodes the UTF-8 bytes of `text`, all but `A-Z a-z 0-9 - . _ ~`, in upper-case hex. An unpaired surrogate is U+FFFD. */
export function uriEncode(text: string): string {
  if (plain.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(leftByPlatform, percent);
}

/** As `uriEncode`, but `/` stays: the canonical path of SIG-11. */
export function uriEncodePath(text: string): string {
  if (plainPath.test(text)) return text;
  return uriEncode(text).replaceAll('%2F', '/');
}

/**
 * Decodes percent-encoding exactly once (SIG-6, SIG-13). `raw` is text off the wire, one character a byte; bytes from 0x80 on stand for
 * themselves. `undefined` when an escape is broken or the bytes are not UTF-8 (SIG-7).
 */
export function percentDecode(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw.replace(wireByte, percent));
  } catch {
    // It throws nothing but URIError.
    return undefined;
  }
}

/** How many bytes `text` has as UTF-8. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
