import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boolean, enumeration, integer, isoTime, type Scalar, text, token } from './shape.ts';

const small = integer({ min: -5, max: 100 });
const word = enumeration(['GET', 'PUT']);

type Case = readonly [name: string, scalar: Scalar<unknown>, raw: string, value: unknown];
const cases: readonly Case[] = [
  ['text', text, ' a ', ' a '],
  ['text', text, '', ''],
  ['a token', token, '\n a b ', 'a b'],
  ['a number', small, '7', 7],
  ['a number', small, ' \n-5 ', -5],
  ['a number', small, '007', 7],
  ['a number', small, '101', undefined],
  ['a number', small, '-6', undefined],
  ['a number', small, '1e1', undefined],
  ['a number', small, '1.5', undefined],
  ['a number', small, '', undefined],
  ['a number', small, 'NaN', undefined],
  ['a number', small, '+1', undefined],
  ['a number', small, '9'.repeat(30), undefined],
  ['a boolean', boolean, 'true', true],
  ['a boolean', boolean, ' False\n', false],
  ['a boolean', boolean, '1', true],
  ['a boolean', boolean, '0', false],
  ['a boolean', boolean, 'yes', undefined],
  ['a boolean', boolean, '', undefined],
  ['a word', word, ' GET ', 'GET'],
  ['a word', word, 'get', undefined],
  ['a word', word, 'constructor', undefined],
  ['a time', isoTime, '2026-11-24T09:00:00Z', Date.UTC(2026, 10, 24, 9)],
  ['a time', isoTime, '2026-11-24T09:00:00.123Z', Date.UTC(2026, 10, 24, 9, 0, 0, 123)],
  ['a time', isoTime, '2026-11-24', undefined],
  ['a time', isoTime, '2026-11-24T09:00:00+01:00', undefined],
  ['a time', isoTime, '2026-02-30T00:00:00Z', undefined],
  ['a time', isoTime, '2026-11-24T24:00:00Z', undefined],
  ['a time', isoTime, 'now', undefined],
];
for (const [name, scalar, raw, value] of cases) {
  test(`WIRE-15 ${JSON.stringify(raw.slice(0, 30))} as ${name} is ${JSON.stringify(value)}`, () => {
    assert.equal(scalar.parse(raw), value);
  });
}

test('WIRE-15 a time is written in UTC with milliseconds', () => {
  assert.equal(isoTime.format(Date.UTC(2009, 9, 12, 17, 50, 30)), '2009-10-12T17:50:30.000Z');
});
