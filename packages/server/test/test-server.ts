import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucket, type Credentials, signHeaders } from '@tidegate/presign';
import { hmacHex, sha256Hex, signingKey, uriEncode } from '@tidegate/presign/internal';
import {
  type RunningServer,
  type Settings,
  type StartOptions,
  settingsFrom,
  startServer,
  systemWorld,
  type World,
} from '../src/index.ts';

/** A real server on the local store in a fresh folder, on free ports. */
export type TestServer = {
  readonly running: RunningServer;
  readonly endpoint: string;
  readonly consoleEndpoint: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Everything that the server has logged. */
  logged(): string;
  /** Sends bytes as they are and resolves with all that comes back until the connection closes, or after `quietMs` of silence. */
  raw(text: string | Uint8Array, options?: RawOptions): Promise<string>;
  /** A request signed in its header by the root key. */
  signed(method: string, path: string, options?: SignedOptions): Promise<Response>;
  stop(): Promise<void>;
};

export type RawOptions = {
  readonly quietMs?: number;
  readonly port?: number;
  /** Another address of this machine to send from. */
  readonly localAddress?: string;
};

export type SignedOptions = {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoint?: string;
};

export const rootCredentials = {
  accessKeyId: 'TGAKTESTROOTKEY00001',
  secretAccessKey: 'test-Root/secret+0000000000000000000000',
};

export type TestServerOptions = {
  /** Text of a `tidegate.toml`. */
  readonly toml?: string;
  readonly world?: Partial<World>;
  /** Settings that are put over those of the text. */
  readonly settings?: Partial<Settings>;
  readonly folder?: string;
  readonly start?: StartOptions;
};

/** Starts a server for one test file; stop it in `after`. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'tidegate-server-')));
  let log = '';
  const world: World = {
    ...systemWorld(),
    environment: {},
    stderr: {
      write: (text) => {
        log += text;
      },
      isTerminal: false,
    },
    ...options.world,
  };
  const settings: Settings = {
    ...settingsFrom({ listen: '127.0.0.1:0', data: folder }, options.toml ?? ''),
    rootAccessKeyId: rootCredentials.accessKeyId,
    rootSecretAccessKey: rootCredentials.secretAccessKey,
    ...options.settings,
  };
  const running = await startServer(settings, world, options.start);
  const endpoint = running.addresses.s3[0] ?? '';
  const port = Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
  return {
    running,
    endpoint,
    consoleEndpoint: running.addresses.console ?? '',
    host: `127.0.0.1:${port}`,
    port,
    folder,
    credentials: rootCredentials,
    logged: () => {
      running.log.flush();
      return log;
    },
    raw: (text, rawOptions = {}) => exchange(rawOptions.port ?? port, text, rawOptions),
    signed: (method, path, signedOptions = {}) => sendSigned(endpoint, method, path, signedOptions),
    async stop() {
      await running.stop('now');
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

function exchange(port: number, text: string | Uint8Array, options: RawOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const { localAddress, quietMs = 20_000 } = options;
    const socket = connect({ port, host: '127.0.0.1', ...(localAddress === undefined ? {} : { localAddress }) });
    let answer = '';
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.write(text);
  });
}

function sendSigned(base: string, method: string, path: string, options: SignedOptions): Promise<Response> {
  const url = `${options.endpoint ?? base}${path}`;
  const headers = signHeaders({
    method,
    url,
    headers: options.headers ?? {},
    credentials: options.credentials ?? rootCredentials,
    region: 'us-east-1',
    ...(path.startsWith('/_/') && {
      payloadHash: createHash('sha256')
        .update(options.body ?? '')
        .digest('hex'),
    }),
  });
  delete headers['host'];
  return fetch(url, { method, headers, ...(options.body === undefined ? {} : { body: options.body }) });
}

/** Signs links to one bucket of a test server. */
export function links(
  server: TestServer,
  name: string,
  credentials: Credentials = server.credentials,
  signatureVersion: 'v4' | 'v2' = 'v4',
) {
  const place = { endpoint: server.endpoint, region: 'us-east-1', store: 'tidegate' } as const;
  return bucket(name, { ...place, credentials, signatureVersion });
}

/** Signs any query for any path, as an SDK does that lets parameters be added: also what our own signer refuses to sign. */
export function presignAnything(
  server: TestServer,
  method: string,
  path: string,
  query: readonly (readonly [name: string, value: string])[],
  headers: Readonly<Record<string, string>> = {},
): string {
  const date = `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const names = ['host', ...Object.keys(headers)].sort();
  const all = [
    ...query,
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `${server.credentials.accessKeyId}/${scope}`],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', '900'],
    ['X-Amz-SignedHeaders', names.join(';')],
  ].map(([name = '', value = '']) => `${uriEncode(name)}=${uriEncode(value)}`);
  const signed = names.map((name) => `${name}:${name === 'host' ? server.host : headers[name]}\n`).join('');
  const canonical = `${method}\n${path}\n${all.sort().join('&')}\n${signed}\n${names.join(';')}\nUNSIGNED-PAYLOAD`;
  const key = signingKey(server.credentials.secretAccessKey, date.slice(0, 8), 'us-east-1');
  const signature = hmacHex(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`);
  return `${server.endpoint}${path}?${all.join('&')}&X-Amz-Signature=${signature}`;
}
