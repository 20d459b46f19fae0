import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ChunkSeed, PayloadRule, RequestView } from '@tidegate/presign';
import { createChecksum, digestMismatch, parseContentMd5, parseDeclaredChecksum, refusal } from '@tidegate/protocol';
import { type BodyRules, underRules } from './body-rules.ts';
import { type ByteSource, bytesOf, readSmallBody, streamOf } from './body-source.ts';
import { decodeChunks } from './chunked-body.ts';
import type { OpenedForm } from './post-form.ts';
import { type Received, receivedHeader } from './received.ts';

/** What a body is opened from. */
export type BodyParts = {
  readonly received: Received;
  readonly head: RequestView;
  /** How the signature binds the body (SIG-19). */
  readonly payload: PayloadRule;
  readonly chunkSeed: ChunkSeed | undefined;
  /** A POST form that was read up to its file. */
  readonly form: { readonly opened: OpenedForm; readonly size: SizeRange } | undefined;
  /** What the operation does with it: a handler reads a stream; a document is read whole; `nothing`: it has none. */
  readonly wants: 'stream' | 'document' | 'nothing';
  /** Whether `x-amz-checksum-*` speaks of this body, or of an object that a document is about (CompleteMultipartUpload). */
  readonly checksumOf: 'body' | 'object';
  readonly maxTrailerBytes: number;
};

const noTrailers: ReadonlyMap<string, string> = new Map();
/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** A body that no operation wants, but that a signature binds, is read up to this size to be checked. */
const maxUnwantedBytes = 65_536;

/**
 * A request's body behind its checks: chunk signatures, payload hash and sizes fail the stream itself (SIG-20, SIG-66 to
 * SIG-69, SIG-88). Nothing is read, and no `100 Continue` is sent, before somebody asks for bytes (SEC-423).
 */
export class OpenBody implements AsyncDisposable {
  /** Declared size of the decoded bytes; undefined for a file in a form, and for HTTP's chunks without a declared size. */
  readonly sizeBytes: number | undefined;
  readonly #parts: BodyParts;
  #trailers: Map<string, string> | undefined;
  readonly #announced: readonly string[];
  #stream: Readable | undefined;
  #rules: BodyRules | undefined;

  /** @throws S3Error MissingContentLength (411), InvalidArgument for a length that is none */
  constructor(parts: BodyParts) {
    this.#parts = parts;
    const { received, head, payload } = parts;
    this.#announced = payload.kind === 'chunked' && payload.trailer ? listOf(head.header('x-amz-trailer')) : [];
    if (parts.form !== undefined) this.sizeBytes = undefined;
    else if (payload.kind === 'chunked' && parts.wants !== 'nothing') {
      this.sizeBytes = parseLength('x-amz-decoded-content-length', head.header('x-amz-decoded-content-length'));
    } else {
      const declared = receivedHeader(received.rawHeaders, 'content-length');
      const isChunked = receivedHeader(received.rawHeaders, 'transfer-encoding') !== undefined;
      // HTTP's own chunks carry a body of unknown length; it is counted as it flows (WIRE-108).
      if (declared === undefined && parts.wants !== 'stream')
        this.sizeBytes = isChunked || parts.wants !== 'nothing' ? undefined : 0;
      else this.sizeBytes = declared === undefined && isChunked ? undefined : parseLength('Content-Length', declared);
    }
  }

