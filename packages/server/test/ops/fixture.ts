import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { signHeaders } from '@tidegate/presign';
import { sha256Hex } from '@tidegate/presign/internal';
import { startTestServer, type TestServer, type TestServerOptions } from '../test-server.ts';

/** An access key of the server under test. */
export type TestKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly ownerId: string;
  readonly ownerName: string;
};

export type Who = TestKey | 'anonymous';

export type Ask = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Signed into the query instead of the Authorization header. */
  readonly presigned?: boolean;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  /** Code of a refusal, '' for an answer without one. */
  readonly code: string;
};

export type KeyWish = {
  readonly owner: string;
  readonly role?: 'owner' | 'read' | 'write' | 'link-only';
  readonly buckets?: readonly string[];
  readonly prefixes?: readonly string[];
};

/** The real server, and a client that says in one line what it asks: `PUT /bucket/key?acl`. */
export type Fixture = {
  readonly server: TestServer;
  /** A key of the account `root`. */
  readonly root: TestKey;
  ask(who: Who, line: string, ask?: Ask): Promise<Answer>;
  /** Sends a POST form with a policy that allows exactly its fields. */
  post(
    who: Who,
    bucket: string,
    fields: Readonly<Record<string, string>>,
    file: string,
    range?: string,
  ): Promise<Answer>;
  makeKey(wish: KeyWish): Promise<TestKey>;
  close(): Promise<void>;
};

/** Starts a server for one test file; close it in `after`. */
export async function openFixture(options: TestServerOptions = {}): Promise<Fixture> {
  const server = await startTestServer(options);
  const signer = { ...server.credentials, ownerId: '', ownerName: 'root' };
  const listed = await ask(server, signer, 'GET /');
  const root = { ...signer, ownerId: element(listed.text, 'ID') };
  return {
    server,
    root,
    ask: (who, line, asked = {}) => ask(server, who, line, asked),
    post: (who, bucket, fields, file, range) => post(server, who, bucket, { fields, file, range }),
    makeKey: (wish) => makeKey(server, root, wish),
    close: () => server.stop(),
  };
}

/** The text of the first element of that name, '' when there is none. */
export function element(xml: string, name: string): string {
  return elements(xml, name)[0] ?? '';
}

/** The texts of all elements of that name that hold nothing but text. */
export function elements(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g')), ([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
  );
}

async function makeKey(
  server: TestServer,
  root: TestKey,
  { owner, role = 'owner', ...reach }: KeyWish,
): Promise<TestKey> {
  const body = JSON.stringify({ owner, role, ...reach });
  const made = await ask(server, root, 'POST /_/api/v1/keys', {
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (made.status !== 201) throw new Error(`no key: ${made.text}`);
  const key = JSON.parse(made.text);
  return { accessKeyId: key.id, secretAccessKey: key.secretAccessKey, ownerId: key.owner.id, ownerName: owner };
}

function ask(
  server: TestServer,
  who: Who,
  line: string,
  { headers = {}, body, presigned = false }: Ask = {},
): Promise<Answer> {
  const [method = '', target = ''] = line.split(' ');
  const url = server.endpoint + target;
  if (who === 'anonymous') return send(server, method, target, headers, body);
  if (presigned) return send(server, method, presign(server.host, method, target, headers, who), headers, body);
  const payloadHash = target.startsWith('/_/') ? sha256Hex(body?.toString() ?? '') : 'UNSIGNED-PAYLOAD';
  const signed = signHeaders({ method, url, headers, payloadHash, credentials: who, region: 'us-east-1' });
  return send(server, method, target, signed, body);
}

function send(
  server: TestServer,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port: server.port, method, path, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          const isError = answer.statusCode !== undefined && answer.statusCode >= 300 && text.includes('<Error>');
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            bytes,
            text,
            code: isError ? element(text, 'Code') : '',
          });
        });
      },
    );
    sent.on('error', reject);
    if (body !== undefined && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) {
      sent.setHeader('content-length', Buffer.byteLength(body));
    } else if (body === undefined && (method === 'PUT' || method === 'POST')) {
      sent.setHeader('content-length', 0);
    }
    sent.end(body);
  });
}

/** A presigned target, computed here and not by the product's own signer. All headers are signed (SIG-44). */
export function presign(
  host: string,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  key: TestKey,
  expiresInSeconds = 60,
  signedAtMs = Date.now(),
): string {
  const at = new Date(signedAtMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const lines = Object.entries({ ...headers, host })
    .map(([name, value]) => `${name.toLowerCase()}:${value.trim()}\n`)
    .sort();
  const names = lines.map((line) => line.slice(0, line.indexOf(':'))).join(';');
  const [path = '', rawQuery = ''] = target.split('?');
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const own = Array.from(new URLSearchParams(rawQuery), ([name, value]) => `${encode(name)}=${encode(value)}`);
  const query = [
    ...own,
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encode(`${key.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${at}`,
    `X-Amz-Expires=${expiresInSeconds}`,
    `X-Amz-SignedHeaders=${encode(names)}`,
  ]
    .sort()
    .join('&');
  const canonical = `${method}\n${path}\n${query}\n${lines.join('')}\n${names}\nUNSIGNED-PAYLOAD`;
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const signature = createHmac('sha256', signingKey(key.secretAccessKey, scope))
    .update(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${hashed}`)
    .digest('hex');
  return `${path}?${query}&X-Amz-Signature=${signature}`;
}

function signingKey(secret: string, scope: string): Buffer {
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return key;
}

/** Written so that no linter takes it for a template string that lost its quotes. */
export const filenameVariable = ['$', '{filename}'].join('');

function post(
  server: TestServer,
  who: Who,
  bucket: string,
  form: {
    readonly fields: Readonly<Record<string, string>>;
    readonly file: string;
    readonly range: string | undefined;
  },
): Promise<Answer> {
  const { fields, file, range } = form;
  const all: Record<string, string> = { ...fields };
  if (who !== 'anonymous') {
    const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = `${at.slice(0, 8)}/us-east-1/s3/aws4_request`;
    Object.assign(all, {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${who.accessKeyId}/${scope}`,
      'x-amz-date': at,
    });
    const conditions: unknown[] = Object.entries({ bucket, ...all }).map(([name, value]) => [
      'eq',
      `$${name}`,
      value.replaceAll(filenameVariable, 'f'),
    ]);
    if (range !== undefined) conditions.push(['content-length-range', ...range.split(',').map(Number)]);
    const expiration = new Date(Date.now() + 60_000).toISOString();
    all['policy'] = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
    all['x-amz-signature'] = createHmac('sha256', signingKey(who.secretAccessKey, scope))
      .update(all['policy'])
      .digest('hex');
  }
  const parts = Object.entries(all).map(
    ([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const body = `${parts.join('')}--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n${file}\r\n--x--\r\n`;
  return send(server, 'POST', `/${bucket}`, { 'content-type': 'multipart/form-data; boundary=x' }, body);
}
