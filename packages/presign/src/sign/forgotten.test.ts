import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tidegate } from '../admin.ts';
import { explain } from '../explain/explain.ts';
import { bucket as lightBucket } from '../sign.ts';
import { urlSigner } from '../url.ts';
import { PresignError, type PresignErrorCode } from '../values/presign-error.ts';
import { verify } from '../verify/verify.ts';
import { bucket } from './bucket.ts';
import type { Credentials } from './credentials.ts';
import { signHeaders } from './header-sign.ts';

/** What JavaScript passes when somebody forgets a value or passes the wrong one. The compiler would refuse all of it. */

// biome-ignore lint/suspicious/noExplicitAny: JavaScript has no types, and that is what is tested here
type Untyped = any;

const credentials: Credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const endpoint = 'http://127.0.0.1:9000';
const config = { endpoint, credentials, store: 'tidegate' } as const;
const full: Untyped = bucket('media', config);
const light: Untyped = lightBucket('media', config);
const old: Untyped = bucket('media', { ...config, signatureVersion: 'v2' });
const signUrl: Untyped = urlSigner(`${endpoint}/media`, { credentials });
const wrongTexts: readonly unknown[] = [undefined, null, '', 5, 0, true, ['a'], {}, Symbol.iterator, () => 'k'];

function refusal(call: () => unknown): PresignError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof PresignError, `threw ${String(error)}`);
    return error;
  }
  return assert.fail('nothing was refused');
}

function check(call: () => unknown, option: string, code?: PresignErrorCode): void {
  const error = refusal(call);
  assert.equal(error.option, option, error.message);
  if (code !== undefined) assert.equal(error.code, code, error.message);
}

const keyCalls: Readonly<Record<string, (key: unknown) => unknown>> = {
  'bucket.presignGet': (key) => full.presignGet(key),
  'bucket.presignGet with options': (key) => full.presignGet(key, { download: true }),
  'bucket.presignHead': (key) => full.presignHead(key),
  'bucket.presignPut': (key) => full.presignPut(key),
  'bucket.presignPut with options': (key) => full.presignPut(key, { type: 'text/csv', limits: { uses: 1 } }),
  'bucket.presignDelete': (key) => full.presignDelete(key),
  'bucket.presignGet by SigV2': (key) => old.presignGet(key),
  'bucket.presignDelete by SigV2': (key) => old.presignDelete(key),
  'bucket.presignParts': (key) => full.presignParts({ key, uploadId: 'u' }, { parts: [1] }),
  'bucket.presignComplete': (key) => full.presignComplete({ key, uploadId: 'u' }),
  'bucket.presignAbort': (key) => full.presignAbort({ key, uploadId: 'u' }),
  'bucket.presignListParts': (key) => full.presignListParts({ key, uploadId: 'u' }),
  '/sign presignGet': (key) => light.presignGet(key),
  '/sign presignHead': (key) => light.presignHead(key),
  '/sign presignPut': (key) => light.presignPut(key),
  '/sign presignDelete': (key) => light.presignDelete(key),
  '/url': (key) => signUrl(key),
  '/url DELETE': (key) => signUrl(key, { method: 'DELETE' }),
};
for (const [name, call] of Object.entries(keyCalls)) {
  test(`SIG-114 ${name} without a key never signs the bucket`, () => {
    for (const wrong of wrongTexts) check(() => call(wrong), 'key', 'KeyInvalid');
  });
}

test('SIG-114 createUpload without a key sends nothing', async () => {
  for (const key of wrongTexts) {
    const fetch = () => assert.fail('asked the store');
    await assert.rejects(full.createUpload(key, { fetch }), { code: 'KeyInvalid', option: 'key' });
  }
});

test('SIG-114 a form needs a key or a prefix that is a string', () => {
  for (const key of wrongTexts) if (key !== undefined) check(() => full.presignPost({ key }), 'key', 'KeyInvalid');
  for (const prefix of wrongTexts) {
    if (prefix !== undefined && prefix !== '') check(() => full.presignPost({ prefix }), 'prefix', 'KeyInvalid');
  }
  check(() => full.presignPost(), 'key', 'OptionInvalid');
  check(() => full.presignPost({}), 'key', 'OptionInvalid');
});

