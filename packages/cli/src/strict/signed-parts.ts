import { createHash, createHmac } from 'node:crypto';
import { uriEncode, uriEncodePath } from '@tidegate/presign/internal';

/** A signed request, taken apart so that any part of it can be changed. Names and values of the query stand as they go out. */
export type SignedParts = {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
};

/** Whose key signs, and where. */
export type StrictPlace = {
  readonly endpoint: string;
  readonly host: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly nowMs: number;
};

/** What is signed, nonsense too: the library would refuse to sign it. */
export type RawDraft = {
  readonly method: string;
  readonly key: string;
  readonly atMs?: number;
  /** Instead of the time of signing, as it stands. */
  readonly date?: string;
  readonly expires?: string;
  readonly algorithm?: string;
  /** Instead of DATE/REGION/s3/aws4_request; its first three parts derive the key. */
  readonly scope?: readonly [date: string, region: string, service: string, terminator: string];
  readonly signedHeaders?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
};

/** `20261124T101500Z`. */
export function compactTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** Signs by SigV4 in the query whatever the draft says. */
export function signV4(place: StrictPlace, draft: RawDraft): SignedParts {
  const date = draft.date ?? compactTime(draft.atMs ?? place.nowMs);
  const scope = draft.scope ?? [date.slice(0, 8), place.region, 's3', 'aws4_request'];
  const headers: Record<string, string> = { host: place.host, ...draft.headers };
  const signedHeaders = draft.signedHeaders ?? Object.keys(headers).sort();
  const query: (readonly [string, string])[] = [
    ['X-Amz-Algorithm', draft.algorithm ?? 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', uriEncode([place.accessKeyId, ...scope].join('/'))],
    ['X-Amz-Date', uriEncode(date)],
    ['X-Amz-Expires', uriEncode(draft.expires ?? '900')],
    ['X-Amz-SignedHeaders', uriEncode(signedHeaders.join(';'))],
    ...(place.sessionToken === undefined ? [] : [['X-Amz-Security-Token', uriEncode(place.sessionToken)] as const]),
    ...(draft.query ?? []),
  ];
  const path = `/${place.bucket}/${uriEncodePath(draft.key)}`;
  const canonical = [
    draft.method,
    path,
    query
      .map((pair) => pair.join('='))
      .sort()
      .join('&'),
    ...signedHeaders.map((name) => `${name.toLowerCase()}:${headers[name] ?? ''}`),
    '',
    signedHeaders.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const signature = hmac(keyV4(place.secretAccessKey, scope), text).toString('hex');
  const { host: _host, ...sent } = headers;
  return {
    method: draft.method,
    path,
    query: [...query, ['X-Amz-Signature', signature]],
    headers: sent,
    body: draft.body,
  };
}

/** The signing key of a scope. */
export function keyV4(secret: string, scope: readonly string[]): Buffer {
  return scope.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));
}

/** Signs by SigV2 in the query. */
export function signV2(
  place: StrictPlace,
  draft: { readonly method: string; readonly key: string; readonly expires: string; readonly body?: Uint8Array },
): SignedParts {
  const path = `/${place.bucket}/${uriEncodePath(draft.key)}`;
  const token = place.sessionToken;
  const tokenLine = token === undefined ? '' : `x-amz-security-token:${token}\n`;
  const text = `${draft.method}\n\n\n${draft.expires}\n${tokenLine}${path}`;
  const signature = createHmac('sha1', place.secretAccessKey).update(text).digest('base64');
  return {
    method: draft.method,
    path,
    query: [
      ['AWSAccessKeyId', uriEncode(place.accessKeyId)],
      ['Expires', uriEncode(draft.expires)],
      ['Signature', uriEncode(signature)],
      ...(token === undefined ? [] : [['x-amz-security-token', uriEncode(token)] as const]),
    ],
    headers: {},
    body: draft.body,
  };
}

/** The URL that goes out. */
export function urlOfParts({ endpoint }: StrictPlace, { path, query }: SignedParts): string {
  const text = query.map(([name, value]) => (value === '' ? name : `${name}=${value}`)).join('&');
  return `${endpoint}${path}${text === '' ? '' : `?${text}`}`;
}

/** HMAC-SHA256. */
export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
