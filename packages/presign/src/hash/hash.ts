/**
 * SHA-256 and HMAC in JavaScript: synchronous and without any platform's API, so that a URL is signed in the same way in browsers,
 * Workers, Deno, Bun and on pages served by plain HTTP, where WebCrypto is absent. On Node `#hash` chooses `hash-node.ts` instead.
 */

import { encoder } from '../wire/encode.ts';

/** How a text becomes bytes: UTF-8, or one byte a character for header values as they came off the wire (SIG-16). */
export type TextEncoding = 'utf8' | 'latin1';

/** A key of HMAC-SHA256 whose first block is hashed already, inside and outside: signing with it costs no key set-up. Opaque. */
export type HmacKey = readonly [inner: Int32Array, outer: Int32Array];

type Compress = (state: Int32Array, words: DataView) => void;

const blockBytes = 64;
const schedule = /* @__PURE__ */ new Int32Array(80);
/** `00` to `ff`: 4× faster than a number's own `toString(16)`. */
const hexBytes = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1));
/** Most messages fit; a huge one must not keep its size in memory for the life of the process. */
const scratch = /* @__PURE__ */ new Uint8Array(8192);

/** Rounds and start of FIPS 180-4: the fractions of the cube roots of the first 64 primes, and of the square roots of the first 8. */
const [rounds, start] = /* @__PURE__ */ (() => {
  const primes: number[] = [];
  for (let candidate = 2; !primes[63]; candidate++) {
    if (primes.every((prime) => candidate % prime)) primes.push(candidate);
  }
  const fractions = (root: number): Int32Array => Int32Array.from(primes, (prime) => prime ** (1 / root) * 2 ** 32);
  return [fractions(3), fractions(2).slice(0, 8)] as const;
})();

function word(words: Int32Array, at: number): number {
  return words[at] ?? 0;
}

function rotate(bits: number, right: number): number {
  return (bits >>> right) | (bits << -right);
}

/** Hashes `text` and the padding of FIPS 180-4 into `state`, behind `before` bytes that are hashed already. */
function absorb(compress: Compress, state: Int32Array, text: string | Uint8Array, before = 0): Int32Array {
  const most = text.length * 3 + 2 * blockBytes;
  const bytes = most > scratch.length ? new Uint8Array(most) : scratch;
  let { length } = text;
  if (typeof text === 'string') length = encoder.encodeInto(text, bytes).written;
  else bytes.set(text);
  const end = (length + 8 + blockBytes) & -blockBytes;
  bytes.fill(0, length, end);
  bytes[length] = 0x80;
  const words = new DataView(bytes.buffer, 0, end);
  const bits = (before + length) * 8;
  words.setInt32(end - 8, bits / 2 ** 32);
  words.setInt32(end - 4, bits);
  compress(state, words);
  return state;
}

/** Each byte of a key xor `filler`, to the length of a block (RFC 2104). */
function pad(key: Uint8Array, filler: number): DataView {
  const block = new Uint8Array(blockBytes);
  block.set(key);
  return new DataView(block.map((byte) => byte ^ filler).buffer);
}

const compress: Compress = (state, words) => {
  const w = schedule;
  for (let offset = 0; offset < words.byteLength; offset += blockBytes) {
    for (let i = 0; i < 16; i++) w[i] = words.getInt32(offset + i * 4);
    for (let i = 16; i < 64; i++) {
      const x = word(w, i - 15);
      const y = word(w, i - 2);
      w[i] =
        word(w, i - 16) +
        word(w, i - 7) +
        (rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)) +
        (rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10));
    }
    let a = word(state, 0);
    let b = word(state, 1);
    let c = word(state, 2);
    let d = word(state, 3);
    let e = word(state, 4);
    let f = word(state, 5);
    let g = word(state, 6);
    let h = word(state, 7);
    for (let i = 0; i < 64; i++) {
      const t1 =
        (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + word(rounds, i) + word(w, i)) | 0;
      const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    add(state, [a, b, c, d, e, f, g, h]);
  }
};

function add(state: Int32Array, mixed: readonly number[]): void {
  for (let at = 0; at < state.length; at++) state[at] = word(state, at) + (mixed[at] ?? 0);
}

