import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonFault } from './json-fault.ts';
import { lifecycleSentence } from './sentences.ts';

const none = {
  id: 'a',
  enabled: true,
  prefix: '',
  tags: [],
  largerThan: null,
  smallerThan: null,
  expireDays: null,
  expireAt: null,
  expireMarkers: false,
  noncurrentDays: null,
  noncurrentKept: null,
  abortUploadsDays: null,
};

test('a lifecycle rule is said in a sentence', () => {
  const cases: readonly (readonly [Partial<typeof none> & object, string])[] = [
    [{ expireDays: 1 } as object, 'Objects are deleted 1 day after creation.'],
    [
      { prefix: 'logs/', expireDays: 30, abortUploadsDays: 7 } as object,
      'Under logs/, objects are deleted 30 days after creation; unfinished uploads are removed after 7 days.',
    ],
    [
      { tags: [{ name: 'keep', value: 'no' }], noncurrentDays: 9, noncurrentKept: 3 } as object,
      'Tagged keep: no, older versions are deleted after 9 days, but for the newest 3.',
    ],
    [
      { expireAt: '2027-01-01T00:00:00.000Z', largerThan: 1024 } as object,
      'Above 1.0 KiB, objects are deleted on 2027-01-01.',
    ],
  ];
  for (const [change, text] of cases) assert.equal(lifecycleSentence({ ...none, ...change }), text);
});

test('a fault of JSON is found with its line', () => {
  assert.equal(jsonFault('{"a": [1, 2]}'), undefined);
  assert.equal(jsonFault('"a \\" \\u00e9"'), undefined);
  const cases: readonly (readonly [string, number])[] = [
    ['', 1],
    ['{\n  "a": 1,\n}', 3],
    ['{\n"a" 1}', 2],
    ['[1,\n2\n', 3],
    ['{"a": tru}', 1],
    ['{"a":\n"x\ny"}', 2],
    ['{} x', 1],
  ];
  for (const [text, line] of cases) assert.equal(jsonFault(text)?.line, line, text);
});
