import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts';

export type Sent = { readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export type Received = {
  readonly status: number;
  /** Code of a refusal; '' for a success. */
  readonly code: string;
  readonly text: string;
  readonly headers: Headers;
};

/** A server, and requests that its root key signs: `send('PUT /bucket/key?acl')`. */
export type Requests = {
  readonly server: TestServer;
  send(line: string, sent?: Sent): Promise<Received>;
};

/** Starts a server for one test file; stop it in `after`. */
export async function startWithRequests(options: TestServerOptions = {}): Promise<Requests> {
  const server = await startTestServer(options);
  return {
    server,
    async send(line, sent = {}) {
      const space = line.indexOf(' ');
      return receive(await server.signed(line.slice(0, space), line.slice(space + 1), sent));
    },
  };
}

/** Reads a response whole. */
export async function receive(response: Response): Promise<Received> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, code: status < 400 ? '' : member(text, 'Code') };
}

/** The text of the first element of that name; '' when there is none. */
export function member(text: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
}