test('SIG-114 a multipart upload without its id is refused by name', () => {
  for (const uploadId of wrongTexts) {
    const upload = { key: 'k', uploadId };
    check(() => full.presignParts(upload, { parts: [1] }), 'uploadId', 'OptionInvalid');
    check(() => full.presignComplete(upload), 'uploadId', 'OptionInvalid');
    check(() => full.presignAbort(upload), 'uploadId', 'OptionInvalid');
    check(() => full.presignListParts(upload), 'uploadId', 'OptionInvalid');
  }
  check(() => full.presignAbort(), 'key');
  check(() => full.presignParts({ key: 'k', uploadId: 'u' }), 'parts');
});

test('SIG-114 a bucket without a name is refused', () => {
  for (const name of wrongTexts) {
    check(() => bucket(name as Untyped, config), 'bucket', 'BucketInvalid');
    check(() => lightBucket(name as Untyped, config), 'bucket', 'BucketInvalid');
  }
});

test('SIG-114 texts of options that are no strings are refused by name', () => {
  for (const wrong of [null, 5, ['a'], {}]) {
    check(() => full.presignList({ prefix: wrong }), 'prefix');
    check(() => full.presignGet('k', { contentType: wrong }), 'contentType');
    if (wrong !== null) check(() => full.presignGet('k', { download: wrong }), 'download');
    check(() => full.presignGet('k', { versionId: wrong }), 'versionId');
    check(() => full.presignDelete('k', { versionId: wrong }), 'versionId');
    check(() => full.presignPut('k', { type: wrong }), 'type');
    check(() => full.presignGet('k', { query: { a: wrong } }), 'query');
    check(() => full.presignGet('k', { headers: { a: wrong } }), 'headers');
    check(() => full.presignPut('k', { metadata: { a: wrong } }), 'metadata');
    check(() => full.presignPost({ key: 'k', redirect: wrong }), 'redirect');
    check(() => full.presignPost({ key: 'k', metadata: { a: wrong } }), 'metadata');
    check(() => signUrl('k', { query: { a: wrong } }), 'query');
    check(() => signUrl('k', { headers: { a: wrong } }), 'headers');
  }
  check(() => full.presignGet('k', { versionId: '' }), 'versionId');
});

test('SIG-114 signHeaders without a URL, a method or a region is refused by name', () => {
  const draft = { method: 'GET', url: `${endpoint}/media/k`, credentials, region: 'us-east-1' };
  assert.ok(signHeaders(draft)['authorization']);
  for (const wrong of wrongTexts) {
    check(() => signHeaders({ ...draft, url: wrong } as Untyped), 'url');
    check(() => signHeaders({ ...draft, method: wrong } as Untyped), 'method');
    check(() => signHeaders({ ...draft, region: wrong } as Untyped), 'region');
  }
  assert.throws(() => signHeaders({ ...draft, credentials: null } as Untyped), { option: 'credentials' });
  check(() => signHeaders({ ...draft, header: {} } as Untyped), 'header', 'OptionInvalid');
  check(() => signHeaders({ ...draft, headers: { a: 5 } } as Untyped), 'headers');
});

test('SIG-114 explain and verify refuse what is no request', async () => {
  for (const wrong of [undefined, null, 5, ['a'], {}]) {
    check(() => explain(wrong as Untyped), 'url');
    await assert.rejects(verify(wrong as Untyped, { lookup: () => undefined }), { option: 'url' });
  }
  assert.equal(explain('').outcome, 'fails');
});

test('SIG-115 members that no configuration has are refused by name', async () => {
  const lookup = () => undefined;
  const wrong: readonly (readonly [string, () => unknown])[] = [
    ['reigon', () => bucket('media', { ...config, reigon: 'eu' } as Untyped)],
    ['reigon', () => lightBucket('media', { ...config, reigon: 'eu' } as Untyped)],
    ['expires', () => bucket('media', { ...config, defaults: { expires: '1h' } } as Untyped)],
    ['reigon', () => urlSigner(`${endpoint}/media`, { credentials, reigon: 'eu' } as Untyped)],
    ['endPoint', () => tidegate({ endpoint, credentials, endPoint: 'x' } as Untyped)],
    ['secrets', () => explain(`${endpoint}/media/k`, { secrets: 's' } as Untyped)],
    ['maximum', () => full.presignPost({ key: 'k', size: { maximum: 5 } })],
    ['to', () => full.presignGet('k', { to: 'x' })],
  ];
  for (const [option, call] of wrong) check(call, option, 'OptionInvalid');
  await assert.rejects(verify({ url: `${endpoint}/media/k` }, { lookup, sigV2: 'off' } as Untyped), {
    code: 'OptionInvalid',
    option: 'sigV2',
  });
});

