import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from '@tidegate/presign';
import { links, type TestServer } from '../test-server.ts';

/** An answer, and the informational ones ahead of it. */
export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Status, code and reason in one text. */
  readonly outcome: string;
  readonly ahead: readonly { readonly status: number; readonly headers: Readonly<Record<string, unknown>> }[];
};

export type Sending = {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  /** Without Content-Length. */
  readonly chunked?: boolean;
};

export const tus = { 'tus-resumable': '1.0.0' } as const;
export const tusBytes = { ...tus, 'content-type': 'application/offset+octet-stream' } as const;
export const draft = { 'upload-draft-interop-version': '6' } as const;
export const draftBytes = { ...draft, 'content-type': 'application/partial-upload' } as const;

/** A URL for one upload. */
export function resumable(server: TestServer, bucket: string, key: string, limits: Limits = {}): string {
  return links(server, bucket).presignPut(key, { limits: { ...limits, resumable: true } }).url;
}

/** Sends one request on a connection of its own. */
export function send(url: string, { method, headers = {}, body, chunked = false }: Sending): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method, headers: { ...headers, ...length }, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
        const reason = answer.headers['x-tidegate-reason'];
        const outcome = [answer.statusCode, code, reason].filter((part) => part !== undefined).join(' ');
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, outcome, ahead });
      });
    });
    const ahead: { status: number; headers: Record<string, unknown> }[] = [];
    sent.on('information', ({ statusCode, headers: told }) => ahead.push({ status: statusCode, headers: told }));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A request whose body stays open: what was written is with the server, and no end is in sight. */
export type Hanging = {
  readonly socket: Socket;
  /** Cuts the connection. */
  cut(): void;
  /** How it ended: the status of its answer, or `cut`. */
  readonly ended: Promise<number | 'cut'>;
};

/** Begins a request of `sizeBytes` and sends `first` of it. */
export function begin(
  url: string,
  headers: Readonly<Record<string, string>>,
  sizeBytes: number,
  first: Uint8Array,
): Promise<Hanging> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'PATCH',
      headers: { ...headers, 'content-length': String(sizeBytes) },
      agent: false,
    });
    const ended = new Promise<number | 'cut'>((end) => {
      sent.on('response', (answer) => {
        answer.resume();
        answer.on('error', () => end('cut'));
        answer.on('end', () => end(answer.statusCode ?? 0));
      });
      sent.on('error', () => end('cut'));
      sent.on('close', () => end('cut'));
    });
    sent.on('socket', (socket: Socket) => {
      sent.write(first, (error) => {
        if (error) reject(error);
        else resolve({ socket, cut: () => socket.destroy(), ended });
      });
    });
  });
}

/** What the upload of a URL has, in the words of tus. */
export async function offsetOf(url: string): Promise<number> {
  const { headers } = await send(url, { method: 'HEAD', headers: tus });
  return Number(headers['upload-offset'] ?? -1);
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`It did not come to it within a minute that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
