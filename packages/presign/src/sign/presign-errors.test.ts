import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bucket as lightBucket } from '../sign.ts';
import { urlSigner } from '../url.ts';
import { durationSeconds } from '../values/duration.ts';
import { PresignError, type PresignErrorCode } from '../values/presign-error.ts';
import { sizeBytes } from '../values/size.ts';
import { bucket } from './bucket.ts';
import type { Credentials } from './credentials.ts';
import type { BucketConfig, PutOptions } from './options.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-Secret-that-must-not-show' };
const at = new Date('2026-01-01T10:01:00Z');
const local: BucketConfig = { endpoint: 'http://127.0.0.1:9000', credentials, store: 'tidegate', now: () => at };
const photos = bucket('photos', local);
const elsewhere = bucket('photos', { ...local, store: 'other' });
const old = bucket('photos', { ...local, signatureVersion: 'v2' });
const withCredentials = (wrong: Credentials) => () =>
  bucket('photos', { ...local, credentials: wrong }).presignGet('k');
const withKeyId = (accessKeyId: string) => withCredentials({ ...credentials, accessKeyId });
const withSecret = (secretAccessKey: string) => withCredentials({ ...credentials, secretAccessKey });
const withEndpoint =
  (endpoint: string, more: BucketConfig = {}) =>
  () =>
    bucket('photos', { ...local, endpoint, ...more }).presignGet('k');
const put = (options: PutOptions) => () => photos.presignPut('k', options);

