import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Bucket, bucket, type SignedRequest, verify } from '@tidegate/presign';
import { hasTool, python, runWell } from '../outside-tool.ts';
import { readSeed } from '../seed.ts';

const script = fileURLToPath(new URL('./botocore_agreement.py', import.meta.url));
const seed = readSeed();

let state = seed | 1;
function random(most: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % most;
}
function oneOf<const Choice>(...choices: readonly Choice[]): Choice {
  return choices[random(choices.length)] ?? assert.fail();
}
const pieces = [
  'a',
  'B',
  '7',
  '-',
  '_',
  '.',
  '~',
  ' ',
  '+',
  '%',
  '%2F',
  '/',
  '//',
  '/../',
  '/./',
  "'",
  '(',
  ')',
  '*',
  '!',
  '=',
  '&',
  '?',
  '#',
  ':',
  '@',
  '$',
  ',',
  ';',
  'é',
  'ß',
  '日',
  '😀',
  '"',
  '<',
  '\\',
  '|',
  '[',
  '^',
  '{',
  '\n',
  '\t',
  '\u007f',
];
function randomText(most: number): string {
  let text = '';
  for (let length = 1 + random(most); length > 0; length--) text += oneOf(...pieces);
  return text;
}

type Case = {
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signedAtSeconds: number;
  readonly expiresIn: number;
  /** The same request by our signer. */
  readonly sign: (ours: Bucket, options: { readonly at: Date; readonly expiresIn: number }) => string | SignedRequest;
};

/** Printable, and without the characters that make a SigV2 string ambiguous: our signer refuses those (SIG-57). */
const visible = (text: string): string => text.replaceAll(/[^!-~]|[&?]/g, 'x');

/** One operation of S3, in the words of boto3 and in ours. */
function randomCase(): Case {
  const key = `${oneOf('', '/', 'dir/')}${randomText(25)}`;
  const versionId = visible(randomText(8));
  const type = oneOf('text/plain', 'image/png', 'text/plain; charset=utf-8');
  const value = visible(randomText(10));
  const prefix = randomText(8);
  const disposition = `a; b="${prefix}"`.replaceAll(/[\r\n&?]/g, '');
  const partNumber = 1 + random(10_000);
  const uploadId = visible(randomText(20));
  const named = { Bucket: 'photos', Key: key };
  const moment = { signedAtSeconds: 1_500_000_000 + random(400_000_000), expiresIn: 1 + random(604_800), key };
  const choices: readonly Omit<Case, 'signedAtSeconds' | 'expiresIn' | 'key'>[] = [
    {
      operation: 'get_object',
      params: named,
      method: 'GET',
      headers: {},
      sign: (ours, options) => ours.presignGet(key, options),
    },
    {
      operation: 'get_object',
      params: {
        ...named,
        VersionId: versionId,
        ResponseContentType: type,
        ResponseContentDisposition: disposition,
      },
      method: 'GET',
      headers: {},
      sign: (ours, options) =>
        ours.presignGet(key, {
          ...options,
          versionId,
          contentType: type,
          query: { 'response-content-disposition': disposition },
        }),
    },
    {
      operation: 'head_object',
      params: named,
      method: 'HEAD',
      headers: {},
      sign: (ours, options) => ours.presignHead(key, options),
    },
    {
      operation: 'delete_object',
      params: { ...named, VersionId: versionId },
      method: 'DELETE',
      headers: {},
      sign: (ours, options) => ours.presignDelete(key, { ...options, versionId }),
    },
    {
      operation: 'put_object',
      params: { ...named, ContentType: type, Metadata: { note: value } },
      method: 'PUT',
      headers: { 'content-type': type, 'x-amz-meta-note': value },
      sign: (ours, options) => ours.presignPut(key, { ...options, type, metadata: { note: value } }),
    },
    {
      operation: 'upload_part',
      params: { ...named, PartNumber: partNumber, UploadId: uploadId },
      method: 'PUT',
      headers: {},
      sign: (ours, options) =>
        ours.presignParts({ key, uploadId }, { ...options, parts: [partNumber] })[0] ?? assert.fail(),
    },
    {
      operation: 'get_object_tagging',
      params: named,
      method: 'GET',
      headers: {},
      sign: (ours, options) => ours.presignGet(key, { ...options, query: { tagging: '' } }),
    },
    {
      operation: 'list_objects_v2',
      params: { Bucket: 'photos', Prefix: prefix, MaxKeys: partNumber },
      method: 'GET',
      headers: {},
      sign: (ours, options) =>
        ours.presignList({ ...options, prefix, maxKeys: partNumber, query: { 'encoding-type': 'url' } }),
    },
  ];
  return { ...oneOf(...choices), ...moment };
}

