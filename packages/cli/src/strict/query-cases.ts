import { changedAt, parameterOf, type StrictCase, type StrictGroup, withMore, without, withValue } from './case.ts';
import { compactTime, type RawDraft, type SignedParts, type StrictPlace, signV2, signV4 } from './signed-parts.ts';

const minuteMs = 60_000;
const otherKey = 'other.txt';

/** Links by SigV4 whose every part was changed after they were signed. */
export function changedV4(place: StrictPlace, key: string): StrictGroup {
  const link = signV4(place, { method: 'GET', key });
  const names = link.query.map(([name]) => name);
  const cases: StrictCase[] = [
    ...names.map((name) => ({ name: `${name} left out`, request: without(link, name) })),
    ...names.map((name) => ({ name: `${name} empty`, request: withValue(link, name, '') })),
    ...names.map((name) => ({
      name: `${name} twice, the second one changed`,
      request: withMore(link, name, changedAt(parameterOf(link, name), 0)),
    })),
    ...names.map((name) => ({
      name: `${name} twice, the first one changed`,
      request: { ...link, query: [[name, changedAt(parameterOf(link, name), 0)] as const, ...link.query] },
    })),
    ...names.map((name) => ({
      name: `${name} with another last character`,
      request: withValue(link, name, changedAt(parameterOf(link, name), parameterOf(link, name).length - 1)),
    })),
    ...signatureChanges(link, 'X-Amz-Signature'),
    { name: 'X-Amz-Expires raised by a second', request: withValue(link, 'X-Amz-Expires', '901') },
    { name: 'X-Amz-Expires lowered by a second', request: withValue(link, 'X-Amz-Expires', '899') },
    { name: 'X-Amz-Date a second later', request: withValue(link, 'X-Amz-Date', compactTime(place.nowMs + 1000)) },
    { name: 'X-Amz-Algorithm AWS4-HMAC-SHA1', request: withValue(link, 'X-Amz-Algorithm', 'AWS4-HMAC-SHA1') },
    { name: 'a session token added', request: withMore(link, 'X-Amz-Security-Token', 'x') },
    ...requestChanges(place, link),
    ...addedParameters(link),
  ];
  return { name: 'SigV4 in the query, changed after signing', isOptional: false, control: link, cases };
}

function signatureChanges(link: SignedParts, name: string): StrictCase[] {
  const signature = parameterOf(link, name);
  return [
    ...[0, 1, 31, 32, 62, 63].map((at) => ({
      name: `the signature with character ${at + 1} changed`,
      request: withValue(link, name, changedAt(signature, at)),
    })),
    { name: 'the signature in capitals', request: withValue(link, name, signature.toUpperCase()) },
    { name: 'the signature without its last character', request: withValue(link, name, signature.slice(0, -1)) },
    { name: 'the signature with a character more', request: withValue(link, name, `${signature}0`) },
    { name: 'the signature with a blank behind it', request: withValue(link, name, `${signature}%20`) },
    { name: 'a signature of zeros', request: withValue(link, name, '0'.repeat(64)) },
  ];
}

function requestChanges(place: StrictPlace, link: SignedParts): StrictCase[] {
  const other = new TextEncoder().encode('other');
  return [
    ...['HEAD', 'POST', 'DELETE'].map((method) => ({ name: `${method} instead of GET`, request: { ...link, method } })),
    { name: 'PUT instead of GET', request: { ...link, method: 'PUT', body: other } },
    { name: 'another key', request: { ...link, path: link.path.replace(/[^/]*$/, otherKey) } },
    { name: 'another bucket', request: { ...link, path: link.path.replace(`/${place.bucket}/`, '/another-bucket/') } },
    { name: 'the bucket instead of the object', request: { ...link, path: `/${place.bucket}/` } },
    { name: 'a slash more in the path', request: { ...link, path: link.path.replace(/\/([^/]*)$/, '//$1') } },
    { name: 'a slash behind the path', request: { ...link, path: `${link.path}/` } },
    { name: 'another Host', request: { ...link, headers: { host: 'files.example.com' } } },
    { name: 'another port in Host', request: { ...link, headers: { host: `${place.host.replace(/:\d+$/, '')}:1` } } },
    { name: 'Authorization beside it', request: { ...link, headers: { authorization: 'AWS4-HMAC-SHA256 x' } } },
    { name: 'a header x-amz-… that is not signed', request: { ...link, headers: { 'x-amz-meta-more': 'x' } } },
  ];
}

