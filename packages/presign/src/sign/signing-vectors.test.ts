import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hmacHex, hmacSha1Base64 } from '#hash';
import { percentDecode, uriEncodePath } from '../wire/encode.ts';
import { type Credentials, checkCredentials } from './credentials.ts';
import { signHeaders } from './header-sign.ts';
import { presignV4 } from './presign.ts';
import { presignV2 } from './presign-v2.ts';

type Vector = {
  readonly id: string;
  readonly signer: string;
  readonly url: string;
  readonly credentials?: readonly (Credentials & { readonly secretAccessKey: string })[];
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly form?: { readonly fields: readonly (readonly [string, string])[] };
  };
  readonly expect: {
    readonly outcome: string;
    readonly mechanism?: string;
    readonly accessKeyId?: string;
    readonly bucket?: string;
  };
};
const file: { readonly vectors: readonly Vector[]; readonly credentials: NonNullable<Vector['credentials']> } =
  JSON.parse(readFileSync(new URL('../vectors/presigned.json', import.meta.url), 'utf8'));

/** Signed in a way that our signer never signs: by the path or host as it came, or over a payload other than UNSIGNED-PAYLOAD. */
function isSignedOtherwise({ request, url }: Vector): boolean {
  return (
    /X-Amz-Content-Sha256=/i.test(url) ||
    request.headers.some(([name]) => /^(?:x-amz-content-sha256|x-forwarded-host)$/i.test(name))
  );
}

function identityOf({ credentials = file.credentials, expect }: Vector) {
  const found = credentials.find(({ accessKeyId }) => accessKeyId === expect.accessKeyId);
  assert.ok(found);
  return found;
}

function pairsOf(query: string): [string, string][] {
  return query
    .split('&')
    .filter(Boolean)
    .map((piece) => {
      const [name = '', ...rest] = piece.split('=');
      const decode = (text: string): string => percentDecode(text.replaceAll('+', ' ')) ?? assert.fail(text);
      return [decode(name), decode(rest.join('='))];
    });
}

function partsOf({ request }: Vector) {
  const target = request.target.replace(/^https?:\/\/[^/?]+/, '');
  const cut = target.includes('?') ? target.indexOf('?') : target.length;
  const path = uriEncodePath(percentDecode(target.slice(0, cut)) ?? '') || '/';
  return { rawPath: target.slice(0, cut), path, query: pairsOf(target.slice(cut + 1)) };
}

function headerOf({ request }: Vector, wanted: string): string | undefined {
  const values = request.headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  return values.length ? values.join(',') : undefined;
}

