import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import type { KeyMaterial } from '../src/verify/key-material.ts';
import type { AdmittedVerdict, RefusedVerdict, Verdict } from '../src/verify/verdict.ts';
import { judge, type VerifyOptions } from '../src/verify/verify.ts';
import type { PostForm, RawRequest } from '../src/wire/request.ts';

/** A second signer, written from the rules alone on node:crypto, so that nothing here checks our code against itself. */

export const accessKeyId = 'AKIATIDEGATE00MAIN01';
export const secretAccessKey = 'tG4+fake/SECRETkey0for/vectors+only0000';
const signedAt = '20260115T120000Z';
/** A minute after `signedAt`. */
export const now = new Date('2026-01-15T12:01:00Z');

export type Pair = readonly [string, string];

export type HandSigned = {
  readonly method?: string;
  readonly host?: string;
  /** As sent. */
  readonly path?: string;
  /** As it is signed; default the wire's. */
  readonly signedPath?: string;
  readonly signedMethod?: string;
  /** Further parameters, decoded. */
  readonly query?: readonly Pair[];
  /** Sent, and signed when `signedHeaders` names them. */
  readonly headers?: readonly Pair[];
  readonly signedHeaders?: string;
  readonly payload?: string;
  readonly algorithm?: string;
  readonly credential?: string;
  readonly date?: string;
  /** As it is signed; default `date`. For requests that are signed in a header. */
  readonly signedDate?: string;
  readonly expires?: string;
  readonly token?: string;
  readonly secret?: string;
  readonly region?: string;
  /** Last changes to the parameters, before they are written on the wire. */
  readonly edit?: (pairs: Pair[]) => readonly Pair[];
};

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function signatureOf(canonical: string, date: string, scope: string, secret: string): string {
  const [day = '', region = '', service = ''] = scope.split('/');
  const digest = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), 'aws4_request');
  return hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${digest}`).toString('hex');
}

function canonicalQuery(pairs: readonly Pair[]): string {
  return pairs
    .map(([name, value]): Pair => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalLines(host: string, headers: readonly Pair[], signedHeaders: string): string {
  const values = new Map<string, string>([['host', host]]);
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    const before = values.get(lower);
    values.set(lower, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return signedHeaders
    .split(';')
    .map((name) => `${name}:${values.get(name) ?? ''}\n`)
    .join('');
}

/** A request with SigV4 in its query. */
export function signQuery(options: HandSigned = {}): RawRequest {
  const { method = 'GET', host = 'tide.example.com', path = '/b/k', headers = [], signedHeaders = 'host' } = options;
  const { region = 'us-east-1', date = signedAt, secret = secretAccessKey } = options;
  const credential = options.credential ?? `${accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const pairs: Pair[] = [
    ['X-Amz-Algorithm', options.algorithm ?? 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', credential],
    ['X-Amz-Date', date],
    ['X-Amz-Expires', options.expires ?? '3600'],
    ...(options.token === undefined ? [] : [['X-Amz-Security-Token', options.token] as const]),
    ['X-Amz-SignedHeaders', signedHeaders],
    ...(options.query ?? []),
  ];
  const canonical = [
    options.signedMethod ?? method,
    options.signedPath ?? path,
    canonicalQuery(pairs),
    canonicalLines(host, headers, signedHeaders),
    signedHeaders,
    options.payload ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const scope = credential.slice(credential.indexOf('/') + 1);
  pairs.push(['X-Amz-Signature', signatureOf(canonical, date, scope, secret)]);
  const sent = options.edit === undefined ? pairs : options.edit(pairs);
  const query = sent.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return { method, target: `${path}?${query}`, rawHeaders: ['Host', host, ...headers.flat()] };
}

/** A request with SigV4 in its Authorization header. */
export function signHeader(
  options: HandSigned & { readonly authorization?: (text: string) => string } = {},
): RawRequest {
  const {
    method = 'GET',
    host = 'tide.example.com',
    path = '/b/k',
    query = [],
    payload = 'UNSIGNED-PAYLOAD',
  } = options;
  const { region = 'us-east-1', date = signedAt, secret = secretAccessKey } = options;
  const headers: Pair[] = [['x-amz-date', date], ['x-amz-content-sha256', payload], ...(options.headers ?? [])];
  const signedHeaders =
    options.signedHeaders ?? ['host', ...headers.map(([name]) => name.toLowerCase())].sort().join(';');
  const credential = options.credential ?? `${accessKeyId}/${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const lines = canonicalLines(host, headers, signedHeaders);
  const canonical = `${method}\n${path}\n${canonicalQuery(query)}\n${lines}\n${signedHeaders}\n${payload}`;
  const signature = signatureOf(
    canonical,
    options.signedDate ?? date,
    credential.slice(credential.indexOf('/') + 1),
    secret,
  );
  const text = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  const target = query.length === 0 ? path : `${path}?${query.map((pair) => pair.map(encode).join('=')).join('&')}`;
  const authorization = options.authorization === undefined ? text : options.authorization(text);
  return { method, target, rawHeaders: ['Host', host, ...headers.flat(), 'Authorization', authorization] };
}

/** Base64 HMAC-SHA1, as SigV2 signs. */
export function signatureV2(text: string, secret: string = secretAccessKey): string {
  return createHmac('sha1', secret).update(text).digest('base64');
}

export type HandSignedV2 = {
  readonly method?: string;
  readonly path?: string;
  readonly expires?: string;
  readonly headers?: readonly Pair[];
  readonly query?: readonly Pair[];
  /** What stands between `Expires` and the path: the x-amz lines. */
  readonly amz?: string;
  readonly contentType?: string;
  readonly resource?: string;
};

/** `Expires` an hour after `signedAt`. */
const expiresV2 = String(Date.parse('2026-01-15T13:00:00Z') / 1000);

/** A request with SigV2 in its query. */
export function signQueryV2(options: HandSignedV2 = {}): RawRequest {
  const { method = 'GET', path = '/b/k', expires = expiresV2, headers = [], query = [] } = options;
  const resource = options.resource ?? path;
  const text = `${method}\n\n${options.contentType ?? ''}\n${expires}\n${options.amz ?? ''}${resource}`;
  const pairs: Pair[] = [
    ['AWSAccessKeyId', accessKeyId],
    ['Signature', signatureV2(text)],
    ['Expires', expires],
    ...query,
  ];
  const target = `${path}?${pairs.map((pair) => pair.map(encode).join('=')).join('&')}`;
  return { method, target, rawHeaders: ['Host', 'tide.example.com', ...headers.flat()] };
}

export type HandSignedForm = {
  readonly conditions?: readonly unknown[];
  readonly expiration?: unknown;
  /** The whole policy, instead of conditions. */
  readonly policy?: string;
  readonly fields?: readonly Pair[];
  readonly file?: PostForm['file'];
  readonly target?: string;
};

/** A form signed with SigV4. The conditions that every form needs are there. */
export function signForm(options: HandSignedForm = {}): RawRequest {
  const credential = `${accessKeyId}/20260115/us-east-1/s3/aws4_request`;
  const auth: Pair[] = [
    ['x-amz-algorithm', 'AWS4-HMAC-SHA256'],
    ['x-amz-credential', credential],
    ['x-amz-date', signedAt],
  ];
  const document = {
    expiration: options.expiration ?? '2026-01-15T13:00:00Z',
    conditions: [
      { bucket: 'b' },
      ...auth.map(([name, value]) => ({ [name]: value })),
      ...(options.conditions ?? [['starts-with', '$key', '']]),
    ],
  };
  const policy = options.policy ?? Buffer.from(JSON.stringify(document)).toString('base64');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, '20260115'), 'us-east-1'), 's3'), 'aws4_request');
  const fields: Pair[] = [
    ...(options.fields ?? [['key', 'up/a.txt']]),
    ...auth,
    ['policy', policy],
    ['x-amz-signature', hmac(key, policy).toString('hex')],
  ];
  const file = 'file' in options ? options.file : { filename: 'a.txt', contentType: 'text/plain', size: 11 };
  const rawHeaders = ['Host', 'tide.example.com', 'Content-Type', 'multipart/form-data; boundary=x'];
  const form: PostForm = file === undefined ? { fields } : { fields, file };
  return { method: 'POST', target: options.target ?? '/b', rawHeaders, form };
}

export const material: KeyMaterial = { secretAccessKey, identity: 'alice' };

type Options = Omit<VerifyOptions, 'lookup'> & { readonly key?: KeyMaterial | undefined };

/** Judges with the key `accessKeyId`, a minute after `signedAt`. */
export function judged(request: RawRequest, options: Options = {}): Verdict {
  const key = 'key' in options ? options.key : material;
  return judge(request, {
    now,
    domains: ['tide.example.com'],
    ...options,
    lookup: (id) => (id === accessKeyId ? key : undefined),
  });
}

export function admitted(request: RawRequest, options?: Options): AdmittedVerdict {
  const verdict = judged(request, options);
  if (verdict.ok) return verdict;
  return assert.fail(verdict.outcome === 'error' ? `${verdict.code}: ${verdict.message}` : verdict.outcome);
}

export function refused(request: RawRequest, options?: Options): RefusedVerdict {
  const verdict = judged(request, options);
  if (verdict.outcome === 'error') return verdict;
  return assert.fail(`not refused, but ${verdict.outcome}`);
}

/** Status, code and message of a refusal. */
export function answer(request: RawRequest, options?: Options): string {
  const { status, code, message } = refused(request, options);
  return `${status} ${code}: ${message}`;
}

/** The beginnings and whole texts of answers. */
export const queryError: string = '400 AuthorizationQueryParametersError: ';
export const missing: string = `${queryError}Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.`;
export const mismatch: string =
  '403 SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method.';
export const several: string =
  '400 InvalidArgument: Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
export const notSigned: string = '403 AccessDenied: There were headers present in the request which were not signed';

export const without = (name: string) => (pairs: readonly (readonly [string, string])[]) =>
  pairs.filter(([other]) => other !== name);
export const replaced = (name: string, value: string) => (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([other, old]) => [other, other === name ? value : old] as const);
export const renamed = (name: string, to: string) => (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([other, value]) => [other === name ? to : other, value] as const);
export const added = (name: string, value: string) => (pairs: readonly (readonly [string, string])[]) =>
  [...pairs, [name, value]] as const;