function addedParameters(link: SignedParts): StrictCase[] {
  const added = [
    ...['acl', 'tagging', 'uploads', 'attributes', 'retention', 'torrent'].map((name) => [name, ''] as const),
    ['versionId', 'null'],
    ['partNumber', '1'],
    ['response-content-type', 'text%2Fhtml'],
    ['response-content-disposition', 'attachment'],
    ['x-id', 'PutObject'],
    ['anything', 'x'],
    ['x-amz-signature', '0'],
    ['X%2DAmz%2DExpires', '604800'],
  ] as const;
  return added.map(([name, value]) => ({ name: `the parameter ${name} added`, request: withMore(link, name, value) }));
}

/** Links by SigV4 that say nonsense, with a signature that holds for it. */
export function nonsenseV4(place: StrictPlace, key: string): StrictGroup {
  const { nowMs, region } = place;
  const today = compactTime(nowMs).slice(0, 8);
  const drafts: readonly (readonly [name: string, draft: Omit<RawDraft, 'method' | 'key'>])[] = [
    ...['604801', '-1', '1e3', '900.5', '%2B900', 'abc', '99999999999', '0x384'].map(
      (expires) => [`X-Amz-Expires ${expires}`, { expires }] as const,
    ),
    ['a link that ended an hour ago', { atMs: nowMs - 120 * minuteMs, expires: '3600' }],
    ['a link that ended two seconds ago', { atMs: nowMs - 62_000, expires: '60' }],
    ['a link of tomorrow', { atMs: nowMs + 24 * 60 * minuteMs }],
    ['a link signed 20 minutes ahead', { atMs: nowMs + 20 * minuteMs }],
    ['a date that is no day', { date: `${today.slice(0, 4)}0230T000000Z` }],
    ['a date with dashes', { date: new Date(nowMs).toISOString() }],
    ['a date without Z', { date: compactTime(nowMs).slice(0, -1) }],
    [
      'a scope of yesterday',
      { scope: [compactTime(nowMs - 24 * 60 * minuteMs).slice(0, 8), region, 's3', 'aws4_request'] },
    ],
    ['a scope of another service', { scope: [today, region, 'ec2', 'aws4_request'] }],
    ['a scope that ends in aws5_request', { scope: [today, region, 's3', 'aws5_request'] }],
    ['a scope without a region', { scope: [today, '', 's3', 'aws4_request'] }],
    ['another algorithm', { algorithm: 'AWS4-HMAC-SHA512' }],
    ['Host not among the signed headers', { signedHeaders: ['range'], headers: { range: 'bytes=0-' } }],
  ];
  return {
    name: 'SigV4 in the query, nonsense that is signed',
    isOptional: false,
    control: signV4(place, { method: 'GET', key }),
    cases: drafts.map(([name, draft]) => ({ name, request: signV4(place, { method: 'GET', key, ...draft }) })),
  };
}

