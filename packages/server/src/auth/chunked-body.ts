import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChunkSeed } from '@tidegate/presign';
import { hmacHex } from '@tidegate/presign/internal';
import { refusal } from '@tidegate/protocol';
import type { ByteSource } from './body-source.ts';
import { ByteReader } from './byte-reader.ts';

/** What the head says of an aws-chunked body. */
export type ChunkedForm = {
  /** Given for signed chunks: what the first signature continues (SIG-67, SIG-69). */
  readonly seed: ChunkSeed | undefined;
  /** Whether trailer lines follow the last chunk. */
  readonly trailer: boolean;
  /** Names of `x-amz-trailer`, lower case. */
  readonly announced: readonly string[];
  /** `x-amz-decoded-content-length`. */
  readonly decodedBytes: number;
  readonly maxTrailerBytes: number;
};

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** A chunk's head: 16 hex digits and `;chunk-signature=` with 64 are 97 bytes. */
const maxChunkHeadBytes = 1024;
const chunkHead = /^([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{0,128}))?$/;

/**
 * Decodes an aws-chunked body (SIG-66 to SIG-69). Bytes flow before their chunk's signature is known to hold; the stream
 * fails where it does not, and a store makes nothing visible of a body that failed (SEC-127).
 * @param onTrailer gets each trailer field once the signature of the trailer held
 */
export async function* decodeChunks(
  source: ByteSource,
  form: ChunkedForm,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(source);
  const signatures = form.seed === undefined ? undefined : new ChunkSignatures(form.seed);
  let decoded = 0;
  try {
    for (;;) {
      const head = await readChunkHead(reader);
      decoded += head.sizeBytes;
      if (decoded > form.decodedBytes) throw incomplete(form.decodedBytes, decoded);
      const hash = signatures === undefined ? undefined : createHash('sha256');
      for (let left = head.sizeBytes; left > 0; ) {
        const bytes = await reader.some(left);
        if (bytes === undefined) throw incomplete(form.decodedBytes, decoded - left);
        hash?.update(bytes);
        left -= bytes.byteLength;
        yield bytes;
      }
      signatures?.check(head.signature, hash?.digest('hex') ?? emptyHash);
      if (head.sizeBytes === 0) break;
      if ((await readLine(reader, 0)) !== '') throw malformed();
    }
    if (decoded !== form.decodedBytes) throw incomplete(form.decodedBytes, decoded);
    if (form.trailer) await readTrailer(reader, form, signatures, onTrailer);
    else await readEnd(reader);
  } finally {
    await reader.release();
  }
}

async function readChunkHead(reader: ByteReader): Promise<{ sizeBytes: number; signature: string | undefined }> {
  const match = chunkHead.exec(await readLine(reader, maxChunkHeadBytes));
  const sizeBytes = Number.parseInt(match?.[1] ?? '', 16);
  if (match === null || !Number.isSafeInteger(sizeBytes)) throw malformed();
  return { sizeBytes, signature: match[2] };
}

async function readLine(reader: ByteReader, maxBytes: number): Promise<string> {
  const line = await reader.line(maxBytes);
  if (line === 'end') throw refusal('IncompleteBody', {});
  if (line === 'too long') throw malformed();
  return line.text;
}

/** Without a trailer an empty line ends the body; some clients leave it out. */
async function readEnd(reader: ByteReader): Promise<void> {
  if (await reader.atEnd()) return;
  if ((await readLine(reader, 0)) !== '' || !(await reader.atEnd())) throw malformed();
}

async function readTrailer(
  reader: ByteReader,
  form: ChunkedForm,
  signatures: ChunkSignatures | undefined,
  onTrailer: (name: string, value: string) => void,
): Promise<void> {
  const fields = new Map<string, string>();
  let signature: string | undefined;
  for (let left = form.maxTrailerBytes; ; ) {
    // The empty line behind the trailer may be missing at the very end.
    if (await reader.atEnd()) break;
    const line = await reader.line(left);
    if (line === 'too long') throw refusal('MalformedTrailerError', {});
    if (line === 'end') throw refusal('IncompleteBody', {});
    if (line.text === '') break;
    left -= line.text.length;
    const colon = line.text.indexOf(':');
    const name = line.text.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.text.slice(colon + 1).trim();
    if (name === '') throw refusal('MalformedTrailerError', {});
    if (name === 'x-amz-trailer-signature') signature = value;
    else if (fields.has(name) || !form.announced.includes(name)) throw unannounced(name);
    else fields.set(name, value);
  }
  if (!(await reader.atEnd())) throw refusal('MalformedTrailerError', {});
  signatures?.checkTrailer(signature, fields);
  for (const name of form.announced) {
    const value = fields.get(name);
    if (value === undefined) throw unannounced(name);
    onTrailer(name, value);
  }
}

/** The chain of signatures: each is made over the one before it (SIG-67, SIG-68). */
class ChunkSignatures {
  readonly #seed: ChunkSeed;
  #previous: string;

  constructor(seed: ChunkSeed) {
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  check(signature: string | undefined, dataHash: string): void {
    this.#accept(signature, 'AWS4-HMAC-SHA256-PAYLOAD', `${emptyHash}\n${dataHash}`);
  }

  checkTrailer(signature: string | undefined, fields: ReadonlyMap<string, string>): void {
    let text = '';
    for (const [name, value] of fields) text += `${name}:${value}\n`;
    this.#accept(signature, 'AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(text, 'latin1').digest('hex'));
  }

  #accept(signature: string | undefined, algorithm: string, rest: string): void {
    const { amzDate, scope, signingKey } = this.#seed;
    const text = `${algorithm}\n${amzDate}\n${scope}\n${this.#previous}\n${rest}`;
    const expected = hmacHex(signingKey, text);
    if (signature === undefined || !isSame(signature, expected)) {
      throw refusal('SignatureDoesNotMatch', { SignatureProvided: signature ?? '', StringToSign: text });
    }
    this.#previous = expected;
  }
}

function malformed(): Error {
  return refusal('InvalidRequest', {}, undefined, 'The body is not well-formed aws-chunked.');
}

function incomplete(expected: number, provided: number): Error {
  return refusal('IncompleteBody', { NumberBytesExpected: expected, NumberBytesProvided: provided });
}

function unannounced(name: string): Error {
  return refusal('InvalidRequest', {}, undefined, `The trailer ${name.slice(0, 64)} must be announced and sent once.`);
}

function isSame(sent: string, expected: string): boolean {
  return (
    sent.length === expected.length && timingSafeEqual(Buffer.from(sent, 'latin1'), Buffer.from(expected, 'latin1'))
  );
}
