import { request } from 'node:http';

export type BareAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
};

export type BareRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** Someone without credentials: sends the URL as it stands. The target is cut out as text, so nothing tidies it on the way. */
export function bareRequest(url: string, options: BareRequest = {}): Promise<BareAnswer> {
  const parts = /^http:\/\/([^/?#]+)([^#]*)$/.exec(url);
  if (parts === null) throw new Error(`not a plain http URL: ${url}`);
  const [, host = '', target = ''] = parts;
  const { hostname, port } = new URL(`http://${host}`);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        hostname: hostname.endsWith('amazonaws.com') ? '127.0.0.1' : hostname,
        port,
        path: target.startsWith('/') ? target : `/${target}`,
        method: options.method ?? 'GET',
        headers: { Host: host, ...options.headers },
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.once('error', reject);
    outgoing.end(options.body);
  });
}

/** The text of one element of an S3 error document. For assertions alone: no parser. */
export function xmlText(body: Buffer, element: string): string | undefined {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(body.toString())?.[1];
}
