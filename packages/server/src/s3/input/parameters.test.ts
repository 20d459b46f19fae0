import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import { readSeed } from '../../../../../test/seed.ts';
import type { RequestHead } from '../operation.ts';
import { declaredBody, expectationOf } from './body-expectation.ts';
import { sourceCondition, writeCondition } from './conditions.ts';
import { objectHead } from './object-head.ts';
import { encodingType, pageSize, partNumber } from './parameters.ts';
import { optionalVersionId } from './version-id.ts';

function head(headers: Readonly<Record<string, string>>): RequestHead {
  return {
    query: () => undefined,
    header: (name) => (Object.hasOwn(headers, name) ? headers[name] : undefined),
    headersWith: (prefix) => Object.entries(headers).filter(([name]) => name.startsWith(prefix)),
  };
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'read';
  } catch (error) {
    assert.ok(error instanceof S3Error, String(error));
    return error.code;
  }
}

for (const [text, value] of [
  ['0', 0],
  ['7', 7],
  ['1000', 1000],
  ['2147483647', 2_147_483_647],
  ['', undefined],
  [undefined, undefined],
] as const) {
  test(`SEC-414 a page size of ${JSON.stringify(text)} is ${value}`, () => {
    assert.equal(pageSize(text, 'max-keys'), value);
  });
}

for (const text of ['-1', '+1', '1e3', '1.5', 'NaN', ' 1', '0x10', '٣', '2147483648', '9'.repeat(30)]) {
  test(`SEC-414 ${JSON.stringify(text)} is neither a page size nor a part number`, () => {
    assert.equal(
      codeOf(() => pageSize(text, 'max-keys')),
      'InvalidArgument',
    );
    assert.equal(
      codeOf(() => partNumber(text, 'partNumber')),
      'InvalidArgument',
    );
  });
}

test('SEC-414 whatever text comes, it is read or refused by name', () => {
  const seed = readSeed();
  for (const [name, parse] of Object.entries({ pageSize, partNumber, encodingType, optionalVersionId })) {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        assert.ok(['read', 'InvalidArgument'].includes(codeOf(() => parse(text, name))));
      }),
      { seed },
    );
  }
});

test('REL-4 the conditions of a write and of a copy’s source are what the store will judge', () => {
  const read = (headers: Readonly<Record<string, string>>) => writeCondition.read(head(headers));
  assert.deepEqual(read({}), {});
  assert.deepEqual(read({ 'if-none-match': '*' }), { ifNoneMatch: ['*'] });
  assert.deepEqual(read({ 'if-match': '"abc"' }), { ifMatch: ['abc'] });
  assert.deepEqual(read({ 'if-match': '*' }), { ifMatch: ['*'] });
  assert.equal(
    codeOf(() => read({ 'if-match': '"a"', 'if-none-match': '*' })),
    'InvalidRequest',
  );
  const source = sourceCondition.read(
    head({
      'x-amz-copy-source-if-match': '"a", W/"b"',
      'x-amz-copy-source-if-none-match': 'c',
      'x-amz-copy-source-if-modified-since': 'Fri, 02 Jan 2026 03:04:05 GMT',
      'x-amz-copy-source-if-unmodified-since': 'no date',
    }),
  );
  const ifModifiedSinceMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  assert.deepEqual(source, { ifMatch: ['a', 'b'], ifNoneMatch: ['c'], ifModifiedSinceMs });
});

test('SEC-128 SEC-130 the digests of a body become what the store compares while it flows', () => {
  const declared = declaredBody.read(
    head({
      'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==',
      'x-amz-checksum-crc32': 'NhCmhg==',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
    }),
  );
  const body = { sizeBytes: 5, trailers: () => new Map([['x-amz-checksum-crc32c', 'mnG7TA==']]) };
  assert.deepEqual(expectationOf(declared, body), {
    sizeBytes: 5,
    endsAtSize: undefined,
    md5: Buffer.from('5d41402abc4b2a76b9719d911017c592', 'hex'),
    checksums: { CRC32: 'NhCmhg==' },
    compute: [],
    trailer: undefined,
  });
  const trailing = expectationOf(declaredBody.read(head({ 'x-amz-trailer': 'x-amz-checksum-crc32c' })), body, 'SHA256');
  assert.deepEqual(trailing.compute, ['CRC32C', 'SHA256']);
  assert.deepEqual(trailing.trailer?.(), { CRC32C: 'mnG7TA==' });
});

test('SEC-128 a trailer that was announced and does not come is refused, and so are two checksums', () => {
  const expect = expectationOf(declaredBody.read(head({ 'x-amz-trailer': 'x-amz-checksum-sha1' })), {
    sizeBytes: 5,
    trailers: () => new Map(),
  });
  assert.equal(
    codeOf(() => expect.trailer?.()),
    'MalformedTrailerError',
  );
  const crc = { 'x-amz-checksum-crc32': 'NhCmhg==' };
  for (const more of [
    { 'x-amz-checksum-crc32c': 'mnG7TA==' },
    { 'x-amz-trailer': 'x-amz-checksum-crc32' },
    { 'x-amz-sdk-checksum-algorithm': 'SHA1' },
  ]) {
    assert.equal(
      codeOf(() => declaredBody.read(head({ ...crc, ...more }))),
      'InvalidRequest',
    );
  }
});

test('SEC-130 a text that can be no checksum is that of no body', () => {
  for (const text of ['bad', '', 'NhCmhg', 'NhCmhg==-2', 'cbf43926']) {
    assert.equal(
      codeOf(() => declaredBody.read(head({ 'x-amz-checksum-crc32': text }))),
      'BadDigest',
      text,
    );
  }
});

test('SEC-315 metadata by the names of JavaScript’s own is metadata, and prototypes stay as they are', () => {
  const headers = Object.fromEntries(
    ['__proto__', 'constructor', 'tostring', 'hasownproperty'].map((name) => [`x-amz-meta-${name}`, 'v']),
  );
  const { metadata } = objectHead.read(head(headers));
  assert.deepEqual(Object.keys(metadata).toSorted(), ['__proto__', 'constructor', 'hasownproperty', 'tostring']);
  assert.equal(Object.hasOwn(Object.prototype, 'v'), false);
});
