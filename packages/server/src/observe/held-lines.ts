/** What lines are written with. */
export type HeldLinesOptions = {
  /** Throws when nothing of the text was written: with the code `EAGAIN` when it may be tried again. */
  readonly write: (text: string) => void;
  /** Runs something later. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Lines are written again after some had to be dropped. */
  readonly onRecovered: (dropped: DroppedLines) => void;
};

/** Lines that could not be written, and the code of the last error. */
export type DroppedLines = { readonly count: number; readonly code: string };

/** Lines are collected for so long: one write for many requests. */
const holdMs = 50;
const holdLength = 32_768;
/** Most text that waits for a reader that does not read. */
const mostHeldLength = 262_144;
/** What one write puts into a pipe without another process's text in between (PIPE_BUF of Linux). */
const wholeBytes = 4096;

/**
 * Holds lines for a moment, so that a busy server does not make a system call for each request. A log that cannot be written
 * must not stop the server or fill its memory: lines that find no place are dropped and counted (REL-21).
 */
export class HeldLines {
  readonly #options: HeldLinesOptions;
  #held = '';
  #cancel: (() => void) | undefined;
  /** The reader does not read: only the timer tries again. */
  #isStuck = false;
  /** All lines that were ever dropped. */
  #droppedCount = 0;
  /** Those that were not reported yet. */
  #unreported: DroppedLines = { count: 0, code: '' };

  constructor(options: HeldLinesOptions) {
    this.#options = options;
  }

  get droppedCount(): number {
    return this.#droppedCount;
  }

  add(line: string): void {
    if (this.#held.length + line.length > mostHeldLength) this.#drop(line, 'EAGAIN');
    else this.#held += line;
    if (this.#held.length >= holdLength && !this.#isStuck) this.flush();
    else this.#flushLater();
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#held === '') return;
    const pieces = wholeLines(this.#held);
    this.#held = '';
    this.#isStuck = false;
    for (const [index, piece] of pieces.entries()) {
      try {
        this.#options.write(piece);
      } catch (error) {
        const code = codeOf(error);
        const rest = pieces.slice(index).join('');
        if (code === 'EAGAIN') {
          this.#held = rest;
          this.#isStuck = true;
          this.#flushLater();
        } else this.#drop(rest, code);
        return;
      }
    }
    this.#recover();
  }

  #flushLater(): void {
    this.#cancel ??= this.#options.after(holdMs, () => this.flush());
  }

  #drop(text: string, code: string): void {
    const count = text.split('\n').length - 1;
    this.#droppedCount += count;
    this.#unreported = { count: this.#unreported.count + count, code };
  }

  #recover(): void {
    const dropped = this.#unreported;
    if (dropped.count === 0) return;
    this.#unreported = { count: 0, code: '' };
    this.#options.onRecovered(dropped);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Lines in pieces that a pipe takes whole; a line that is longer is a piece of its own. */
export function wholeLines(text: string): readonly string[] {
  if (text.length <= wholeBytes / 4) return [text];
  const pieces: string[] = [];
  let piece = '';
  let pieceBytes = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const bytes = Buffer.byteLength(line);
    if (pieceBytes > 0 && pieceBytes + bytes > wholeBytes) {
      pieces.push(piece);
      piece = '';
      pieceBytes = 0;
    }
    piece += line;
    pieceBytes += bytes;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