/** Uploads by SigV4: what the signature says of headers must be so. */
export function changedUpload(place: StrictPlace, key: string): StrictGroup {
  const body = new TextEncoder().encode('written by strict');
  const headers = { 'content-type': 'text/plain', 'x-amz-meta-who': 'strict' };
  const link = signV4(place, { method: 'PUT', key, headers, body });
  const changed = (sent: Readonly<Record<string, string>>): SignedParts => ({
    ...link,
    headers: { ...headers, ...sent },
  });
  const { 'content-type': _type, ...untyped } = headers;
  const sized = signV4(place, { method: 'PUT', key, headers: { 'content-length': '5' }, body });
  return {
    name: 'uploads by SigV4, headers changed',
    isOptional: false,
    control: link,
    cases: [
      { name: 'another content-type', request: changed({ 'content-type': 'text/html' }) },
      { name: 'no content-type', request: { ...link, headers: untyped } },
      { name: 'other metadata', request: changed({ 'x-amz-meta-who': 'someone' }) },
      { name: 'metadata more', request: changed({ 'x-amz-meta-more': 'x' }) },
      { name: 'x-amz-acl added', request: changed({ 'x-amz-acl': 'public-read' }) },
      { name: 'x-amz-tagging added', request: changed({ 'x-amz-tagging': 'a=b' }) },
      { name: 'x-amz-copy-source added', request: changed({ 'x-amz-copy-source': `/${place.bucket}/${otherKey}` }) },
      { name: 'x-amz-server-side-encryption added', request: changed({ 'x-amz-server-side-encryption': 'AES256' }) },
      { name: 'x-amz-storage-class added', request: changed({ 'x-amz-storage-class': 'REDUCED_REDUNDANCY' }) },
      {
        name: 'more bytes than the signed content-length',
        request: { ...sized, headers: { 'content-length': String(body.length) } },
      },
      { name: 'another key', request: { ...link, path: link.path.replace(/[^/]*$/, otherKey) } },
      { name: 'GET instead of PUT', request: { ...link, method: 'GET', body: undefined } },
      { name: 'DELETE instead of PUT', request: { ...link, method: 'DELETE', body: undefined } },
    ],
  };
}

/** Links by SigV2: changed, and nonsense that is signed. */
export function changedV2(place: StrictPlace, key: string): StrictGroup {
  const ends = Math.floor(place.nowMs / 1000) + 900;
  const link = signV2(place, { method: 'GET', key, expires: String(ends) });
  const signature = parameterOf(link, 'Signature');
  const names = ['AWSAccessKeyId', 'Expires', 'Signature'];
  const signed = (expires: string): SignedParts => signV2(place, { method: 'GET', key, expires });
  const put = signV2(place, { method: 'PUT', key, expires: String(ends), body: new TextEncoder().encode('x') });
  const cases: StrictCase[] = [
    ...names.map((name) => ({ name: `${name} left out`, request: without(link, name) })),
    ...names.map((name) => ({ name: `${name} empty`, request: withValue(link, name, '') })),
    ...names.map((name) => ({
      name: `${name} with another first character`,
      request: withValue(link, name, changedAt(parameterOf(link, name), 0)),
    })),
    { name: 'Expires a second later', request: withValue(link, 'Expires', String(ends + 1)) },
    { name: 'Expires with a blank before it', request: withValue(link, 'Expires', `%20${ends}`) },
    { name: 'the signature without its padding', request: withValue(link, 'Signature', signature.replace(/%3D$/, '')) },
    { name: 'the signature twice over', request: withValue(link, 'Signature', signature + signature) },
    { name: 'a link that ended an hour ago', request: signed(String(ends - 4500)) },
    { name: 'an end that is no number', request: signed('tomorrow') },
    { name: 'an end with a fraction', request: signed(`${ends}.5`) },
    { name: 'no end, signed', request: signed('') },
    ...['HEAD', 'DELETE'].map((method) => ({ name: `${method} instead of GET`, request: { ...link, method } })),
    { name: 'another key', request: { ...link, path: link.path.replace(/[^/]*$/, otherKey) } },
    { name: 'another bucket', request: { ...link, path: link.path.replace(`/${place.bucket}/`, '/another-bucket/') } },
    ...['acl', 'uploads', 'tagging'].map((name) => ({ name: `?${name} added`, request: withMore(link, name, '') })),
    { name: 'versionId added', request: withMore(link, 'versionId', 'null') },
    { name: 'response-content-type added', request: withMore(link, 'response-content-type', 'text%2Fhtml') },
    {
      name: 'a content-type on an upload that was signed without',
      request: { ...put, headers: { 'content-type': 'text/html' } },
    },
    { name: 'x-amz-acl added to an upload', request: { ...put, headers: { 'x-amz-acl': 'public-read' } } },
  ];
  return { name: 'SigV2 in the query', isOptional: true, control: link, cases };
}
