import assert from 'node:assert/strict';
import { validateHeaderValue } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { S3Error } from '../errors/s3-error.ts';
import { checkHeaderValue, headerValueOfText, isHeaderValue } from './header-value.ts';
import { metadataHeaders, parseMetadataDirective, parseUserMetadata } from './metadata.ts';

const refusedAs = (code: string) => (error: unknown) => error instanceof S3Error && error.code === code;
const seed = readSeed();

for (const value of ['', 'attachment; filename="a.txt"', 'a\tb', 'caf\xe9', '\x80\xff', '~']) {
  test(`WIRE-100 ${JSON.stringify(value)} is allowed in a header`, () => {
    assert.equal(checkHeaderValue('response-content-disposition', value), value);
  });
}
for (const value of [
  'a\r\nSet-Cookie: x=1',
  'a\nb',
  'a\rb',
  '\0',
  '\x7f',
  '\u20ac',
  '\u2028',
  'x'.repeat(8192),
  '\ud83d\ude00',
]) {
  test(`WIRE-100 SEC-419 ${JSON.stringify(value.slice(0, 20))} (${value.length}) is not allowed in a header`, () => {
    assert.throws(() => checkHeaderValue('response-content-disposition', value), refusedAs('InvalidArgument'));
  });
}

test(`WIRE-100 SEC-418 what passes the guard, Node sends (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      if (isHeaderValue(value)) validateHeaderValue('x', value);
      else assert.throws(() => validateHeaderValue('x', value));
    }),
    { seed, numRuns: 2000 },
  );
});

test(`WIRE-101 a field of a form has the bytes of its UTF-8 (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const value = headerValueOfText(text);
      assert.equal(Buffer.from(value, 'latin1').toString('utf8'), Buffer.from(text, 'utf8').toString('utf8'));
    }),
    { seed },
  );
  assert.equal(headerValueOfText('caf\u00e9'), 'caf\xc3\xa9');
});

test('WIRE-102 metadata has lower-case names, and text beyond ASCII as RFC 2047 writes it', () => {
  const metadata = parseUserMetadata([
    ['X-Amz-Meta-Colour', ' blue '],
    ['x-amz-meta-empty', ''],
    ['x-amz-meta-latin', 'caf\xe9\ttab'],
    ['x-amz-meta-rfc', '=?utf-8?q?=C3=A9?='],
    ['x-amz-meta-ascii', '=?UTF-8?Q?plain?='],
    ['x-amz-meta-tab', 'a\tb=?'],
    ['x-amz-meta-colour', 'red'],
    ['content-type', 'text/plain'],
  ]);
  assert.deepEqual(Object.fromEntries(metadata), {
    colour: 'blue,red',
    empty: '',
    latin: '=?UTF-8?Q?caf=C3=A9=09tab?=',
    rfc: '=?UTF-8?B?w6k=?=',
    ascii: 'plain',
    tab: 'a\tb=?',
  });
  assert.deepEqual(metadataHeaders(metadata)[0], ['x-amz-meta-colour', 'blue,red']);
});

test('WIRE-102 SEC-313 SEC-315 names of ours and of JavaScript are names like any other', () => {
  const names = ['__proto__', 'constructor', 'tostring', 'x-tidegate-owner', 'hasownproperty', 'snowball-auto-extract'];
  const metadata = parseUserMetadata(names.map((name) => [`x-amz-meta-${name}`, 'v'] as const));
  assert.deepEqual([...metadata.keys()], names);
  assert.equal(Object.hasOwn(Object.prototype, 'v'), false);
});

test('WIRE-102 SEC-418 names and values together have 2,048 bytes at most', () => {
  assert.equal(parseUserMetadata([['x-amz-meta-a', 'v'.repeat(2047)]]).size, 1);
  assert.throws(() => parseUserMetadata([['x-amz-meta-a', 'v'.repeat(2048)]]), refusedAs('MetadataTooLarge'));
  const many = Array.from({ length: 1000 }, (_, at) => [`x-amz-meta-name-${at}`, 'v'] as const);
  assert.throws(() => parseUserMetadata(many), refusedAs('MetadataTooLarge'));
  const again = Array.from({ length: 2000 }, () => ['x-amz-meta-a', 'v'] as const);
  assert.throws(() => parseUserMetadata(again), refusedAs('MetadataTooLarge'));
});

test('WIRE-102 SEC-418 what could not be sent back is refused when it comes in', () => {
  for (const [name, value] of [
    ['', 'v'],
    ['a b', 'v'],
    ['a:b', 'v'],
    ['ä', 'v'],
    ['a', 'x\ny'],
    ['a', '\u20ac'],
  ] as const) {
    assert.throws(() => parseUserMetadata([[`x-amz-meta-${name}`, value]]), refusedAs('InvalidArgument'));
  }
});

test('WIRE-103 a copy takes metadata along unless told to replace it', () => {
  assert.equal(parseMetadataDirective(undefined), 'COPY');
  assert.equal(parseMetadataDirective('COPY'), 'COPY');
  assert.equal(parseMetadataDirective('REPLACE'), 'REPLACE');
  for (const word of ['', 'replace', 'MERGE']) {
    assert.throws(() => parseMetadataDirective(word), refusedAs('InvalidArgument'));
  }
});
