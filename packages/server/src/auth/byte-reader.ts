import type { ByteSource } from './body-source.ts';

/** Reads lines and runs of bytes from a source that comes in chunks of any size. Holds one chunk and at most one line. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Up to `maxBytes` bytes that are there, waiting for some; undefined at the end. */
  async some(maxBytes: number): Promise<Uint8Array | undefined> {
    if (this.#held.byteLength === 0 && !(await this.#more())) return undefined;
    const taken = this.#held.subarray(0, maxBytes);
    this.#held = this.#held.subarray(taken.byteLength);
    return taken;
  }

  /** What comes before the next CR LF, as latin1; `too long` past `maxBytes`, `end` when the source ends before it. */
  async line(maxBytes: number): Promise<{ readonly text: string } | 'too long' | 'end'> {
    for (let searched = 0; ; ) {
      const at = indexOfCrLf(this.#held, Math.max(0, searched - 1));
      if (at !== -1 && at <= maxBytes) {
        const text = Buffer.from(this.#held.buffer, this.#held.byteOffset, at).toString('latin1');
        this.#held = this.#held.subarray(at + 2);
        return { text };
      }
      if (at !== -1 || this.#held.byteLength > maxBytes + 1) return 'too long';
      searched = this.#held.byteLength;
      if (!(await this.#more())) return 'end';
    }
  }

  /** Puts bytes back in front of what follows. */
  giveBack(bytes: Uint8Array): void {
    this.#held = this.#held.byteLength === 0 ? bytes : Buffer.concat([bytes, this.#held]);
  }

  /** Whether nothing follows. */
  async atEnd(): Promise<boolean> {
    return this.#held.byteLength === 0 && !(await this.#more());
  }

  /** Bytes that were read from the source and not taken yet. Empties the reader. */
  takeHeld(): Uint8Array {
    const held = this.#held;
    this.#held = new Uint8Array(0);
    return held;
  }

  /** Ends the source's loop. */
  async release(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const next = await this.#chunks.next();
      if (next.done === true) return false;
      if (next.value.byteLength === 0) continue;
      this.#held = this.#held.byteLength === 0 ? next.value : Buffer.concat([this.#held, next.value]);
      return true;
    }
  }
}

function indexOfCrLf(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x0d, from); at !== -1; at = bytes.indexOf(0x0d, at + 1)) {
    if (bytes[at + 1] === 0x0a) return at;
  }
  return -1;
}
