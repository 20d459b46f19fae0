import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { judgeRead, parseWriteCondition, type ReadConditions, rangeCounts } from './conditions.ts';

const state = { etag: 'abc', lastModifiedMs: Date.UTC(2026, 10, 24, 9, 0, 0, 750) };
const before = 'Tue, 24 Nov 2026 08:59:59 GMT';
const same = 'Tue, 24 Nov 2026 09:00:00 GMT';
const after = 'Tue, 24 Nov 2026 09:00:01 GMT';
const now = Date.UTC(2026, 10, 24, 10);
const future = 'Tue, 24 Nov 2026 10:00:01 GMT';

type Case = readonly [name: string, conditions: ReadConditions, outcome: string];
const cases: readonly Case[] = [
  ['nothing', {}, 'send'],
  ['If-Match of the tag', { ifMatch: '"abc"' }, 'send'],
  ['If-Match of another tag', { ifMatch: '"x"' }, 'If-Match'],
  ['If-Match *', { ifMatch: '*' }, 'send'],
  ['If-None-Match of the tag', { ifNoneMatch: '"abc"' }, 'not-modified'],
  ['If-None-Match of the weak tag', { ifNoneMatch: 'W/"abc"' }, 'not-modified'],
  ['If-None-Match of another tag', { ifNoneMatch: '"x"' }, 'send'],
  ['If-Modified-Since before', { ifModifiedSince: before }, 'send'],
  ['If-Modified-Since the same second', { ifModifiedSince: same }, 'not-modified'],
  ['If-Modified-Since after', { ifModifiedSince: after }, 'not-modified'],
  ['If-Unmodified-Since before', { ifUnmodifiedSince: before }, 'If-Unmodified-Since'],
  ['If-Unmodified-Since the same second', { ifUnmodifiedSince: same }, 'send'],
  ['If-Unmodified-Since after', { ifUnmodifiedSince: after }, 'send'],
  [
    'If-Match that holds before If-Unmodified-Since that fails',
    { ifMatch: '"abc"', ifUnmodifiedSince: before },
    'send',
  ],
  [
    'If-Match that fails before If-Unmodified-Since that holds',
    { ifMatch: '"x"', ifUnmodifiedSince: after },
    'If-Match',
  ],
  [
    'If-None-Match that fails before If-Modified-Since that holds',
    { ifNoneMatch: '"abc"', ifModifiedSince: before },
    'not-modified',
  ],
  [
    'If-None-Match that holds before If-Modified-Since that fails',
    { ifNoneMatch: '"x"', ifModifiedSince: after },
    'send',
  ],
  ['412 before 304', { ifMatch: '"x"', ifNoneMatch: '"abc"' }, 'If-Match'],
  ['both of the same tag', { ifMatch: '"abc"', ifNoneMatch: '"abc"' }, 'not-modified'],
  ['an If-Modified-Since in the future', { ifModifiedSince: future }, 'send'],
  ['an If-Unmodified-Since in the future', { ifUnmodifiedSince: future }, 'send'],
  ['invalid dates', { ifModifiedSince: 'yesterday', ifUnmodifiedSince: '' }, 'send'],
];
for (const [name, conditions, outcome] of cases) {
  test(`WIRE-70 a read with ${name} ends with ${outcome}`, () => {
    const judged = judgeRead(conditions, state, now);
    assert.equal(judged.outcome === 'failed' ? judged.condition : judged.outcome, outcome);
  });
}

for (const [ifRange, counts] of [
  [undefined, true],
  ['"abc"', true],
  ['abc', true],
  ['W/"abc"', false],
  ['"x"', false],
  [same, true],
  [before, false],
  [after, false],
  ['', false],
] as const) {
  test(`WIRE-71 a range ${counts ? 'counts' : 'does not count'} under If-Range ${JSON.stringify(ifRange)}`, () => {
    assert.equal(rangeCounts(ifRange, state), counts);
  });
}

test('WIRE-73 a write has If-None-Match: * or If-Match with one tag', () => {
  assert.equal(parseWriteCondition({}), undefined);
  assert.deepEqual(parseWriteCondition({ ifNoneMatch: '*' }), { kind: 'if-none-match' });
  assert.deepEqual(parseWriteCondition({ ifMatch: '"abc"' }), { kind: 'if-match', etag: 'abc' });
  assert.deepEqual(parseWriteCondition({ ifMatch: 'abc' }), { kind: 'if-match', etag: 'abc' });
  assert.deepEqual(parseWriteCondition({ ifMatch: '*' }), { kind: 'if-match', etag: '*' });
});
const badWrites: readonly (readonly [ReadConditions, string])[] = [
  [{ ifNoneMatch: '"abc"' }, 'NotImplemented'],
  [{ ifNoneMatch: '' }, 'NotImplemented'],
  [{ ifMatch: '"a", "b"' }, 'NotImplemented'],
  [{ ifMatch: 'W/"a"' }, 'NotImplemented'],
  [{ ifMatch: '' }, 'NotImplemented'],
  [{ ifModifiedSince: before }, 'NotImplemented'],
  [{ ifUnmodifiedSince: before }, 'NotImplemented'],
  [{ ifMatch: '"a"', ifNoneMatch: '*' }, 'InvalidRequest'],
];
for (const [headers, code] of badWrites) {
  test(`WIRE-73 a write under ${JSON.stringify(headers)} is ${code}`, () => {
    assert.throws(
      () => parseWriteCondition(headers),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}