const later = async () => credentials;
test('SIG-116 credentials may be a function, which is called at each signing', async () => {
  let calls = 0;
  const rotating = () => {
    calls += 1;
    return { accessKeyId: `KEY${calls}`, secretAccessKey: 's' };
  };
  for (const sign of [
    bucket('media', { endpoint, credentials: rotating }).presignGet,
    lightBucket('media', { endpoint, credentials: rotating }).presignGet,
    urlSigner(`${endpoint}/media`, { credentials: rotating }),
  ]) {
    const [first, second] = [sign('k'), sign('k')].map((url) => /KEY\d+/.exec(url)?.[0]);
    assert.ok(first !== undefined && second !== undefined && first !== second);
  }
  const draft = { method: 'GET', url: `${endpoint}/media/k`, region: 'us-east-1' };
  assert.match(signHeaders({ ...draft, credentials: rotating })['authorization'] ?? '', /Credential=KEY\d+\//);
  const asked: string[] = [];
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    asked.push(new Headers(init?.headers).get('authorization') ?? '');
    return Promise.resolve(Response.json({}));
  };
  await tidegate({ endpoint, credentials: rotating, fetch }).whoAmI();
  await tidegate({ endpoint, credentials: later, fetch }).whoAmI();
  assert.match(asked.join(), /KEY\d+.*AKIDEXAMPLE/);
});

test('SIG-116 a function of credentials that returns a promise is refused with what to do, since signing is synchronous', () => {
  const draft = { method: 'GET', url: `${endpoint}/media/k`, region: 'us-east-1' };
  const calls: readonly (() => unknown)[] = [
    () => bucket('media', { endpoint, credentials: later } as Untyped).presignGet('k'),
    () => bucket('media', { endpoint, credentials: later } as Untyped).presignPost({ key: 'k' }),
    () => bucket('media', { endpoint, credentials: later() } as Untyped).presignGet('k'),
    () => lightBucket('media', { endpoint, credentials: later } as Untyped).presignGet('k'),
    () => urlSigner(`${endpoint}/media`, { credentials: later } as Untyped)('k'),
    () => signHeaders({ ...draft, credentials: later } as Untyped),
  ];
  for (const call of calls) {
    const error = refusal(call);
    assert.deepEqual([error.code, error.option], ['CredentialsInvalid', 'credentials'], error.message);
    assert.match(`${error.message} ${error.hint}`, /promise.*await/i);
  }
});

test('SIG-116 invalid credentials are refused by name', () => {
  for (const wrong of [null, 5, 'AKID:secret', [], {}, { accessKeyId: 5, secretAccessKey: 's' }, { accessKeyId: 'A' }])
    check(() => bucket('media', { endpoint, credentials: wrong } as Untyped).presignGet('k'), 'credentials');
  check(() => urlSigner(`${endpoint}/media`, {} as Untyped)('k'), 'credentials');
});

test('SIG-115 the option at fault is named in a member of the error', () => {
  check(() => full.presignGet('k', { expiresIn: '8d' }), 'expiresIn', 'ExpiryOutOfRange');
  check(() => full.presignGet('k', { expiresIn: 'soon' }), 'expiresIn', 'DurationInvalid');
  check(() => full.presignGet('k', { at: new Date('x') }), 'at', 'DateInvalid');
  check(() => full.presignGet('k', { stable: 0 }), 'stable', 'ExpiryOutOfRange');
  check(() => full.presignPut('k', { size: -1 }), 'size', 'SizeInvalid');
  check(() => full.presignGet('k', { limits: { uses: 0 } }), 'limits.uses', 'LimitInvalid');
  check(() => full.presignGet('k', { limits: { use: 1 } }), 'limits.use', 'LimitInvalid');
  check(() => full.presignGet('k', { query: { 'X-Amz-Date': '1' } }), 'query', 'QueryReserved');
  check(() => full.presignGet('k', { headers: { Host: 'x' } }), 'headers', 'HeaderReserved');
  check(() => bucket('media', { ...config, endpoint: 'nowhere' }).presignGet('k'), 'endpoint', 'EndpointInvalid');
  check(() => full.presignPost({ key: 'k', size: { max: 'x' } as Untyped }), 'size.max', 'SizeInvalid');
});
