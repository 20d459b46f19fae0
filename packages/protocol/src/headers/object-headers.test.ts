import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { parseResponseOverrides, parseStorageClass, parseStoredHeaders, withoutAwsChunked } from './object-headers.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof S3Error && error.code === code;
const from = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

test('WIRE-104 the headers of an object are kept as sent', () => {
  const sent = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-cache',
    'content-disposition': 'attachment; filename="caf\xe9"',
    'content-encoding': 'gzip',
    'content-language': 'de',
    expires: 'not even a date',
    'x-amz-website-redirect-location': '/other',
    etag: '"not kept"',
  };
  const { etag, ...kept } = sent;
  assert.deepEqual(Object.fromEntries(parseStoredHeaders(from(sent))), kept);
});

test('WIRE-104 an empty value counts as not sent', () => {
  assert.equal(parseStoredHeaders(from({ 'content-type': '', expires: '  ' })).size, 0);
});

for (const value of ['a\r\nb', '\0', '\u20ac']) {
  test(`WIRE-104 SEC-419 the Content-Disposition ${JSON.stringify(value)} is refused when it comes in`, () => {
    assert.throws(() => parseStoredHeaders(from({ 'content-disposition': value })), refusedAs('InvalidArgument'));
  });
}

test('WIRE-104 SEC-419 a redirect location is a path or an address of the web', () => {
  for (const location of ['javascript:alert(1)', 'other', 'data:text/html,x']) {
    const header = from({ 'x-amz-website-redirect-location': location });
    assert.throws(() => parseStoredHeaders(header), refusedAs('InvalidArgument'));
  }
  assert.equal(parseStoredHeaders(from({ 'x-amz-website-redirect-location': 'https://example.com/' })).size, 1);
});

const encodings: readonly (readonly [string | undefined, string | undefined])[] = [
  [undefined, undefined],
  ['gzip', 'gzip'],
  ['aws-chunked', undefined],
  ['AWS-Chunked', undefined],
  ['aws-chunked,gzip', 'gzip'],
  ['gzip, aws-chunked', 'gzip'],
  ['aws-chunked,aws-chunked', 'aws-chunked'],
  ['aws-chunked, ', undefined],
  ['x-aws-chunked', 'x-aws-chunked'],
  ['deflate, gzip', 'deflate, gzip'],
];
for (const [sent, kept] of encodings) {
  test(`WIRE-105 SEC-424 of the encoding ${JSON.stringify(sent)} is kept ${JSON.stringify(kept)}`, () => {
    assert.equal(withoutAwsChunked(sent), kept);
  });
}

test('WIRE-106 response parameters set their headers', () => {
  const query = {
    'response-content-type': 'text/csv',
    'response-content-disposition': 'attachment',
    'response-expires': '0',
    prefix: 'x',
  };
  assert.deepEqual(Object.fromEntries(parseResponseOverrides(from(query), 'signed')), {
    'content-type': 'text/csv',
    'content-disposition': 'attachment',
    expires: '0',
  });
  assert.equal(parseResponseOverrides(from({}), 'anonymous').size, 0);
});

for (const value of ['a\r\nSet-Cookie: x=1', '\0', '\u20ac', 'x'.repeat(8192)]) {
  test(`WIRE-106 SEC-419 the override ${JSON.stringify(value.slice(0, 20))} is refused`, () => {
    const query = from({ 'response-content-disposition': value });
    assert.throws(() => parseResponseOverrides(query, 'signed'), refusedAs('InvalidArgument'));
  });
}

test('WIRE-106 SEC-133 nobody overrides headers without a signature', () => {
  for (const name of ['type', 'language', 'disposition', 'encoding'].map((word) => `response-content-${word}`)) {
    assert.throws(() => parseResponseOverrides(from({ [name]: 'a' }), 'anonymous'), refusedAs('InvalidRequest'));
  }
});

test('WIRE-107 the storage class is STANDARD', () => {
  assert.equal(parseStorageClass(undefined), 'STANDARD');
  assert.equal(parseStorageClass('STANDARD'), 'STANDARD');
  assert.throws(() => parseStorageClass('GLACIER'), refusedAs('NotImplemented'));
  assert.throws(() => parseStorageClass('REDUCED_REDUNDANCY'), refusedAs('NotImplemented'));
  assert.throws(() => parseStorageClass('standard'), refusedAs('InvalidStorageClass'));
  assert.throws(() => parseStorageClass(''), refusedAs('InvalidStorageClass'));
});
