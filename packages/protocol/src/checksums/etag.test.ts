import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { listNamesEtag, multipartEtag, partCountOfEtag, quoteEtag, unquoteEtag } from './etag.ts';

const md5 = 'd41d8cd98f00b204e9800998ecf8427e';

for (const [sent, etag] of [
  [`"${md5}"`, md5],
  [md5, md5],
  [` "${md5}-2" `, `${md5}-2`],
  ['', ''],
  ['"', '"'],
  ['""', ''],
  ['"a', '"a'],
] as const) {
  test(`WIRE-60 ${JSON.stringify(sent)} is the tag ${JSON.stringify(etag)}`, () =>
    assert.equal(unquoteEtag(sent), etag));
}

test('WIRE-60 a tag is written in quotes', () => assert.equal(quoteEtag(md5), `"${md5}"`));

test('WIRE-61 the tag of parts is the MD5 of their MD5s with their number', () => {
  const parts = ['a', 'b', 'c'].map((text) => createHash('md5').update(text).digest('hex'));
  const whole = createHash('md5')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part, 'hex'))))
    .digest('hex');
  assert.equal(multipartEtag(parts), `${whole}-3`);
  assert.equal(partCountOfEtag(multipartEtag(parts)), 3);
  assert.equal(partCountOfEtag(md5), undefined);
  assert.equal(partCountOfEtag(`${md5}-0`), undefined);
});

type Case = readonly [list: string, comparison: 'strong' | 'weak', names: boolean];
const cases: readonly Case[] = [
  ['*', 'strong', true],
  [' * ', 'weak', true],
  ['"abc"', 'strong', true],
  ['abc', 'strong', true],
  ['"x", "abc"', 'strong', true],
  ['"x","y"', 'strong', false],
  ['W/"abc"', 'strong', false],
  ['W/"abc"', 'weak', true],
  ['"ABC"', 'strong', false],
  ['', 'strong', false],
  [',,', 'weak', false],
  ['"x,abc"', 'strong', false],
  [`"a, b", "abc"`, 'strong', true],
  [`${'"x",'.repeat(64)}"abc"`, 'strong', false],
  ['"'.repeat(65_536), 'weak', false],
];
for (const [list, comparison, names] of cases) {
  const verb = names ? 'names' : 'does not name';
  test(`WIRE-62 ${JSON.stringify(list.slice(0, 30))} ${verb} abc in ${comparison} comparison (${list.length})`, () => {
    assert.equal(listNamesEtag(list, 'abc', comparison), names);
  });
}