const environmentNames = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'TIDEGATE_ENDPOINT',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
];
const kept = new Map(environmentNames.map((name) => [name, process.env[name]]));
before(() => {
  for (const name of environmentNames) delete process.env[name];
});
after(() => {
  for (const [name, value] of kept) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

/** As JavaScript, which has no types, may call. */
const untyped = (options: Record<string, unknown>) => options;
const signLink = urlSigner('http://127.0.0.1:9000/photos', { credentials, now: () => at });

type Row = readonly [rules: string, code: PresignErrorCode, call: () => unknown, message: RegExp];
const rows: readonly Row[] = [
  ...(
    [
      [(o) => photos.presignGet('k', o), { limit: { uses: 1 } }],
      [(o) => photos.presignGet('k', o), { contentDisposition: 'inline' }],
      [(o) => photos.presignHead('k', o), { download: true }],
      [(o) => photos.presignList(o), { maxkeys: 1 }],
      [(o) => photos.presignDelete('k', o), { type: 'a/b' }],
      [(o) => photos.presignPut('k', o), { contentType: 'text/csv' }],
      [(o) => lightBucket('photos', local).presignPut('k', o), { contentType: 'text/csv' }],
      [(o) => photos.presignPost({ key: 'k', ...o }), { maxSize: 5 }],
      [(o) => photos.presignParts({ key: 'k', uploadId: 'u' }, { parts: [1], ...o }), { size: 5 }],
      [(o) => photos.presignListParts({ key: 'k', uploadId: 'u' }, o), { partNumber: 1 }],
      [(o) => photos.presignComplete({ key: 'k', uploadId: 'u' }, undefined, o), { parts: [] }],
      [(o) => signLink('k', o), { limits: { uses: 1 } }],
    ] as const satisfies readonly (readonly [(options: Record<string, unknown>) => unknown, object])[]
  ).map(
    ([call, wrong]): Row => [
      'SIG-111',
      'OptionInvalid',
      () => call(untyped(wrong)),
      new RegExp(`^Unknown option '${Object.keys(wrong)[0]}'\\.$`),
    ],
  ),
  [
    'LNK-1',
    'LimitInvalid',
    () => photos.presignGet('k', { limits: untyped({ use: 1 }) }),
    /^limits\.use: there is no such limit\.$/,
  ],
  [
    'SIG-111',
    'CredentialsMissing',
    () => bucket('photos', { endpoint: 'http://h' }).presignGet('k'),
    /^No credentials: neither `credentials` nor AWS_ACCESS_KEY_ID/,
  ],
  ['SIG-111', 'CredentialsInvalid', withSecret('abc\n'), /^The secret ends in a newline\.$/],
  ['SIG-111', 'CredentialsInvalid', withSecret(' abc'), /^The secret .*white space/],
  ['SIG-111', 'CredentialsInvalid', withSecret('abc\t'), /^The secret .*white space/],
  ['SIG-111', 'CredentialsInvalid', withSecret(''), /^The secret is empty/],
  ['SIG-111', 'CredentialsInvalid', withKeyId('abc\n'), /^The key id ends in a newline\.$/],
  ['SIG-111', 'CredentialsInvalid', withKeyId('a b'), /^The key id .*white space/],
  ['SIG-42a', 'CredentialsInvalid', withKeyId('a/b'), /^The key id contains '\/'/],
  [
    'SIG-111',
    'CredentialsInvalid',
    withCredentials({ ...credentials, sessionToken: 't ' }),
    /^The session token .*white space/,
  ],
  [
    'SIG-111',
    'CredentialsInvalid',
    withCredentials({ ...credentials, signingKey: 'ab'.repeat(32) }),
    /one of secretAccessKey and signingKey/,
  ],
  ['SIG-111', 'CredentialsInvalid', withCredentials({ accessKeyId: 'A' }), /one of secretAccessKey and signingKey/],
  ['SIG-111', 'CredentialsInvalid', withCredentials({ accessKeyId: 'A', signingKey: 'abc' }), /32 bytes/],
  ['SIG-111', 'CredentialsInvalid', withCredentials({ accessKeyId: 'A', signingKey: new Uint8Array(31) }), /32 bytes/],
  ['SIG-77', 'CredentialsInvalid', withCredentials({ ...credentials, expiration: 'soon' }), /expiration/],
  [
    'SIG-54',
    'CredentialsInvalid',
    () =>
      bucket('photos', {
        ...local,
        signatureVersion: 'v2',
        credentials: { accessKeyId: 'A', signingKey: 'ab'.repeat(32) },
      }).presignGet('k'),
    /needs the secret/,
  ],
  [
    'SIG-77',
    'CredentialsEndSooner',
    () =>
      bucket('photos', { ...local, credentials: { ...credentials, expiration: '2026-01-01T10:15:00Z' } }).presignGet(
        'k',
        { expiresIn: '1h' },
      ),
    /^The credentials end at 10:15:00Z, in 14 min; the link should be valid for 1 h\.$/,
  ],
  [
    'SIG-77',
    'CredentialsEndSooner',
    () =>
      bucket('photos', {
        ...local,
        credentials: { ...credentials, expiration: new Date('2026-01-01T10:01:00.5Z') },
      }).presignGet('k', { expiresIn: 'max' }),
    /^The credentials end/,
  ],
  [
    'SIG-111',
    'ExpiryOutOfRange',
    () => photos.presignGet('k', { expiresIn: '8d' }),
    /^expiresIn is 8 d; a presigned URL can be valid for 1 s to 7 d\.$/,
  ],
  ['SIG-111', 'ExpiryOutOfRange', () => photos.presignGet('k', { expiresIn: 0 }), /^expiresIn is 0 s/],
  ['SIG-111', 'ExpiryOutOfRange', () => photos.presignGet('k', { expiresIn: -5 }), /^expiresIn is -5 s/],
  ['SIG-111', 'ExpiryOutOfRange', () => photos.presignGet('k', { expiresIn: 604_801 }), /^expiresIn is 7 d 1 s/],
  ['SIG-111', 'ExpiryOutOfRange', () => photos.presignGet('k', { expiresIn: '7d', stable: '1h' }), /7 d 1 h/],
  ['SIG-111', 'ExpiryOutOfRange', () => photos.presignGet('k', { stable: 0 }), /^stable is 0 s/],
  [
    'SIG-111',
    'DurationInvalid',
    () => photos.presignGet('k', { expiresIn: Number.NaN }),
    /^expiresIn: 'NaN' is not a duration\.$/,
  ],
  ['SIG-111', 'DurationInvalid', () => photos.presignGet('k', { expiresIn: 1.5 }), /'1\.5' is not a duration/],
  ['SIG-111', 'DurationInvalid', () => photos.presignGet('k', { expiresIn: '0.5s' }), /'0\.5s' is not a duration/],
  ['SIG-111', 'DurationInvalid', () => photos.presignGet('k', { expiresIn: '1e3s' }), /is not a duration/],
  ['SIG-111', 'DateInvalid', () => photos.presignGet('k', { at: new Date('never') }), /^at is not a time/],
  ['SIG-111', 'DateInvalid', () => photos.presignGet('k', { at: new Date(-1000) }), /^at is not a time/],
  ['SIG-111', 'DateInvalid', () => photos.presignGet('k', { at: new Date(8.64e15) }), /^at is not a time/],
  ['SIG-104', 'DateInvalid', () => photos.presignGet('k', { expires: new Date('never') }), /^expires/],
  [
    'LNK-16',
    'DateInvalid',
    () => photos.presignGet('k', { limits: { notBefore: new Date('never') } }),
    /^limits\.notBefore/,
  ],
  ['SIG-108', 'SizeInvalid', put({ size: 1.5 }), /^size: '1\.5' is not a size\.$/],
  ['SIG-108', 'SizeInvalid', put({ size: -1 }), /'-1' is not a size/],
  ['SIG-108', 'SizeInvalid', put({ size: '0.5B' }), /'0\.5B' is not a size/],
  [
    'LNK-12',
    'SizeInvalid',
    put({ limits: { maxBytes: Number.POSITIVE_INFINITY } }),
    /^limits\.maxBytes: 'Infinity' is not a size/,
  ],
  ['SIG-111', 'EndpointInvalid', withEndpoint('files.example.com'), /'files\.example\.com'/],
  ['SIG-111', 'EndpointInvalid', withEndpoint('localhost:9000'), /http/],
  ['SIG-111', 'EndpointInvalid', withEndpoint('ftp://files.example.com'), /http/],
  ['SIG-111', 'EndpointInvalid', withEndpoint('https://files.example.com?a=1'), /query/],
  ['SIG-111', 'EndpointInvalid', withEndpoint('https://user:pass@files.example.com'), /user/],
  ['SIG-110', 'EndpointInvalid', withEndpoint('http://127.0.0.1:9000', { style: 'virtual' }), /IP address/],
  ['SIG-3', 'BucketInvalid', () => bucket('My_Bucket'), /^The bucket name 'My_Bucket' has upper case letters\.$/],
  ['SIG-3', 'BucketInvalid', () => bucket('ab'), /3 to 63/],
  ['SIG-3', 'BucketInvalid', () => bucket('z'.repeat(64)), /3 to 63/],
  ['SIG-3', 'BucketInvalid', () => bucket('a/bc'), /3 to 63/],
  ['SIG-3', 'BucketInvalid', () => bucket('-abc'), /3 to 63/],
  ['SIG-3', 'BucketInvalid', () => bucket('10.0.0.1'), /IP address/],
  ['SIG-3', 'BucketInvalid', () => bucket('a..b'), /empty label/],
  ['SIG-7', 'KeyInvalid', () => photos.presignGet(''), /^The key is empty\.$/],
  ['SIG-7', 'KeyInvalid', () => photos.presignGet('é'.repeat(513)), /longer than 1024 bytes/],
  ['SIG-7', 'KeyInvalid', () => photos.presignGet('\ud800'), /cannot be encoded/],
  [
    'LNK-8',
    'LimitNotEnforced',
    () =>
      bucket('photos', { endpoint: 'https://s3.amazonaws.com', credentials }).presignGet('k', { limits: { uses: 1 } }),
    /^limits\.uses is enforced by Tidegate alone; this bucket is on 'photos\.s3\.amazonaws\.com'\.$/,
  ],
  ['LNK-8', 'LimitNotEnforced', () => elsewhere.presignPut('k', { maxSize: '1MB' }), /^limits\.maxBytes/],
  [
    'LNK-8 SIG-58',
    'LimitNotEnforced',
    () => old.presignGet('k', { limits: { https: true } }),
    /^limits\.https is not signed by Signature Version 2\.$/,
  ],
  [
    'LNK-8 LNK-14',
    'LimitInvalid',
    () => photos.presignGet('k', { limits: { ip: '10.0.0/8' } }),
    /^limits\.ip: '10\.0\.0\/8' is not an address or CIDR\.$/,
  ],
  [
    'LNK-8 LNK-11',
    'LimitInvalid',
    () => photos.presignGet('k', { limits: { uses: 0 } }),
    /^limits\.uses: '0' is not a whole number/,
  ],
  [
    'LNK-8 LNK-6',
    'LimitInvalid',
    () => photos.presignGet('k', { limits: { grace: '10m' } }),
    /x-link-grace: it needs x-link-uses/,
  ],
  [
    'LNK-8 SIG-48a',
    'LimitInvalid',
    () => photos.presignGet('a', { limits: { grant: true } }),
    /^limits\.grant: 'a' is not a prefix/,
  ],
  ['LNK-8 SIG-48', 'LimitInvalid', () => photos.presignGet('b/', { limits: { grant: 'a/' } }), /'a\/' is not the key/],
  [
    'LNK-8 SIG-48c',
    'LimitInvalid',
    () => photos.presignGet('a/', { versionId: 'v', limits: { grant: true } }),
    /other parameters/,
  ],
  [
    'LNK-8 LNK-5',
    'LimitNotForOperation',
    () => photos.presignGet('k', { limits: { types: 'image/png' } }),
    /^limits\.types: it is for PUT, POST; this is GET\.$/,
  ],
  ['LNK-8 LNK-5', 'LimitNotForOperation', () => photos.presignHead('k', { limits: { uses: 1 } }), /^limits\.uses/],
  [
    'LNK-8',
    'StableWithLimits',
    () => photos.presignGet('k', { stable: '1h', limits: { https: true } }),
    /^A stable URL is the same for everybody/,
  ],
  [
    'SIG-30',
    'QueryReserved',
    () => photos.presignGet('k', { query: { 'X-Amz-Date': '1' } }),
    /^query: 'X-Amz-Date' is set by the signature/,
  ],
  ['SIG-30', 'QueryReserved', () => photos.presignGet('k', { query: { 'x-amz-signature': '1' } }), /x-amz-signature/],
  ['SIG-31', 'QueryReserved', () => photos.presignGet('k', { query: { AWSAccessKeyId: '1' } }), /AWSAccessKeyId/],
  ['LNK-2', 'QueryReserved', () => photos.presignGet('k', { query: { 'x-link-uses': '1' } }), /x-link-uses/],
  ['LNK-2', 'QueryReserved', () => photos.presignGet('k', { query: { X_LINK_uses: '1' } }), /X_LINK_uses/],
  [
    'SIG-40c',
    'QueryReserved',
    () => photos.presignGet('k', { versionId: '1', query: { versionId: '2' } }),
    /versionId/,
  ],
  ['SIG-13', 'OptionInvalid', () => photos.presignGet('k', { query: { a: '\ud800' } }), /^query: 'a'/],
  ['SIG-15', 'HeaderReserved', () => photos.presignGet('k', { headers: { Host: 'x' } }), /^headers: 'Host'/],
  ['SIG-93', 'HeaderReserved', () => photos.presignGet('k', { headers: { 'X-Amz-Date': 'x' } }), /X-Amz-Date/],
  ['SIG-15', 'HeaderReserved', put({ type: 'a/b', headers: { 'Content-Type': 'c/d' } }), /Content-Type/],
  ['SIG-15', 'HeaderReserved', () => photos.presignGet('k', { headers: { a: '1', A: '2' } }), /^headers: 'A'/],
  ['SIG-16', 'OptionInvalid', put({ metadata: { a: 'ü' } }), /x-amz-meta-a/],
  ['SIG-16', 'OptionInvalid', put({ metadata: { a: '1\r\nx: y' } }), /x-amz-meta-a/],
  ['SIG-16', 'OptionInvalid', put({ metadata: { 'a b': '1' } }), /x-amz-meta-a b/],
  ['SIG-104', 'OptionInvalid', () => photos.presignGet('k', { contentType: 'a\r\nb' }), /line break/],
  ['SIG-105', 'OptionInvalid', () => photos.presignGet('k', { partNumber: 0 }), /part number/],
  [
    'SIG-105',
    'OptionInvalid',
    () => photos.presignParts({ key: 'k', uploadId: 'u' }, { parts: { from: 1, to: 10_001 } }),
    /part number/,
  ],
  ['SIG-105', 'OptionInvalid', () => photos.presignParts({ key: 'k', uploadId: 'u' }, { parts: [] }), /no part/],
  [
    'SIG-108',
    'OptionInvalid',
    () => photos.presignParts({ key: 'k', uploadId: 'u' }, { parts: [1, 2], sizes: [1] }),
    /sizes/,
  ],
  ['SIG-54', 'OptionInvalid', () => old.presignPut('k', { size: 1 }), /does not sign the header 'content-length'/],
  [
    'SIG-54',
    'OptionInvalid',
    () => old.presignPut('k', { overwrite: false }),
    /does not sign the header 'if-none-match'/,
  ],
  ['SIG-58', 'OptionInvalid', () => old.presignGet('k', { query: { foo: '1' } }), /does not sign the parameter 'foo'/],
  [
    'SIG-54',
    'OptionInvalid',
    () => lightBucket('photos', { ...local, signatureVersion: 'v2' }).presignGet('k'),
    /does not sign Signature Version 2/,
  ],
];
for (const [index, [rules, code, call, message]] of rows.entries()) {
  test(`${rules} ${code} is thrown before there is a URL (${index}: ${message.source.slice(0, 60)})`, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof PresignError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.equal(error.name, 'PresignError');
      assert.ok(!/must-not-show|[0-9a-f]{64}/.test(`${error.message}${error.hint}`));
      return true;
    });
  });
}

