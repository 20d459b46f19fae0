import { lookup } from 'node:dns/promises';

/** One request to somebody outside. */
export type OutboundRequest = {
  readonly method: 'POST';
  readonly url: URL;
  /** Connected to as it is: nothing is resolved again (SEC-602). */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Names and sockets, passed in: the only way the server reaches others. */
export interface Network {
  /** Every address of a name, as the system resolves it; an address is its own. @throws Error when there is none */
  resolve(host: string): Promise<readonly string[]>;
  /**
   * Sends, and gives the status of the answer, whose body is read up to a bound and thrown away. Follows no redirect.
   * @throws Error when there is no answer; `signal` ends it
   */
  send(request: OutboundRequest, signal: AbortSignal): Promise<number>;
}

/** Most of an answer that is read (SEC-604). */
const answerBytes = 65_536;
const answerHeadBytes = 16_384;

export const systemNetwork: Network = {
  async resolve(host) {
    const found = await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true, verbatim: true });
    return found.map(({ address }) => address);
  },
  send({ method, url, address, headers, body }, signal) {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const isSecure = url.protocol === 'https:';
    const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
    const bytes = Buffer.from(body);
    return new Promise<number>((resolve, reject) => {
      const options = {
        method,
        host: address,
        port,
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, host: url.host, 'content-length': String(bytes.byteLength), connection: 'close' },
        agent: false,
        maxHeaderSize: answerHeadBytes,
        signal,
        // The certificate is of the name; an address has no name to send (RFC 6066).
        ...(isSecure && (host === address ? {} : { servername: host })),
      };
      const outgoing = requestOf(isSecure)(options, (answer) => {
        const status = answer.statusCode ?? 0;
        let read = 0;
        answer.on('data', (chunk: Buffer) => {
          read += chunk.byteLength;
          if (read > answerBytes) answer.destroy();
        });
        // What was answered is known; how its body ends is nobody's matter.
        answer.on('error', () => undefined);
        answer.on('close', () => resolve(status));
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  },
};

/** Loaded with the first message that goes out: most servers send none (`http/listener.ts` says what an import costs). */
function requestOf(isSecure: boolean): typeof import('node:http').request {
  return process.getBuiltinModule(isSecure ? 'node:https' : 'node:http').request;
}
