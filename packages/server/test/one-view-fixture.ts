import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hmacHex, signingKey, uriEncode } from '@tidegate/presign/internal';
import { subResources } from '@tidegate/protocol';
import { presignAnything, type TestServer } from './test-server.ts';

export type Pair = readonly [name: string, value: string];

/** A signed request whose parts can be changed before it is sent. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: readonly Pair[];
  readonly headers: readonly Pair[];
  /** Fields before the file, for a form. */
  readonly fields?: readonly Pair[];
  readonly body?: string;
};

/** What the caller asks for, before it is signed. */
export type Asked = Omit<SignedRequest, 'fields'>;

const isoDate = (): string => `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** Signs with SigV4 in the query; headers are signed too. */
export function queryV4(server: TestServer, { method, path, query, headers, body }: Asked): SignedRequest {
  const url = presignAnything(server, method, path, query, Object.fromEntries(headers));
  return { method, path, query: readQuery(url), headers, ...(body === undefined ? {} : { body }) };
}

function readQuery(url: string): readonly Pair[] {
  const text = url.slice(url.indexOf('?') + 1);
  return text.split('&').map((piece): Pair => {
    const [name = '', value = ''] = piece.split('=', 2);
    return [decodeURIComponent(name), decodeURIComponent(value)];
  });
}

/** The SigV2 string to sign, written from its rules and not from our code. */
function stringV2(asked: Asked, date: string): string {
  const { method, path, query, headers } = asked;
  const of = (wanted: string): string => headers.find(([name]) => name === wanted)?.[1] ?? '';
  const amz = [...query, ...headers].filter(([name]) => name.startsWith('x-amz-')).sort();
  const valued = /^(?:partNumber|response-.*|uploadId|versionId)$/;
  const resource = query
    .filter(([name]) => valued.test(name) || subResources.has(name))
    .sort()
    .map(([name, value]) => (valued.test(name) ? `${name}=${value}` : name))
    .join('&');
  const lines = amz.map(([name, value]) => `${name}:${value}\n`).join('');
  const place = resource === '' ? path : `${path}?${resource}`;
  return `${method}\n${of('content-md5')}\n${of('content-type')}\n${date}\n${lines}${place}`;
}

const hmacSha1 = (secret: string, text: string): string => createHmac('sha1', secret).update(text).digest('base64');

/** Signs with SigV2 in the query. */
export function queryV2({ credentials }: TestServer, asked: Asked): SignedRequest {
  const expires = String(Math.floor(Date.now() / 1000) + 900);
  const signature = hmacSha1(credentials.secretAccessKey, stringV2(asked, expires));
  const own: Pair[] = [
    ['AWSAccessKeyId', credentials.accessKeyId],
    ['Expires', expires],
    ['Signature', signature],
  ];
  return { ...asked, query: [...asked.query, ...own] };
}

/** Signs with SigV2 in the Authorization header. */
export function headerV2({ credentials }: TestServer, asked: Asked): SignedRequest {
  const date = new Date().toUTCString();
  const signature = hmacSha1(credentials.secretAccessKey, stringV2({ ...asked, query: asked.query }, date));
  const own: Pair[] = [
    ['date', date],
    ['authorization', `AWS ${credentials.accessKeyId}:${signature}`],
  ];
  return { ...asked, headers: [...asked.headers, ...own] };
}

/** Signs a form: every field gets an exact condition. */
export function form(
  server: TestServer,
  version: 'v4' | 'v2',
  path: string,
  given: readonly Pair[],
  more: readonly (readonly string[])[] = [],
): SignedRequest {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const date = isoDate();
  const credential = `${accessKeyId}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const named: Pair[] =
    version === 'v2'
      ? [...given]
      : [...given, ['x-amz-algorithm', 'AWS4-HMAC-SHA256'], ['x-amz-credential', credential], ['x-amz-date', date]];
  const conditions = [{ bucket: path.slice(1) }, ...named.map(([name, value]) => ['eq', `$${name}`, value]), ...more];
  const expiration = new Date(Date.now() + 900_000).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64');
  const signature: Pair[] =
    version === 'v2'
      ? [
          ['AWSAccessKeyId', accessKeyId],
          ['signature', hmacSha1(secretAccessKey, policy)],
        ]
      : [['x-amz-signature', hmacHex(signingKey(secretAccessKey, date.slice(0, 8), 'us-east-1'), policy)]];
  const fields: Pair[] = [...named, ['policy', policy], ...signature];
  return { method: 'POST', path, query: [], headers: [], fields, body: 'file content' };
}