test('SIG-111 an invalid text of a duration or size is refused', () => {
  for (const text of ['15 minutes', '', '5', 'm', '-5m', '1w', '1h30m', ' 1h'])
    assert.throws(() => durationSeconds('expiresIn', text), { code: 'DurationInvalid' });
  for (const text of ['5 MB', '5mb', '', '5', '-5B', '1KIB', '1PB', '.5MB'])
    assert.throws(() => sizeBytes('size', text), { code: 'SizeInvalid' });
});

for (const [text, bytes] of [
  ['0B', 0],
  ['1KB', 1000],
  ['1KiB', 1024],
  ['1.5MB', 1_500_000],
  ['1.1MB', 1_100_000],
  ['5GiB', 5_368_709_120],
  ['5TB', 5e12],
  ['5TiB', 5 * 1024 ** 4],
] as const) {
  test(`SIG-108 ${text} is ${bytes} bytes`, () => {
    assert.equal(sizeBytes('size', text), bytes);
  });
}

test('SIG-111 the environment gives endpoint, region and credentials, and says who enforces limits', () => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'ENVKEY',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_SESSION_TOKEN: 'token',
    AWS_REGION: 'eu-west-1',
    TIDEGATE_ENDPOINT: 'http://tide:1',
    AWS_ENDPOINT_URL: 'http://aws:2',
  });
  const url = bucket('photos').presignGet('k', { limits: { https: true } });
  assert.match(
    url,
    /^http:\/\/tide:1\/photos\/k\?.*Credential=ENVKEY%2F\d{8}%2Feu-west-1%2F.*Security-Token=token.*x-link-https=1/,
  );
  delete process.env['TIDEGATE_ENDPOINT'];
  assert.match(bucket('photos').presignGet('k'), /^http:\/\/aws:2\/photos\/k/);
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: 'http://s3:3' });
  assert.match(bucket('photos').presignGet('k'), /^http:\/\/s3:3\/photos\/k/);
  assert.throws(() => bucket('photos').presignGet('k', { limits: { https: true } }), { code: 'LimitNotEnforced' });
});
