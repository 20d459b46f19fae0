import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One request that a receiver got. */
export type Received = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly url: string;
  readonly event: { readonly id: string; readonly type: string; readonly data: Readonly<Record<string, unknown>> };
};

/** A server that webhooks are sent to. */
export type Receiver = {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** What it answers from now on. */
  answer(how: (response: ServerResponse, received: Received) => void): void;
  until(isThere: (received: readonly Received[]) => boolean): Promise<readonly Received[]>;
  stop(): Promise<void>;
};

const patienceMs = 60_000;

export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let answer: Parameters<Receiver['answer']>[0] = (response) => response.writeHead(204).end();
  let changed: () => void = () => undefined;
  const server = createServer((message, response) => {
    take(message).then(
      (body) => {
        const one = { headers: message.headers, body, url: message.url ?? '', event: JSON.parse(body) };
        received.push(one);
        answer(response, one);
        changed();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${taken}/hook`,
    port: taken,
    received,
    answer(how) {
      answer = how;
    },
    async until(isThere) {
      const until = performance.now() + patienceMs;
      while (!isThere(received)) {
        if (performance.now() > until) {
          throw new Error(`Not received in time: ${JSON.stringify(received.map(({ event }) => event.type))}`);
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 1_000);
          changed = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return received;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function take(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
