import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from './errors.ts';
import { bucketTarget, cutUrlHint, objectTarget, parseTarget } from './target.ts';

for (const [argument, target] of [
  ['s3://b/k', { kind: 'object', bucket: 'b', key: 'k' }],
  ['b/k', { kind: 'object', bucket: 'b', key: 'k' }],
  ['b//k/../x%20y', { kind: 'object', bucket: 'b', key: '/k/../x%20y' }],
  ['b', { kind: 'bucket', bucket: 'b' }],
  ['s3://b/', { kind: 'bucket', bucket: 'b' }],
  ['https://h/b?x', { kind: 'url', url: 'https://h/b?x' }],
  ['-', { kind: 'stream' }],
] as const) {
  test(`${argument} names ${JSON.stringify(target)}`, () => {
    assert.deepEqual(parseTarget(argument), target);
  });
}

for (const [read, argument] of [
  [parseTarget, ''],
  [parseTarget, 's3:///k'],
  [objectTarget, 'b'],
  [objectTarget, 'https://h/b'],
  [bucketTarget, 'b/k'],
  [bucketTarget, '-'],
] as const) {
  test(`${read.name} refuses ${JSON.stringify(argument)}`, () => {
    assert.throws(
      () => read(argument),
      (error) => error instanceof CliError && error.parts.exit === 2,
    );
  });
}

test('a presigned URL that a shell cut at its first & is recognised, another URL is not', () => {
  assert.match(cutUrlHint('https://h/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256') ?? '', /single quotes/);
  assert.match(cutUrlHint('https://h/b/k?AWSAccessKeyId=AKID') ?? '', /single quotes/);
  assert.equal(cutUrlHint('https://h/b/k?X-Amz-Algorithm=a&X-Amz-Date=b'), undefined);
  assert.equal(cutUrlHint('https://h/b/k?versionId=3'), undefined);
  assert.equal(cutUrlHint('https://h/b/k'), undefined);
});