function randomGroup(signatureVersion: 's3v4' | 's3') {
  return {
    signatureVersion,
    endpoint: oneOf('http://127.0.0.1:9000', 'https://files.example.com', 'http://files.example.com:8080'),
    region: oneOf('us-east-1', 'ap-south-1', 'eu-central-1'),
    accessKeyId: `AKID${random(1e9)}`,
    secretAccessKey: `${random(1e9)}/+=${random(1e9)}`,
    ...(random(3) === 0 && { sessionToken: `token/+=${visible(randomText(30))}` }),
    style: oneOf('path', 'virtual'),
    cases: Array.from({ length: 12 }, randomCase),
  };
}

/** Decoded parameters by name: the order in which they are sent is the signer's own. */
function parametersOf(url: string): Map<string, string> {
  const pairs = url
    .slice(url.indexOf('?') + 1)
    .split('&')
    .map((piece) => {
      const [name = '', ...rest] = piece.split('=');
      return [decodeURIComponent(name), decodeURIComponent(rest.join('='))] as const;
    });
  return new Map(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

for (const [signatureVersion, ours, rules] of [
  ['s3v4', 'v4', 'SIG-110'],
  ['s3', 'v2', 'SIG-54 SIG-55 SIG-56 SIG-57'],
] as const) {
  test(`${rules} botocore and we sign the same with ${signatureVersion}, and what botocore signs verifies`, async (t) => {
    if (!hasTool(t, python, ['-c', 'import boto3'])) return;
    const groups = Array.from({ length: 20 }, () => randomGroup(signatureVersion)).map((group) => ({
      ...group,
      // An address has no labels to put a bucket before.
      style: group.endpoint.includes('127.0.0.1') ? 'path' : group.style,
    }));
    const answer: unknown = JSON.parse(await runWell(python, [script], { input: JSON.stringify(groups) }));
    assert.ok(Array.isArray(answer));
    for (const [index, { cases, endpoint, region, style, signatureVersion: _, ...credentials }] of groups.entries()) {
      const photos = bucket('photos', {
        endpoint,
        region,
        style: style === 'path' ? 'path' : 'virtual',
        credentials,
        signatureVersion: ours,
      });
      for (const [at, one] of cases.entries()) {
        const theirs: string = String(answer[index][at]);
        const signed = one.sign(photos, { at: new Date(one.signedAtSeconds * 1000), expiresIn: one.expiresIn });
        const url = typeof signed === 'string' ? signed : signed.url;
        const parameters = parametersOf(theirs);
        // botocore repeats signed headers of SigV2 in the query, where nobody signs them.
        for (const name of Object.keys(one.headers)) parameters.delete(name);
        assert.deepEqual(
          [...parametersOf(url)],
          [...parameters],
          `${one.operation} ${JSON.stringify(one.key)}\n${url}\n${theirs}`,
        );
        assert.equal(url.split('?')[0]?.replace(/\/$/, ''), theirs.split('?')[0]?.replace(/\/$/, ''));
        const verdict = await verify(
          { url: theirs, method: one.method, headers: one.headers },
          {
            lookup: (id) => (id === credentials.accessKeyId ? credentials : undefined),
            now: new Date((one.signedAtSeconds + random(one.expiresIn)) * 1000),
            domains: ['files.example.com', 'files.example.com:8080'],
            sigv2: 'aws',
          },
        );
        assert.ok(verdict.ok, `${one.operation} ${JSON.stringify(one.key)} ${theirs}\n${JSON.stringify(verdict)}`);
        assert.deepEqual([verdict.bucket, verdict.key], ['photos', one.operation === 'list_objects_v2' ? '' : one.key]);
      }
    }
  });
}
