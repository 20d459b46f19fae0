import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { S3Error } from '../errors/s3-error.ts';
import { parseCopySource } from './copy-source.ts';

type Case = readonly [header: string, bucket: string, key: string, versionId?: string];
const cases: readonly Case[] = [
  ['mine/a', 'mine', 'a'],
  ['/mine/a', 'mine', 'a'],
  ['mine/a/b/c', 'mine', 'a/b/c'],
  ['mine/a%20b', 'mine', 'a b'],
  ['mine/a+b', 'mine', 'a b'],
  ['mine/a%2Bb', 'mine', 'a+b'],
  ['mine%2Fa', 'mine', 'a'],
  ['mine/%E2%82%AC', 'mine', '€'],
  ['mine/\xe2\x82\xac', 'mine', '€'],
  ['mine/a?versionId=v1', 'mine', 'a', 'v1'],
  ['mine/a%3FversionId=v1', 'mine', 'a?versionId=v1'],
  ['mine/%3FversionId?versionId=null', 'mine', '?versionId', 'null'],
  ['mine/a?b', 'mine', 'a?b'],
  ['mine//a', 'mine', '/a'],
  ['mine/../victim/secret', 'mine', '../victim/secret'],
  ['mine%2F..%2Fvictim%2Fsecret', 'mine', '../victim/secret'],
  ['/mine//../victim/secret', 'mine', '/../victim/secret'],
  ['mine/%252e%252e/victim/secret', 'mine', '%2e%2e/victim/secret'],
];
for (const [header, bucket, key, versionId] of cases) {
  test(`WIRE-120 SEC-303 ${JSON.stringify(header)} is the key ${JSON.stringify(key)} of ${bucket}`, () => {
    const expected = versionId === undefined ? { bucket, key } : { bucket, key, versionId };
    assert.deepEqual({ ...parseCopySource(header) }, expected);
  });
}

const bad = [
  '',
  '/',
  '//',
  'mine',
  '/mine',
  'mine/',
  '/mine/',
  'http://127.0.0.1/x',
  '//mine/a',
  '../mine/a',
  'mine/%zz',
  'mine/%',
  'mine/%ff',
  'mine/%c0%ae',
  'mine/%00',
  'mine/a?versionId=',
  'mine/a?versionId=%0a',
  'MINE/a',
  '127.0.0.1/a',
  `mine/${'a'.repeat(1025)}`,
  'a'.repeat(5000),
  'arn:aws:s3:us-east-1:1:accesspoint/x/object/y',
  'mine/\xff',
];
for (const header of bad) {
  test(`WIRE-120 SEC-303 ${JSON.stringify(header.slice(0, 30))} (${header.length}) is refused`, () => {
    assert.throws(
      () => parseCopySource(header),
      (error) => error instanceof S3Error && error.code === 'InvalidArgument',
    );
  });
}

const seed = readSeed();
test(`WIRE-120 every key comes out of its encoded form, and any text is a source or refused (seed ${seed})`, () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(key, fc.string({ unit: 'binary' }), (text, garbage) => {
      assert.equal(parseCopySource(`mine/${encodeURIComponent(text)}?versionId=v`).key, text);
      try {
        parseCopySource(garbage);
      } catch (error) {
        assert.ok(error instanceof S3Error);
      }
    }),
    { seed, numRuns: 500 },
  );
});
