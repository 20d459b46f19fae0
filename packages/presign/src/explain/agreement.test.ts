import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { AwsV4Signer } from 'aws4fetch';
import { readSeed } from '../../../../test/seed.ts';
import { seeded } from '../../test/seeded.ts';
import { bucket } from '../sign/bucket.ts';
import { checkCredentials } from '../sign/credentials.ts';
import { readLifetime } from '../sign/lifetime.ts';
import { presignV4 } from '../sign/presign.ts';
import { uriEncode, uriEncodePath } from '../wire/encode.ts';

const seed = readSeed();

const { random, randomText: textOf } = seeded(seed);
const pieces = [
  'a',
  'Z',
  '9',
  '-',
  '_',
  '.',
  '~',
  ' ',
  '+',
  '%',
  '%41',
  '/',
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
  '`',
  '{',
];
const randomText = (most: number): string => textOf(pieces, most);
/** Keys that a URL class leaves as they are: no dot segments, which the SDKs or their URL classes normalise. */
function randomKey(): string {
  return `k${randomText(30)}`.replaceAll(/\/\.{0,2}(?=\/|$)/g, '/x').replaceAll('//', '/x/');
}

const credentials = () => ({
  accessKeyId: `AKID${random(1e6)}`,
  secretAccessKey: `${random(1e9)}/+${random(1e9)}`,
  ...(random(2) && { sessionToken: `t+/=${randomText(20).replaceAll(/[^!-~]/g, 'x')}` }),
});
const when = () => new Date(1_700_000_000_000 + random(2 ** 31) * 100);
const regions = ['us-east-1', 'eu-central-1', 'ap-south-1', 'auto'];

function signatureOf(url: string): string {
  const [, signature] = /[?&]X-Amz-Signature=([0-9a-f]{64})(?:&|$)/.exec(url) ?? [];
  return signature ?? assert.fail(url);
}

test('SIG-110 our signatures are those of aws4fetch on random keys, parameters and times', async () => {
  for (let round = 0; round < 150; round++) {
    const [key, who, at, region = '', expiresIn] = [
      randomKey(),
      credentials(),
      when(),
      regions[random(4)],
      1 + random(604_800),
    ];
    const name = `x${randomText(5)}`;
    const value = randomText(12);
    const endpoint = 'http://127.0.0.1:9000';
    const ours = bucket('photos', { endpoint, region, credentials: who }).presignGet(key, {
      at,
      expiresIn,
      query: { [name]: value },
    });
    const theirs = new AwsV4Signer({
      ...who,
      url: `${endpoint}/photos/${uriEncodePath(key)}?X-Amz-Expires=${expiresIn}&${uriEncode(name)}=${uriEncode(value)}`,
      service: 's3',
      region,
      datetime: at.toISOString().replaceAll(/[-:]|\.\d+/g, ''),
      signQuery: true,
    });
    const { url } = await theirs.sign();
    assert.equal(
      signatureOf(ours),
      signatureOf(String(url)),
      `${JSON.stringify({ key, name, value })}\n${ours}\n${url}`,
    );
  }
});

test('SIG-110 our signatures are those of the AWS SDK for JavaScript on random keys, overrides and times', async () => {
  for (let round = 0; round < 60; round++) {
    const [key, who, at, region = '', expiresIn] = [
      randomKey(),
      credentials(),
      when(),
      regions[random(3)],
      1 + random(604_800),
    ];
    const forcePathStyle = random(2) === 1;
    const client = new S3Client({
      region,
      credentials: who,
      forcePathStyle,
      endpoint: 'https://files.example.com',
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const input = { Bucket: 'photos', Key: key };
    const override = randomText(12).replaceAll(/[^!-~]/g, 'x');
    const host = forcePathStyle ? 'files.example.com' : 'photos.files.example.com';
    const path = `${forcePathStyle ? '/photos' : ''}/${uriEncodePath(key)}`;
    for (const [method, command, query] of [
      [
        'GET',
        new GetObjectCommand({ ...input, ResponseContentType: override, VersionId: 'v1' }),
        { 'response-content-type': override, versionId: 'v1', 'x-id': 'GetObject' },
      ],
      ['HEAD', new HeadObjectCommand(input), {}],
      ['PUT', new PutObjectCommand(input), { 'x-id': 'PutObject' }],
    ] as const) {
      const theirs = await getSignedUrl(client, command, { expiresIn, signingDate: at });
      const ours = presignV4(
        {
          method,
          place: { origin: `https://${host}`, host, path: '' },
          path,
          // The SDK signs a payload parameter, which a link does not need and ours leave out.
          query: [['X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'], ...Object.entries(query)],
          headers: [],
          region,
          lifetime: readLifetime({ at, expiresIn }, undefined, Number.POSITIVE_INFINITY, Date.now),
        },
        checkCredentials(who),
      );
      assert.equal(signatureOf(ours), signatureOf(theirs), `${JSON.stringify(key)}\n${ours}\n${theirs}`);
      assert.equal(ours.slice(0, ours.indexOf('?')), theirs.slice(0, theirs.indexOf('?')));
    }
    client.destroy();
  }
});
