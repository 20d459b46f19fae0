import { sha256Hex, sha256HexLatin1, type TextEncoding } from '#hash';
import { uriEncodePath } from './encode.ts';
import { normaliseValue } from './head.ts';
import type { RequestView } from './request-view.ts';

/** What SigV4 signs, text to text: no clock, no key, no request object. */

/** SIG-11: the canonical URI of a path that was decoded once. */
export function canonicalPath(decodedPath: string): string {
  return decodedPath === '' ? '/' : uriEncodePath(decodedPath);
}

/** SIG-12: the paths that may have been signed, the encoded one first; the raw one only where it differs. */
export function pathCandidates(decodedPath: string, rawPath: string): readonly string[] {
  const encoded = canonicalPath(decodedPath);
  return encoded === rawPath || rawPath === '' ? [encoded] : [encoded, rawPath];
}

/** The lines of signed headers, each ended by a newline, in the order of the signed list. */
export type CanonicalHeaders = {
  readonly lines: string;
  /** The list as given (SIG-15). */
  readonly signed: string;
  /** How lines and list become bytes: header values are the bytes that came (SIG-16). */
  readonly encoding: TextEncoding;
};

/**
 * SIG-15 to SIG-18: one `name:value` line for each entry of the signed list, in its order. The values are those of the view that
 * operations read; an absent one is empty.
 * @param signed the list as given; `names` its entries
 */
export function canonicalHeaders(
  host: string | undefined,
  signed: string,
  names: readonly string[],
  view: RequestView,
): CanonicalHeaders {
  if (signed === 'host') {
    const value = host ?? '';
    return { lines: `host:${value}\n`, signed, encoding: isAscii(value) ? 'utf8' : 'latin1' };
  }
  let lines = '';
  for (const name of names) {
    const value = name === 'host' ? host : view.header(name);
    lines += `${wireText(name)}:${normaliseValue(value ?? '')}\n`;
  }
  const list = wireText(signed);
  return { lines, signed: list, encoding: isAscii(lines) && isAscii(list) ? 'utf8' : 'latin1' };
}

/** The parts of a canonical request (SIG-10). Path and payload are texts off the wire, a character for a byte. */
export type CanonicalParts = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: CanonicalHeaders;
  readonly payload: string;
};

/** SIG-10: the canonical request. */
export function canonicalRequest({ method, path, query, headers, payload }: CanonicalParts): string {
  return `${method}\n${path}\n${query}\n${headers.lines}\n${headers.signed}\n${payload}`;
}

/** How the canonical request of these parts becomes bytes. Text without bytes above 0x7F is hashed faster as UTF-8. */
export function encodingOf({ path, headers, payload }: CanonicalParts): TextEncoding {
  if (headers.encoding === 'latin1' || !isAscii(path)) return 'latin1';
  return payload === 'UNSIGNED-PAYLOAD' || isAscii(payload) ? 'utf8' : 'latin1';
}

/** SIG-21: the string to sign. `date` and `scope` as sent. */
export function stringToSign(date: string, scope: string, request: string, encoding: TextEncoding): string {
  const hash = encoding === 'latin1' ? sha256HexLatin1 : sha256Hex;
  return `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(request)}`;
}

/** Whether every character is below 0x80. */
export function isAscii(text: string): boolean {
  return !aboveAscii.test(text);
}

const aboveAscii = /[^\0-\x7f]/;

/** A text as its UTF-8 bytes are sent: one character per byte. */
export function wireText(text: string): string {
  if (isAscii(text)) return text;
  let wire = '';
  for (const byte of new TextEncoder().encode(text)) wire += String.fromCharCode(byte);
  return wire;
}

/** A received text as people read it: its bytes as UTF-8, with U+FFFD for invalid ones. */
export function readableText(wire: string): string {
  if (isAscii(wire)) return wire;
  return new TextDecoder().decode(Uint8Array.from(wire, (character) => character.charCodeAt(0)));
}

const hexPairs: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Bytes as two-digit hex separated by spaces, for the `…Bytes` members of SIG-78. `wire`: a character for a byte. */
export function hexBytes(wire: string): string {
  // Joined at once: a text that grows byte by byte cost a refusal 5 % of its processor time.
  const pairs: string[] = [];
  for (let at = 0; at < wire.length; at++) pairs.push(hexPairs[wire.charCodeAt(at) & 0xff] ?? '');
  return pairs.join(' ');
}
