import { once } from 'node:events';
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What became of one PUT: how many bytes of its body came here, and the store's status once it answered. */
export type SeenPut = { readonly part: number; bytes: number; status: number | undefined };

/** `pass` it on; `hold` its body until `release()`; `cut` the connection; a number: answer that in the store's place. */
export type Verdict = 'pass' | 'hold' | 'cut' | number;

/** Simulates a bad network in front of a store, and counts requests. */
export type StoreProxy = {
  readonly endpoint: string;
  readonly puts: readonly SeenPut[];
  /** Bytes of all bodies that came here. */
  receivedBytes(): number;
  /** What happens to the next requests. Default: all pass. */
  decide(verdict: (method: string, part: number, path: string) => Verdict): void;
  /** Lets what is held go on. */
  release(): void;
  /** Headers of the store's answers that do not get through. */
  readonly hidden: Set<string>;
  close(): Promise<void>;
};

/** Listens before the store at `target`, which sees the proxy's own host and thereby the one that was signed. */
export async function startStoreProxy(target: string, port = 0): Promise<StoreProxy> {
  const puts: SeenPut[] = [];
  const hidden = new Set<string>();
  let held: (() => void)[] = [];
  let verdictOf: (method: string, part: number, path: string) => Verdict = () => 'pass';
  const forward = (incoming: IncomingMessage, answer: ServerResponse, put: SeenPut | undefined) => {
    const { hostname, port: targetPort } = new URL(target);
    const { method, headers, url: path } = incoming;
    const outgoing = ask({ hostname, port: targetPort, method, path, headers, agent: false }, (response) => {
      if (put !== undefined) put.status = response.statusCode;
      const shown = Object.entries(response.headers).filter(([name]) => !hidden.has(name));
      answer.writeHead(response.statusCode ?? 502, Object.fromEntries(shown));
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.on('data', (chunk: Buffer) => {
      if (put !== undefined) put.bytes += chunk.byteLength;
    });
    incoming.pipe(outgoing);
  };
  const server: Server = createServer((incoming, answer) => {
    const part = Number(new URL(incoming.url ?? '/', 'http://proxy').searchParams.get('partNumber') ?? 0);
    const { method = '' } = incoming;
    const put: SeenPut | undefined = method === 'PUT' ? { part, bytes: 0, status: undefined } : undefined;
    if (put !== undefined) puts.push(put);
    const verdict = verdictOf(method, part, incoming.url ?? '/');
    if (verdict === 'pass') return forward(incoming, answer, put);
    if (verdict === 'cut') return incoming.socket.destroy();
    if (verdict === 'hold') return held.push(() => forward(incoming, answer, put));
    incoming.resume();
    incoming.on('end', () => {
      answer.writeHead(verdict, { 'access-control-allow-origin': '*' });
      answer.end('<Error><Code>Planted</Code></Error>');
    });
  });
  // One that closes what is idle would break off a request that a slow machine sends just then.
  server.keepAliveTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const ownPort = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${ownPort}`,
    puts,
    hidden,
    receivedBytes: () => puts.reduce((sum, { bytes }) => sum + bytes, 0),
    decide: (verdict) => {
      verdictOf = verdict;
    },
    release: () => {
      const waiting = held;
      held = [];
      for (const go of waiting) go();
    },
    async close() {
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
