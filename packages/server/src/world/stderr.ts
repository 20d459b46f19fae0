import { writeSync } from 'node:fs';

/**
 * Standard error for log lines. `write` never waits for a reader and never raises an error event: it throws, with `EAGAIN` when
 * a pipe is full and nothing of the text was written.
 *
 * `process.stderr` is not used for this: a pipe whose reader is stuck makes it buffer without bound, and one whose reader is
 * gone makes it emit an error and stay closed.
 */
export class Stderr {
  readonly isTerminal: boolean;
  readonly #fd: number;
  readonly #writeSync: typeof writeSync;
  /** The end of a text of which a pipe took only the beginning. */
  #rest: Uint8Array = new Uint8Array();
  /** Whether the last line in the file was cut short, so that the next one must not continue it. */
  #isCut = false;

  /** @param target opening `process.stderr` is what makes a pipe non-blocking */
  constructor(target: { readonly fd: number; readonly isTTY?: boolean }, write: typeof writeSync = writeSync) {
    this.#fd = target.fd;
    this.isTerminal = target.isTTY === true;
    this.#writeSync = write;
  }

  /** @throws Error with a `code` when the text was not written */
  write(text: string): void {
    this.#finish();
    const bytes = Buffer.from(this.#isCut ? `\n${text}` : text);
    const [written, error] = this.#writeSome(bytes);
    if (error === undefined) {
      this.#isCut = false;
      return;
    }
    if (written > 0 && isFull(error)) this.#rest = bytes.subarray(written);
    else {
      if (written > 0) this.#isCut = true;
      throw error;
    }
  }

  #finish(): void {
    if (this.#rest.byteLength === 0) return;
    const [written, error] = this.#writeSome(this.#rest);
    this.#rest = this.#rest.subarray(written);
    if (error === undefined) return;
    if (!isFull(error)) {
      this.#rest = new Uint8Array();
      this.#isCut = true;
    }
    throw error;
  }

  #writeSome(bytes: Uint8Array): [written: number, error: unknown] {
    let written = 0;
    try {
      while (written < bytes.byteLength) written += this.#writeSync(this.#fd, bytes, written);
      return [written, undefined];
    } catch (error) {
      return [written, error];
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
