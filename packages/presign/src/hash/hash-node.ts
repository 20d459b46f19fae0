/** The exports of `hash.ts` on Node's own hashes: one-shot calls over prepared pads, the fastest way there (`createHmac` is 6× slower). */
import crypto, { createHash, createHmac } from 'node:crypto';
import type { TextEncoding } from './hash.ts';

export type { TextEncoding } from './hash.ts';

/** A key of HMAC-SHA256: buffers that begin with the inner and the outer pad and have room for what is hashed behind it. Opaque. */
export type HmacKey = {
  readonly inner: Buffer;
  readonly outer: Buffer;
  /** The part of `inner` that was hashed last. Strings to sign of one day and region are equally long, and a view costs 0.1 µs. */
  message: Buffer;
};

const blockBytes = 64;
const digestBytes = 32;
/** Room for a string to sign of usual length; a longer one gets a buffer of its own. */
const messageBytes = 448;

/** Node has `crypto.hash` from 20.12 on, and other runtimes with Node's conditions may lack it. */
const oneShot: typeof crypto.hash | undefined = crypto.hash;

function digestOf(data: string | Uint8Array): Buffer {
  return oneShot ? oneShot('sha256', data, 'buffer') : createHash('sha256').update(data).digest();
}

function digestText(data: string | Uint8Array, encoding: 'hex' | 'binary'): string {
  return oneShot ? oneShot('sha256', data, encoding) : createHash('sha256').update(data).digest(encoding);
}

/** SHA-256 (FIPS 180-4) of a text or bytes, as 32 bytes. A text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return digestOf(data);
}

/** SHA-256 as 64 lower-case hex digits. A text is hashed as UTF-8. */
export function sha256Hex(data: string | Uint8Array): string {
  return digestText(data, 'hex');
}

/** As `sha256Hex`, of a text with one byte a character, as header values are (SIG-16). */
export function sha256HexLatin1(text: string): string {
  return digestText(Buffer.from(text, 'latin1'), 'hex');
}

/** Prepares a key for HMAC-SHA256 (RFC 2104). Longer than a block it is hashed first. */
export function hmacKey(key: string | Uint8Array): HmacKey {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  const short = bytes.length > blockBytes ? sha256(bytes) : bytes;
  const inner = Buffer.alloc(blockBytes + messageBytes).fill(0x36, 0, blockBytes);
  const outer = Buffer.alloc(blockBytes + digestBytes).fill(0x5c, 0, blockBytes);
  short.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return { inner, outer, message: inner };
}

/** Hashes the inner message and leaves the outer one ready in `key.outer`. */
function fillOuter(key: HmacKey, text: string): Buffer {
  const { inner, outer } = key;
  let { message } = key;
  // Three bytes are the most that one UTF-16 unit becomes.
  if (text.length * 3 > messageBytes) {
    message = Buffer.concat([inner.subarray(0, blockBytes), Buffer.from(text, 'utf8')]);
  } else {
    const end = blockBytes + inner.write(text, blockBytes, 'utf8');
    if (message.length !== end) message = inner.subarray(0, end);
    key.message = message;
  }
  outer.write(digestText(message, 'binary'), blockBytes, 'latin1');
  return outer;
}

/** HMAC-SHA256 of a text (UTF-8) as 32 bytes. */
export function hmac(key: HmacKey, text: string): Uint8Array {
  return digestOf(fillOuter(key, text));
}

/** HMAC-SHA256 of a text (UTF-8) as 64 lower-case hex digits: the signature of SIG-21. */
export function hmacHex(key: HmacKey, text: string): string {
  return digestText(fillOuter(key, text), 'hex');
}

/** HMAC-SHA1 (RFC 2104) in standard base64: the signature of SigV2 (SIG-54). The secret is UTF-8, the text as `encoding` says. */
export function hmacSha1Base64(secret: string, text: string, encoding: TextEncoding = 'utf8'): string {
  return createHmac('sha1', secret).update(text, encoding).digest('base64');
}