let sameUrls = 0;
for (const vector of file.vectors.filter(
  ({ expect }) => expect.outcome === 'ok' && expect.mechanism === 'sigv4-query',
)) {
  if (isSignedOtherwise(vector) || vector.id.startsWith('head-for-get')) continue;
  const { path, query } = partsOf(vector);
  const given = new Map(query);
  const grant = given.get('x-link-grant');
  // `+3600` is a number that we do not write.
  if (!/^\d+$/.test(given.get('X-Amz-Expires') ?? '')) continue;
  // Links that are used in another way than they were signed: by another path or method, or with another writing of the path.
  if (grant !== undefined || ['x-link-head', 'x-link-confirm', 'x-link-resumable'].some((name) => given.has(name)))
    continue;
  test(`SIG-110 the signature of ${vector.id} (${vector.signer}) is reproduced`, () => {
    const { accessKeyId, secretAccessKey } = identityOf(vector);
    const [, day = '', region = ''] = (given.get('X-Amz-Credential') ?? '').split('/');
    const date = given.get('X-Amz-Date') ?? '';
    const signedAtSeconds = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) / 1000;
    const host = headerOf(vector, 'host')?.toLowerCase() ?? '';
    const sessionToken = given.get('X-Amz-Security-Token');
    const names = (given.get('X-Amz-SignedHeaders') ?? '').split(';').filter((name) => name !== 'host');
    const identity = checkCredentials({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
    assert.equal(date.slice(0, 8), day);
    const draft = {
      method: vector.request.method,
      place: { origin: `${new URL(vector.url).protocol}//${host}`, host, path: '' },
      path,
      query: query.filter(
        ([name]) => !/^X-Amz-(?:Algorithm|Credential|Date|Expires|Security-Token|SignedHeaders|Signature)$/.test(name),
      ),
      headers: names.map((name) => [name, headerOf(vector, name) ?? given.get(name) ?? ''] as const),
      region,
      lifetime: [signedAtSeconds, Number(given.get('X-Amz-Expires')), 0] as const,
    };
    const url = presignV4(draft, identity);
    const raw = presignV4({ ...draft, path: partsOf(vector).rawPath }, identity);
    const signature = `X-Amz-Signature=${given.get('X-Amz-Signature')}`;
    assert.ok(url.endsWith(signature) || raw.endsWith(signature), url);
    if (url === vector.url) sameUrls++;
  });
}

test('SIG-110 a plain link is the same as that of botocore, byte for byte', () => {
  assert.ok(sameUrls >= 30, `${sameUrls} of the vectors`);
});

for (const vector of file.vectors.filter(
  ({ expect }) => expect.outcome === 'ok' && expect.mechanism === 'sigv2-query',
)) {
  test(`SIG-54 the signature of ${vector.id} (${vector.signer}) is reproduced`, () => {
    const { rawPath, query } = partsOf(vector);
    const given = new Map(query);
    const { accessKeyId, secretAccessKey } = identityOf(vector);
    const sessionToken = given.get('x-amz-security-token');
    const identity = checkCredentials({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
    const { host } = new URL(vector.url);
    const bucket = vector.expect.bucket ?? '';
    const inHost = host.startsWith(`${bucket}.`) ? bucket : undefined;
    // botocore repeats the signed content type in the query, where nobody signs it.
    const own = new Set(['AWSAccessKeyId', 'Expires', 'Signature', 'x-amz-security-token', 'content-type']);
    const draft = {
      method: vector.request.method,
      place: { origin: '', host, path: '', ...(inHost !== undefined && { bucketInHost: inHost }) },
      path: inHost === undefined && rawPath.lastIndexOf('/') === 0 ? `${rawPath}/` : rawPath,
      query: query.filter(([name]) => !own.has(name) && !/^x-amz-/i.test(name)),
      headers: [
        ...vector.request.headers
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => /^(?:content-(?:type|md5)|x-amz-.*)$/.test(name)),
        ...query
          .filter(([name]) => /^x-amz-/i.test(name) && name !== 'x-amz-security-token')
          .map(([name, value]) => [name.toLowerCase(), value] as const),
      ],
      region: '',
      lifetime: [0, 0, Number(given.get('Expires')) * 1000] as const,
    };
    const url = presignV2(draft, identity);
    assert.equal(new Map(pairsOf(url.slice(url.indexOf('?') + 1))).get('Signature'), given.get('Signature'));
  });
}

for (const vector of file.vectors.filter(
  ({ expect }) => expect.outcome === 'ok' && expect.mechanism === 'sigv4-header',
)) {
  test(`SIG-64 the signature of ${vector.id} (${vector.signer}) is reproduced`, () => {
    const authorization = headerOf(vector, 'authorization') ?? '';
    const part = (name: string): string => new RegExp(`${name}=([^,\\s]*)`).exec(authorization)?.[1] ?? '';
    const [, , region = ''] = part('Credential').split('/');
    const { accessKeyId, secretAccessKey } = identityOf(vector);
    const names = part('SignedHeaders').split(';');
    const date = headerOf(vector, 'x-amz-date');
    // A `Date` header in place of `x-amz-date` is another list of headers than ours.
    if (!names.includes('x-amz-date') || !date || !names.includes('x-amz-content-sha256')) return;
    const sessionToken = headerOf(vector, 'x-amz-security-token');
    const signed = signHeaders({
      method: vector.request.method,
      url: `http://${headerOf(vector, 'host')}${vector.request.target.replace(/^https?:\/\/[^/?]+/, '')}`,
      headers: Object.fromEntries(
        names
          .filter((name) => !/^(?:host|x-amz-date|x-amz-content-sha256|x-amz-security-token)$/.test(name))
          .map((name) => [name, headerOf(vector, name) ?? '']),
      ),
      payloadHash: headerOf(vector, 'x-amz-content-sha256') ?? '',
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      region,
      at: new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')),
    });
    assert.equal(/Signature=(.*)$/.exec(signed['authorization'] ?? '')?.[1], part('Signature'));
  });
}

for (const vector of file.vectors.filter(
  ({ expect }) => expect.outcome === 'ok' && /post$/.test(expect.mechanism ?? ''),
)) {
  test(`SIG-82 the signature of the form ${vector.id} (${vector.signer}) is reproduced`, () => {
    const fields = new Map(vector.request.form?.fields.map(([name, value]) => [name.toLowerCase(), value]));
    const policy = fields.get('policy') ?? '';
    const { accessKeyId, secretAccessKey } = identityOf(vector);
    if (vector.expect.mechanism === 'sigv2-post') {
      assert.equal(hmacSha1Base64(secretAccessKey, policy), fields.get('signature'));
      return;
    }
    const [, day = '', region = ''] = (fields.get('x-amz-credential') ?? '').split('/');
    assert.equal(
      hmacHex(checkCredentials({ accessKeyId, secretAccessKey }).keyFor(day, region), policy),
      fields.get('x-amz-signature'),
    );
  });
}