  /** Further rules for the decoded bytes. Before anybody asked for them. */
  obey(rules: BodyRules): void {
    if (this.#stream !== undefined) throw new Error('The body is being read already.');
    this.#rules = rules;
  }

  /** Whether the connection itself ends the stream at `sizeBytes`, since nothing is decoded or checked on the way. */
  get endsAtSize(): boolean {
    return this.sizeBytes !== undefined && this.#isPlain;
  }

  /** Decoded bytes. Read it to its end, or destroy it. */
  get stream(): Readable {
    this.#stream ??= this.#open();
    return this.#stream;
  }

  /** Trailer fields by lower-case name, once the stream has ended. */
  trailers(): ReadonlyMap<string, string> {
    return this.#trailers ?? noTrailers;
  }

  /** The whole body of a document, with Content-MD5 and checksums compared. @throws S3Error */
  async bytes(maxBytes: number, tooLarge: () => Error): Promise<Uint8Array> {
    if (this.sizeBytes !== undefined && this.sizeBytes > maxBytes) throw tooLarge();
    this.#parts.received.expectBody();
    const bytes = await readSmallBody(this.#source(), maxBytes, tooLarge);
    this.#compare(bytes);
    return bytes;
  }

  /**
   * Judges a body that the operation does not want: what a signature binds must be what was sent, even so (SIG-20).
   * @returns undefined when there is nothing to read
   */
  judgeUnwanted(): Promise<unknown> | undefined {
    const { payload } = this.#parts;
    if (payload.kind !== 'sha256' || (payload.hex === emptyHash && this.sizeBytes === 0)) return undefined;
    return this.bytes(maxUnwantedBytes, () =>
      refusal('EntityTooLarge', { ProposedSize: this.sizeBytes ?? 0, MaxSizeAllowed: maxUnwantedBytes }),
    );
  }

  /** Lets go of what was opened. @returns undefined when there is nothing to wait for */
  close(): Promise<void> | undefined {
    const stream = this.#stream;
    if (stream === undefined) return this.#parts.form?.opened.close();
    // The request itself is not destroyed: its connection is still needed for the answer.
    if (stream !== this.#parts.received.body) stream.destroy();
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The usual presigned upload: nothing to decode or to hash, so nothing stands between parser and store. */
  get #isPlain(): boolean {
    const { payload, form } = this.#parts;
    return payload.kind === 'unsigned' && form === undefined && this.#rules === undefined;
  }

  #open(): Readable {
    const { received } = this.#parts;
    received.expectBody();
    if (this.#isPlain) return received.body;
    const stream = streamOf(this.#source());
    // Between being opened and being read, an error has nobody to hear it but this.
    stream.on('error', ignoreUnheard);
    return stream;
  }

  #source(): ByteSource {
    const source = this.#checked();
    return this.#rules === undefined ? source : underRules(source, this.#rules);
  }

  #checked(): ByteSource {
    const { received, payload, form, chunkSeed, maxTrailerBytes } = this.#parts;
    if (form !== undefined) return checkSize(form.opened.file.bytes, form.size);
    const incoming = bytesOf(received.body);
    if (payload.kind === 'unsigned') return incoming;
    if (payload.kind === 'sha256') return checkPayloadHash(incoming, payload.hex);
    const chunks = {
      seed: payload.signed ? chunkSeed : undefined,
      trailer: payload.trailer,
      announced: this.#announced,
      decodedBytes: this.sizeBytes ?? 0,
      maxTrailerBytes,
    };
    return decodeChunks(incoming, chunks, (name, value) => {
      this.#trailers ??= new Map();
      this.#trailers.set(name, value);
    });
  }

  #compare(bytes: Uint8Array): void {
    const { head, checksumOf } = this.#parts;
    const md5 = head.header('content-md5');
    if (md5 !== undefined) compareDigest('MD5', parseContentMd5(md5), bytes);
    if (checksumOf === 'object') return;
    const declared = parseDeclaredChecksum(new Map([...head.headersWith('x-amz-checksum-'), ...this.trailers()]));
    if (declared !== undefined) compareDigest(declared.algorithm, declared.value, bytes);
  }
}

function compareDigest(algorithm: Parameters<typeof createChecksum>[0], declared: string, bytes: Uint8Array): void {
  const checksum = createChecksum(algorithm);
  checksum.update(bytes);
  const computed = checksum.digest();
  if (computed !== declared) throw digestMismatch(algorithm === 'MD5' ? 'Content-MD5' : algorithm, declared, computed);
}

function parseLength(name: string, text: string | undefined): number {
  if (text === undefined) throw refusal('MissingContentLength', {});
  const length = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(length)) return length;
  throw refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: text.slice(0, 64) });
}

function listOf(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function ignoreUnheard(): void {
  // Whoever reads the stream gets the same error; one that nobody reads concerns nobody.
}

/**
 * Passes a body on and fails at its end when its SHA-256 is not the one that was signed: before the object becomes visible
 * (SIG-20, SEC-129).
 * @param expected lower-case hex
 */
async function* checkPayloadHash(source: ByteSource, expected: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  const computed = hash.digest('hex');
  if (computed !== expected) throw hashMismatch(expected, computed);
}

function hashMismatch(expected: string, computed: string): Error {
  return refusal('XAmzContentSHA256Mismatch', {
    ClientComputedContentSHA256: expected,
    S3ComputedContentSHA256: computed,
  });
}

/** Bounds of a file in a POST form: `content-length-range` of its policy and the server's own. */
type SizeRange = { readonly minBytes: number; readonly maxBytes: number };

/** Passes a body on while it fits: stops at the first byte too many, fails at an end that comes too early (SIG-88, SEC-138). */
async function* checkSize(source: ByteSource, range: SizeRange): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > range.maxBytes) {
      throw refusal('EntityTooLarge', { ProposedSize: sizeBytes, MaxSizeAllowed: range.maxBytes });
    }
    yield chunk;
  }
  if (sizeBytes < range.minBytes) {
    throw refusal('EntityTooSmall', { ProposedSize: sizeBytes, MinSizeAllowed: range.minBytes });
  }
}
