import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bucket } from '@tidegate/presign';
import { AwsClient } from 'aws4fetch';
import { hasTool, python, runWell } from '../outside-tool.ts';

/*
 * A link with limits is a presigned URL like any other: whoever signs it again by the rules of AWS, limits and all, comes to the
 * same signature. A server that knows no limits serves it; the limits hold where they are known.
 */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const links = bucket('bench', {
  endpoint: 'https://s3.example.com',
  region: 'eu-central-1',
  credentials,
  store: 'tidegate',
});

const every = {
  id: 'invoice-8812.~_',
  uses: 3,
  grace: '10m',
  ip: '203.0.113.0/24,2001:db8::/32',
  clients: 2,
  policy: 'p1',
  head: true,
  https: true,
  totalBytes: '1GB',
  rate: '10MB',
} as const;

const urls: readonly (readonly [what: string, method: string, url: string])[] = [
  ['an unlimited GET', 'GET', links.presignGet('a b/ü+%.txt')],
  ['a GET with every limit of downloads', 'GET', links.presignGet('a b/ü+%.txt', { limits: every })],
  ['a GET of one client', 'GET', links.presignGet('k', { limits: { clients: 1, uses: 1 }, expiresIn: '7d' })],
  [
    'a GET with another name for the file',
    'GET',
    links.presignGet('k', {
      limits: { uses: 1 },
      download: 'ä b.txt',
    }),
  ],
  [
    'a PUT with limits of uploads',
    'PUT',
    links.presignPut('in/é', { limits: { maxBytes: '5MB', types: 'image/*', writeOnce: true } }).url,
  ],
  ['a DELETE', 'DELETE', links.presignDelete('k', { limits: { uses: 1 } }).url],
];

test('SIG-10 LNK-1 botocore comes to the same signature for links with limits', async (t) => {
  if (!hasTool(t, python, ['-c', 'import botocore'])) return;
  const script = fileURLToPath(new URL('./botocore_verify.py', import.meta.url));
  const input = urls
    .map(([, method, url]) => JSON.stringify({ method, url, secret: credentials.secretAccessKey }))
    .join('\n');
  const out = await runWell(python, [script], { input });
  const verdicts = out
    .trim()
    .split('\n')
    .map((line) => String(JSON.parse(line)));
  assert.deepEqual(
    verdicts.map((verdict, index) => [urls[index]?.[0], verdict]),
    urls.map(([what]) => [what, 'ok']),
  );
});

for (const [what, method, url] of urls) {
  test(`SIG-10 LNK-1 aws4fetch comes to the same signature for ${what}`, async () => {
    const signed = new URL(url);
    const datetime = signed.searchParams.get('X-Amz-Date') ?? '';
    const given = signed.searchParams.get('X-Amz-Signature');
    const bare = url
      .replace(/([?&])X-Amz-(?:Algorithm|Credential|Date|SignedHeaders|Signature)=[^&]*/g, '$1')
      .replace(/&{2,}/g, '&')
      .replace('?&', '?')
      .replace(/&$/, '');
    const client = new AwsClient({ ...credentials, service: 's3', region: 'eu-central-1' });
    const again = await client.sign(bare, { method, aws: { signQuery: true, datetime } });
    assert.equal(new URL(again.url).searchParams.get('X-Amz-Signature'), given);
  });
}
