import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { isBucketName, parseBucketName, parseKey } from './names.ts';

const code = (wanted: string) => (error: unknown) => error instanceof S3Error && error.code === wanted;

const good = ['abc', 'a.b', '1ab', 'my-bucket', 'constructor', 'a'.repeat(63), 'a1.b2.c3', 'a--b', '1.2.3', 'x-n--a'];
for (const name of good) {
  test(`WIRE-30 ${JSON.stringify(name)} is a bucket name`, () => assert.equal(parseBucketName(name), name));
}

const bad = [
  '_',
  '..',
  '.',
  'a..b',
  '127.0.0.1',
  'xn--a',
  'A',
  'ab',
  'a'.repeat(64),
  '_/api',
  '\0',
  '',
  'Abc',
  'a_b',
  'ab-',
  '-ab',
  '.ab',
  'ab.',
  'a-.b',
  'a.-b',
  'ä'.repeat(3),
  'a b',
  'abc\n',
  'amzn-s3-demo-a',
  'sthree-abc',
  'abc-s3alias',
  'abc--ol-s3',
  'abc.mrap',
  'abc--x-s3',
  '%00',
  '__proto__',
  '999.999.999.999',
  'http:',
  'abc/def',
  'a'.repeat(100_000),
];
for (const name of bad) {
  test(`WIRE-30 SEC-314 ${JSON.stringify(name.slice(0, 70))} is no bucket name`, () => {
    assert.equal(isBucketName(name), false);
    assert.throws(() => parseBucketName(name), code('InvalidBucketName'));
  });
}

const keys = [
  'a',
  '/',
  '.',
  '..',
  'a/../b',
  '\\',
  'a\nb',
  '\u0001',
  '\ufffe',
  'e\u0301',
  '\u00e9',
  'con',
  'a. ',
  '__proto__',
  '//',
  ' ',
  'a'.repeat(1024),
  'é'.repeat(512),
  '😀'.repeat(256),
  '€'.repeat(341),
  'ab%00',
];
for (const key of keys) {
  test(`WIRE-31 SEC-416 the key ${JSON.stringify(key.slice(0, 12))} (${key.length}) is itself`, () => {
    assert.equal(parseKey(key), key);
  });
}

const tooLong: readonly (readonly [string, number])[] = [
  ['a'.repeat(1025), 1025],
  [`${'é'.repeat(512)}a`, 1025],
  ['😀'.repeat(257), 1028],
  ['€'.repeat(342), 1026],
];
for (const [key, sizeBytes] of tooLong) {
  test(`WIRE-31 SEC-416 a key of ${sizeBytes} bytes in ${key.length} units is too long`, () => {
    assert.throws(
      () => parseKey(key),
      (error) => error instanceof S3Error && error.code === 'KeyTooLongError' && error.fields['Size'] === sizeBytes,
    );
  });
}

test('WIRE-31 SEC-416 an empty key, NUL and a lone surrogate are refused', () => {
  assert.throws(() => parseKey(''), code('UserKeyMustBeSpecified'));
  assert.throws(() => parseKey('a\0b'), code('InvalidArgument'));
  assert.throws(() => parseKey('a\ud800'), code('InvalidArgument'));
});
