import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equalInConstantTime } from '../hash/compare.ts';
import { isJsonObject, parseStrictJson, type StrictJson } from './strict-json.ts';

/** As JSON.parse would give it. */
function plain(value: StrictJson | undefined): unknown {
  if (isJsonObject(value)) return Object.fromEntries([...value.entries].map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

for (const text of [
  '{}',
  '[]',
  '[1,-2.5e3,true,false,null,"a\\u00e9\\n\\"b"]',
  ' { "a" : { "b" : [ ] } , "c":"" } ',
  '"x"',
  '0',
]) {
  test(`SIG-84 ${text} is read as JSON`, () => {
    assert.deepEqual(plain(parseStrictJson(text)), JSON.parse(text));
  });
}

for (const text of [
  '',
  ' ',
  '{',
  '{"a"}',
  '{"a":1,}',
  '[1,]',
  '[1 2]',
  '01',
  '1.',
  '"a',
  '"\n"',
  '"\\x"',
  'nul',
  '{a:1}',
  "{'a':1}",
  '{} x',
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '['.repeat(18),
]) {
  test(`SEC-136 ${JSON.stringify(text.slice(0, 20))} is no strict JSON`, () => {
    assert.equal(parseStrictJson(text), undefined);
  });
}

test('SEC-136 __proto__ is a name like any other', () => {
  const value = parseStrictJson('{"__proto__":{"x":1}}');
  assert.ok(isJsonObject(value));
  assert.ok(value.entries.has('__proto__'));
});

test('SIG-79 texts are equal when every character is', () => {
  assert.equal(equalInConstantTime('abc', 'abc'), true);
  assert.equal(equalInConstantTime('', ''), true);
  for (const other of ['abd', 'bbc', 'ab', 'abcd', 'ABC', 'ab\u0163'])
    assert.equal(equalInConstantTime('abc', other), false);
});
