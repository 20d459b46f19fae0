import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSeed } from '../../../test/seed.ts';
import { seeded } from '../test/seeded.ts';
import { deriveSigningKey } from './hash/signing-key.ts';
import { bucket } from './sign.ts';
import { type UrlOptions, urlSigner } from './url.ts';
import type { PresignErrorCode } from './values/presign-error.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-of-nobody' };
const at = new Date('2026-11-24T09:00:00Z');
const sign = urlSigner('https://s3.example.com/photos', { credentials, now: () => at });

const { random, randomText: textOf } = seeded(readSeed());
const pieces = [
  'a',
  'Z',
  '9',
  '/',
  '//',
  '.',
  '..',
  ' ',
  '+',
  '%',
  '%41',
  '?',
  '#',
  '&',
  '=',
  "'",
  '*',
  ';',
  'é',
  '日',
  '😀',
];
const randomText = (most: number): string => textOf(pieces, most);

describe('urlSigner', () => {
  test('SIG-110 it signs the very URLs of bucket, on random keys, places, credentials, parameters, headers and times', () => {
    for (let round = 0; round < 400; round++) {
      const secretAccessKey = `s${random(1e9)}`;
      const moment = new Date(1_700_000_000_000 + random(2 ** 31) * 100);
      const region = ['us-east-1', 'eu-central-1', 'auto'][random(3)] ?? '';
      const day = moment.toISOString().slice(0, 10).replaceAll('-', '');
      const who = {
        accessKeyId: `AKID${random(1e6)}`,
        ...(random(2) ? { secretAccessKey } : { signingKey: deriveSigningKey(secretAccessKey, day, region) }),
        ...(random(2) && { sessionToken: `t+/=${random(1e9)}` }),
      };
      const prefix = ['', '/a%20b', '/~x/'][random(3)] ?? '';
      const host = ['files.example.com', '127.0.0.1:9000', '[::1]:9000'][random(3)] ?? '';
      const virtual = host === 'files.example.com' && random(2) === 1;
      const base = virtual ? `https://photos.${host}${prefix}` : `https://${host}${prefix.replace(/\/$/, '')}/photos`;
      const options = {
        at: moment,
        expiresIn: 1 + random(86_400),
        ...(random(4) === 0 && { stable: 60 }),
        query: { [`q${randomText(3)}`]: randomText(9), ...(random(2) && { [`A${randomText(3)}`]: '' }) },
      };
      const given = bucket('photos', {
        endpoint: `https://${host}${prefix}`,
        style: virtual ? 'virtual' : 'path',
        region,
        credentials: who,
      });
      const small = urlSigner(base, { credentials: who, region });
      const key = randomText(20);
      assert.equal(small(key, options), given.presignGet(key, options));
      assert.equal(small(key, { ...options, method: 'HEAD' }), given.presignHead(key, options));
      const headers = { 'Content-Type': 'text/plain', [`X-Amz-Meta-n${random(9)}`]: `v  ${random(9)}` };
      for (const method of ['PUT', 'DELETE'] as const) {
        const call = method === 'PUT' ? given.presignPut : given.presignDelete;
        const { url } = call(key, { ...options, headers });
        assert.equal(small(key, { ...options, headers, method }), url);
      }
    }
  });

  test("SIG-110 it makes the worked example of AWS's documentation", () => {
    const example = urlSigner('https://examplebucket.s3.amazonaws.com', {
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
    });
    const url = example('test.txt', { at: new Date('2013-05-24T00:00:00Z'), expiresIn: '1d' });
    assert.match(url, /&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404$/);
  });

  test('SIG-21 the key of a day is not used for another day', () => {
    const twice = urlSigner('https://s3.example.com/photos', { credentials });
    for (const moment of [at, new Date('2026-11-25T09:00:00Z'), at]) {
      const options = { at: moment };
      const fresh = urlSigner('https://s3.example.com/photos', { credentials });
      assert.equal(twice('k', options), fresh('k', options));
    }
  });

  const refused: readonly (readonly [rules: string, PresignErrorCode, () => unknown])[] = [
    ['SIG-111', 'EndpointInvalid', () => urlSigner('s3.example.com/photos', { credentials })],
    ['SIG-111', 'EndpointInvalid', () => urlSigner('https://s3.example.com/photos?a=1', { credentials })],
    ['SIG-111', 'CredentialsInvalid', () => urlSigner('https://h/b', { credentials: { accessKeyId: 'A' } })('k')],
    ['SIG-7', 'KeyInvalid', () => sign('')],
    ['SIG-111', 'ExpiryOutOfRange', () => sign('k', { expiresIn: '8d' })],
    ['SIG-30', 'QueryReserved', () => sign('k', { query: { 'X-Amz-Date': 'x' } })],
    ['LNK-2', 'QueryReserved', () => sign('k', { query: { 'x-link-uses': '1' } })],
    ['SIG-30', 'HeaderReserved', () => sign('k', { headers: { Host: 'x' } })],
    ['SIG-111', 'OptionInvalid', () => sign('k', { headers: { 'x-a': 'a\r\nb: c' } })],
  ];
  for (const [rules, code, call] of refused) {
    test(`${rules} ${code} is thrown before there is a URL`, () => {
      assert.throws(call, { name: 'PresignError', code });
    });
  }

  test('SIG-111 without options it is a GET of 15 minutes', () => {
    const options: UrlOptions = { method: 'GET', expiresIn: '15m', at };
    assert.equal(sign('k'), sign('k', options));
    assert.match(sign('k'), /X-Amz-Expires=900&/);
  });
});
