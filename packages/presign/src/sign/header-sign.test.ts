import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#hash';
import { signHeaders } from './header-sign.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const base = { method: 'GET', credentials, region: 'us-east-1', at: new Date('2013-05-24T00:00:00Z') };
const signature = (headers: Record<string, string>): string | undefined =>
  /Signature=(.*)$/.exec(headers['authorization'] ?? '')?.[1];

// The examples of "Authenticating Requests: Using the Authorization Header" in AWS's S3 reference.
for (const [what, draft, expected] of [
  [
    'a range of an object',
    {
      url: 'https://examplebucket.s3.amazonaws.com/test.txt',
      headers: { Range: 'bytes=0-9' },
      payloadHash: sha256Hex(''),
    },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    'an upload',
    {
      method: 'PUT',
      url: 'https://examplebucket.s3.amazonaws.com/test%24file.text',
      headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      payloadHash: sha256Hex('Welcome to Amazon S3.'),
    },
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ],
  [
    'the life cycle of a bucket',
    { url: 'https://examplebucket.s3.amazonaws.com?lifecycle', payloadHash: sha256Hex('') },
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    'a listing',
    { url: 'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J', payloadHash: sha256Hex('') },
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
] as const) {
  test(`SIG-64 AWS's published signature of ${what} is reproduced`, () => {
    assert.equal(signature(signHeaders({ ...base, ...draft })), expected);
  });
}

test('SIG-61 SIG-62 the headers to send are those that were signed, and authorization', () => {
  const headers = signHeaders({
    ...base,
    url: 'http://h/k',
    headers: { Host: 'ignored', 'X-Amz-Acl': 'private' },
    credentials: { ...credentials, sessionToken: 't' },
  });
  assert.deepEqual(Object.keys(headers).sort(), [
    'authorization',
    'x-amz-acl',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-security-token',
  ]);
  assert.equal(headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
  assert.match(
    headers['authorization'] ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-acl;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
});

test('SIG-11 SIG-13 equal targets in another writing have one signature', () => {
  const of = (url: string): string | undefined => signature(signHeaders({ ...base, url }));
  assert.equal(of('http://h/a%7Eb/%c3%a9?b=1&a=2'), of('http://H:80/a~b/%C3%A9?a=2&b=1&&#part'));
  assert.equal(of('http://h?a'), of('http://h/?a='));
  assert.notEqual(of('http://h/a//b'), of('http://h/a/b'));
  assert.notEqual(of('http://h/a/../b'), of('http://h/b'));
  assert.notEqual(of('http://h:443/'), of('http://h/'));
  assert.equal(of('https://h:443/'), of('http://h/'));
});

for (const url of ['/relative', 'ftp://h/', 'http://', 'http://h/%zz', 'http://h/?a=%ff', 'http://user@h/']) {
  test(`SIG-7 ${url} is not signed`, () => {
    assert.throws(() => signHeaders({ ...base, url }), { code: 'EndpointInvalid' });
  });
}

test('SIG-16 a header that HTTP does not carry is not signed', () => {
  for (const value of ['a\nb', '€'])
    assert.throws(() => signHeaders({ ...base, url: 'http://h/', headers: { a: value } }), { code: 'OptionInvalid' });
  assert.notEqual(
    signature(signHeaders({ ...base, url: 'http://h/', headers: { a: 'é' } })),
    signature(signHeaders({ ...base, url: 'http://h/', headers: { a: 'Ã©' } })),
  );
});