function toBytes(state: Int32Array): Uint8Array {
  const bytes = new Uint8Array(state.length * 4);
  const words = new DataView(bytes.buffer);
  for (let at = 0; at < state.length; at++) words.setInt32(at * 4, word(state, at));
  return bytes;
}

function toHex(state: Int32Array): string {
  let hex = '';
  for (const byte of toBytes(state)) hex += hexBytes[byte];
  return hex;
}

/** SIG-16: one byte a character. */
function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function authenticate([inner, outer]: HmacKey, text: string): Int32Array {
  return absorb(compress, outer.slice(), toBytes(absorb(compress, inner.slice(), text, blockBytes)), blockBytes);
}

/** SHA-256 (FIPS 180-4) of a text or bytes, as 32 bytes. A text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return toBytes(absorb(compress, start.slice(), data));
}

/** SHA-256 as 64 lower-case hex digits. A text is hashed as UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return toHex(absorb(compress, start.slice(), data));
}

/** As `sha256Hex`, of a text with one byte a character, as header values are (SIG-16). */
export function sha256HexLatin1(text: string): string {
  return sha256Hex(latin1Bytes(text));
}

/** Prepares a key for HMAC-SHA256 (RFC 2104). Longer than a block it is hashed first. */
export function hmacKey(key: string | Uint8Array): HmacKey {
  const bytes = typeof key === 'string' ? encoder.encode(key) : key;
  const short = bytes.length > blockBytes ? sha256(bytes) : bytes;
  const half = (filler: number): Int32Array => {
    const state = start.slice();
    compress(state, pad(short, filler));
    return state;
  };
  return [half(0x36), half(0x5c)];
}

/** HMAC-SHA256 of a text (UTF-8) as 32 bytes. */
export function hmac(key: HmacKey, text: string): Uint8Array {
  return toBytes(authenticate(key, text));
}

/** HMAC-SHA256 of a text (UTF-8) as 64 lower-case hex digits: the signature of SIG-21. */
export function hmacHex(key: HmacKey, text: string): string {
  return toHex(authenticate(key, text));
}

const compressSha1: Compress = (state, words) => {
  const w = schedule;
  for (let offset = 0; offset < words.byteLength; offset += blockBytes) {
    for (let i = 0; i < 16; i++) w[i] = words.getInt32(offset + i * 4);
    for (let i = 16; i < 80; i++)
      w[i] = rotate(word(w, i - 3) ^ word(w, i - 8) ^ word(w, i - 14) ^ word(w, i - 16), 31);
    let a = word(state, 0);
    let b = word(state, 1);
    let c = word(state, 2);
    let d = word(state, 3);
    let e = word(state, 4);
    for (let i = 0; i < 80; i++) {
      let mixed = (b ^ c ^ d) + (i < 40 ? 0x6ed9eba1 : 0xca62c1d6);
      if (i < 20) mixed = ((b & c) | (~b & d)) + 0x5a827999;
      else if (i >= 40 && i < 60) mixed = ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
      const next = (rotate(a, 27) + mixed + e + word(w, i)) | 0;
      e = d;
      d = c;
      c = rotate(b, 2);
      b = a;
      a = next;
    }
    add(state, [a, b, c, d, e]);
  }
};

/** HMAC-SHA1 (RFC 2104) in standard base64: the signature of SigV2 (SIG-54). The secret is UTF-8, the text as `encoding` says. */
export function hmacSha1Base64(secret: string, text: string, encoding: TextEncoding = 'utf8'): string {
  const hash = (message: string | Uint8Array, block?: DataView): Uint8Array => {
    const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
    if (block) compressSha1(state, block);
    return toBytes(absorb(compressSha1, state, message, block ? blockBytes : 0));
  };
  const bytes = encoder.encode(secret);
  const short = bytes.length > blockBytes ? hash(bytes) : bytes;
  return btoa(
    String.fromCharCode(
      ...hash(hash(encoding === 'latin1' ? latin1Bytes(text) : text, pad(short, 0x36)), pad(short, 0x5c)),
    ),
  );
}
