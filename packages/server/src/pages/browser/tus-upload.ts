import {
  isSameFile,
  type Memory,
  openMemory,
  type Part,
  type PartSending,
  send,
  UploadError,
  type UploadProtocol,
  unreachable,
} from '@tidegate/upload/internal';

/** Remembers what this page has started, under a digest of its address: the address lets anyone send files. */
export function openPageMemory(): { readonly memory: Memory; readonly name: string } {
  let hash = 0x811c9dc5;
  for (const letter of location.pathname) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  const name = `tidegate-uploads-${(hash >>> 0).toString(36)}`;
  return { memory: openMemory(name), name };
}

/** The server refused the file. `message` is for the sender; empty if the server gave none. */
export class FileRefused extends Error {}

/** With `Accept`, a refusal is two lines of text instead of a page. */
const always = { Accept: 'text/plain', 'Tus-Resumable': '1.0.0' };

/** A file on its way to a file request, by tus 1.0: one PATCH that continues where the last one got to (SHR-28). */
export class TusUpload implements UploadProtocol<unknown> {
  readonly #file: File;
  readonly #memory: Memory;
  readonly #memoryName: string;
  /** Made here, so that a creation whose response is lost is not a second upload. */
  #id = '';
  #offset: number | undefined;

  constructor(file: File, { memory, name }: ReturnType<typeof openPageMemory>) {
    this.#file = file;
    this.#memory = memory;
    this.#memoryName = name;
  }

  async open(signal: AbortSignal): Promise<{ readonly parts: readonly Part[]; readonly stored: Iterable<number> }> {
    this.#offset = await this.#findOffset(signal);
    return { parts: [{ number: 1, start: 0, end: this.#file.size }], stored: [] };
  }

  async send(_: Part, { body, onFound, onSent, signal }: PartSending): Promise<void> {
    const offset = this.#offset ?? (await this.#findOffset(signal));
    // Whatever becomes of this request, only the server knows how much of it arrived.
    this.#offset = undefined;
    onFound(offset);
    if (offset === body.size) return;
    const headers = {
      ...always,
      'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream',
    };
    const request = { method: 'PATCH', url: this.#url(), headers };
    const { status, text } = await send(request, body.slice(offset), (bytes) => onSent(offset + bytes), signal);
    // 408, 409 and 423: another request still holds the upload, or moved it.
    if (status !== 204) throw await this.#failure(status, text, [408, 409, 423]);
  }

  /** @returns the receipt */
  async complete(signal: AbortSignal): Promise<unknown> {
    const answer = await this.#ask('GET', {}, signal);
    if (answer.status !== 200) throw await this.#failure(answer.status, await answer.text(), [408, 409, 423]);
    const receipt: unknown = await answer.json();
    await this.#forget();
    return receipt;
  }

  /** What it reserved is free for another file; if this request is lost, it is once the upload expires. */
  async abort(): Promise<void> {
    const isStarted = this.#id !== '' || (await this.#recall());
    if (!isStarted) return;
    await this.#forget();
    await this.#ask('DELETE', {});
  }

  #url(): string {
    return `${location.pathname.replace(/\/$/, '')}/${encodeURIComponent(this.#file.name)}?upload=${this.#id}`;
  }

  /** Starts the upload, or reads how much of it the server has. */
  async #findOffset(signal: AbortSignal): Promise<number> {
    if (this.#id !== '' || (await this.#recall())) {
      const { status, headers } = await this.#ask('HEAD', {}, signal);
      if (status === 200) return Number(headers.get('upload-offset') ?? 0);
      if (status !== 404) throw await this.#failure(status, '');
    }
    const { name, size, type, lastModified } = this.#file;
    this.#id ||= newUploadId();
    const startedAtMs = Date.now();
    await this.#memory.add({ token: this.#id, endpoint: this.#memoryName, name, size, lastModified, startedAtMs });
    const metadata = type === '' ? {} : { 'Upload-Metadata': `filetype ${base64(type)}` };
    const answer = await this.#ask('POST', { 'Upload-Length': String(size), ...metadata }, signal);
    if (answer.status !== 201) throw await this.#failure(answer.status, await answer.text());
    return 0;
  }

  /** Whether the file was started before. */
  async #recall(): Promise<boolean> {
    const found = (await this.#memory.list()).find((known) => isSameFile(known, this.#file));
    if (found !== undefined) this.#id = found.token;
    return found !== undefined;
  }

  async #forget(): Promise<void> {
    await this.#memory.remove(this.#id);
  }

  async #ask(method: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    try {
      return await fetch(this.#url(), { method, headers: { ...always, ...headers }, ...(signal && { signal }) });
    } catch {
      signal?.throwIfAborted();
      throw unreachable(location.host);
    }
  }

  /** What a response means that is none of those expected. The second line of a refusal is in the reader's language. */
  async #failure(status: number, text: string, passing: readonly number[] = []): Promise<Error> {
    if (status === 0) return unreachable(location.host);
    if (status >= 500 || passing.includes(status))
      return new UploadError('Refused', `The server answered ${status}.`, { status, retryable: true });
    await this.#forget();
    const [, detail = ''] = text.includes('<') ? [] : text.split('\n');
    return new FileRefused(detail);
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** 22 characters that nobody can guess. */
function newUploadId(): string {
  const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  // 248 is the largest multiple of 62 below 256.
  const bytes = [...crypto.getRandomValues(new Uint8Array(64))].filter((byte) => byte < 248);
  return bytes
    .slice(0, 22)
    .map((byte) => letters[byte % 62] ?? '')
    .join('');
}
