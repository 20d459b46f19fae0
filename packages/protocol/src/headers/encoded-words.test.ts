import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSeed } from '../../../../test/seed.ts';
import { decodeWords, encodeWords } from './encoded-words.ts';
import { isHeaderValue } from './header-value.ts';

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

for (const [value, text] of [
  ['plain', 'plain'],
  ['=?UTF-8?B?w6k=?=', 'é'],
  ['=?utf-8?q?M=C3=BCller_&_Co?=', 'Müller & Co'],
  ['a =?UTF-8?B?w6k=?= b', 'a é b'],
  ['=?UTF-8?B?w6k=?= \t=?UTF-8?Q?=C3=A9?=', 'éé'],
  ['=?ISO-8859-1?Q?caf=E9?=', 'café'],
  ['=?UTF-8?Q?a=0D=0Ab?=', 'a\r\nb'],
  ['=?UTF-8?Q?=FF?=', '=?UTF-8?Q?=FF?='],
  ['=?no-charset?Q?a?=', '=?no-charset?Q?a?='],
  ['=?UTF-8?X?a?=', '=?UTF-8?X?a?='],
  [utf8('Müller'), 'Müller'],
  ['caf\xe9', 'café'],
] as const) {
  test(`WIRE-102 ${JSON.stringify(value)} is the text ${JSON.stringify(text)}`, () => {
    assert.equal(decodeWords(value), text);
  });
}

for (const [text, value] of [
  ['plain', 'plain'],
  ['', ''],
  ['é', '=?UTF-8?B?w6k=?='],
  ['Müller & Co', '=?UTF-8?Q?M=C3=BCller_&_Co?='],
  ['a\r\nb: c', '=?UTF-8?Q?a=0D=0Ab:_c?='],
  [' a', '=?UTF-8?Q?_a?='],
  ['=?UTF-8?Q?a?=', '=?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fa=3F=3D?='],
] as const) {
  test(`WIRE-102 the text ${JSON.stringify(text)} is sent as ${value}`, () => {
    assert.equal(encodeWords(text), value);
  });
}

const seed = readSeed();
test(`WIRE-102 every text survives, as printable ASCII (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const value = encodeWords(text);
      assert.ok(isHeaderValue(value) && !/[\x80-\xff]/.test(value), value);
      assert.equal(decodeWords(value), text.toWellFormed());
    }),
    { seed },
  );
});