/** What came back, as far as two answers can be compared. */
export type Outcome = { readonly status: number; readonly text: string; readonly headers: readonly Pair[] };

/** Headers that differ between two equal answers. */
const changing =
  /^(?:date|x-amz-request-id|x-amz-id-2|last-modified|x-amz-version-id|connection|keep-alive|content-length|transfer-encoding)$/;

/** Sends exactly these headers and this query, byte for byte. */
export async function send(server: TestServer, request: SignedRequest): Promise<Outcome> {
  const query = request.query.map((pair) => pair.map((text) => uriEncode(text)).join('=')).join('&');
  const target = query === '' ? request.path : `${request.path}?${query}`;
  const body = Buffer.from(request.fields === undefined ? (request.body ?? '') : encodeForm(request), 'utf8');
  const headers: Pair[] = [['Host', server.host], ...request.headers];
  if (request.fields !== undefined) headers.push(['Content-Type', 'multipart/form-data; boundary=tide']);
  if (body.length > 0 || request.method === 'PUT' || request.method === 'POST') {
    headers.push(['Content-Length', String(body.length)]);
  }
  headers.push(['Connection', 'close']);
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const answer = await server.raw(
    Buffer.concat([Buffer.from(`${request.method} ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'), body]),
  );
  const end = answer.indexOf('\r\n\r\n');
  const [status = '', ...lines] = answer.slice(0, end).split('\r\n');
  const received = lines
    .map((line): Pair => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
    .filter(([name]) => !changing.test(name))
    .sort();
  return { status: Number(status.split(' ')[1] ?? 0), text: withoutTimes(answer.slice(end + 4)), headers: received };
}

function withoutTimes(text: string): string {
  return text
    .replaceAll(/<(RequestId|HostId|LastModified)>[^<]*/g, '<$1>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T');
}

function encodeForm({ fields = [], body = '' }: SignedRequest): string {
  const parts = fields.map(
    ([name, value]) => `--tide\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--tide\r\nContent-Disposition: form-data; name="file"; filename="f"\r\nContent-Type: text/x-part\r\n\r\n`;
  return `${parts.join('')}${file}${body}\r\n--tide--\r\n`;
}

/** Everything that a request may have done to the object at `path`. */
export async function readState(server: TestServer, path: string): Promise<string> {
  const read = async (query: string): Promise<string> => {
    const answer = await server.signed('GET', `${path}${query}`);
    const headers = [...answer.headers].filter(([name]) => !changing.test(name)).sort();
    return `${answer.status} ${JSON.stringify(headers)} ${withoutTimes(await answer.text())}`;
  };
  return (await Promise.all(['', '?acl', '?tagging'].map(read))).join('\n');
}

const sources = [
  '../src/s3/operations',
  '../src/s3/input',
  '../src/s3/objects',
  '../src/policy',
  '../src/auth',
  '../../protocol/src',
];

/** Every name that some operation could read as a header, parameter or field: all words of the sources that look like one. */
export function namesInSources(): readonly string[] {
  const names = new Set<string>(subResources);
  for (const folder of sources) {
    const root = fileURLToPath(new URL(folder, import.meta.url));
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      for (const [, name = ''] of readFileSync(join(root, file), 'utf8').matchAll(
        /'([a-z][a-zA-Z]*(?:[-_][a-zA-Z0-9]+)+|tagging|acl|expires|redirect|key|range|versionId|uploadId|partNumber|prefix|delimiter|marker)'/g,
      )) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}
