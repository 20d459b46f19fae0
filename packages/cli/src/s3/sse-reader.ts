/** One message of an event stream. */
export type SseMessage = { readonly id: string | undefined; readonly event: string; readonly data: string };

/** Longest message that is put together; a longer one is no event of a Tidegate. */
const mostCharacters = 1_048_576;

/** Puts messages together from a stream of text as WHATWG's event streams are written. */
export class SseReader {
  #rest = '';
  #id: string | undefined;
  #event = '';
  #data: string[] = [];

  /** Where the stream has come to; it may move without a message. */
  get lastId(): string | undefined {
    return this.#id;
  }

  /** The messages that a piece of the stream completes. @throws Error for a message without end */
  take(text: string): SseMessage[] {
    const messages: SseMessage[] = [];
    // A CR at the end may be half of a CRLF.
    const whole = this.#rest + text;
    const isHalf = whole.endsWith('\r');
    const lines = (isHalf ? whole.slice(0, -1) : whole).split(/\r\n|\n|\r/);
    this.#rest = `${lines.pop() ?? ''}${isHalf ? '\r' : ''}`;
    if (this.#rest.length > mostCharacters) throw new Error('A message of the event stream has no end.');
    for (const line of lines) {
      if (line !== '') this.#field(line);
      else if (this.#data.length > 0 || this.#event !== '') messages.push(this.#complete());
    }
    return messages;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') this.#id = value;
    if (name === 'event') this.#event = value;
    if (name === 'data') this.#data.push(value);
  }

  #complete(): SseMessage {
    const message = { id: this.#id, event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n') };
    this.#event = '';
    this.#data = [];
    return message;
  }
}
