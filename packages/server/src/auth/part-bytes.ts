import type { ByteReader } from './byte-reader.ts';

/**
 * The bytes of one part of a multipart body, up to the boundary that ends it. The boundary's beginning may lie in one chunk and
 * its end in the next, so as many bytes as a boundary is long are held back.
 */
export class PartBytes implements AsyncIterable<Uint8Array> {
  readonly #reader: ByteReader;
  readonly #delimiter: Buffer;
  #ended: 'not yet' | 'next' | 'last' | 'broken' = 'not yet';

  constructor(reader: ByteReader, boundary: string) {
    this.#reader = reader;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** `next`: another part follows; `last`: that was the last boundary; `broken`: the body ended, or the boundary is malformed. */
  get ended(): 'not yet' | 'next' | 'last' | 'broken' {
    return this.#ended;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const delimiter = this.#delimiter;
    let held: Buffer = Buffer.alloc(0);
    for (;;) {
      const chunk = await this.#reader.some(65_536);
      if (chunk === undefined) {
        this.#ended = 'broken';
        return;
      }
      const bytes = Buffer.concat([held, chunk]);
      const at = bytes.indexOf(delimiter);
      if (at !== -1) {
        if (at > 0) yield bytes.subarray(0, at);
        this.#reader.giveBack(bytes.subarray(at + delimiter.byteLength));
        this.#ended = await this.#readEnding();
        return;
      }
      const keep = partialMatch(bytes, delimiter);
      if (bytes.byteLength > keep) yield bytes.subarray(0, bytes.byteLength - keep);
      held = bytes.subarray(bytes.byteLength - keep);
    }
  }

  async #readEnding(): Promise<'next' | 'last' | 'broken'> {
    const line = await this.#reader.line(256);
    if (line === 'too long') return 'broken';
    // The last boundary may be the end of the body, without a line break.
    const text = line === 'end' ? Buffer.from(this.#reader.takeHeld()).toString('latin1') : line.text;
    if (text.startsWith('--')) return 'last';
    return text.trim() === '' && line !== 'end' ? 'next' : 'broken';
  }
}

/** How many bytes at the end may be the beginning of the delimiter. */
function partialMatch(bytes: Buffer, delimiter: Buffer): number {
  const longest = Math.min(delimiter.byteLength - 1, bytes.byteLength);
  for (let length = longest; length > 0; length -= 1) {
    if (bytes.compare(delimiter, 0, length, bytes.byteLength - length) === 0) return length;
  }
  return 0;
}
