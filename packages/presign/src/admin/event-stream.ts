/** One message of a stream of server-sent events. */
export type StreamMessage = { readonly event: string; readonly data: string };

/** Longest message that is put together; a longer one is no event of a Tidegate. */
const mostCharacters = 1_048_576;

/** Puts messages together from pieces of a stream (WHATWG HTML, server-sent events). */
export class StreamReader {
  #rest = '';
  #data: string[] = [];
  #event = '';
  /** Where the stream has come to; it may move without a message. */
  lastId: string | undefined;

  /** The messages that a piece completes. @throws Error for a message without end */
  take(text: string): StreamMessage[] {
    const messages: StreamMessage[] = [];
    // A CR at the end may be half of a CRLF.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > mostCharacters) throw new Error('A message of the event stream has no end.');
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === 'id') this.lastId = value;
      else if (name === 'event') this.#event = value;
      else if (name === 'data') this.#data.push(value);
      else if (line === '' && (this.#data.length > 0 || this.#event !== '')) {
        messages.push({ event: this.#event || 'message', data: this.#data.join('\n') });
        this.#data = [];
        this.#event = '';
      }
    }
    return messages;
  }
}
