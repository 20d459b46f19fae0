import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreFailure, type StoreFailureKind } from './store-failure.ts';

const kinds: readonly (readonly [StoreFailureKind, string, number, boolean])[] = [
  ['unavailable', 'SlowDown', 503, true],
  ['full', 'InsufficientStorage', 507, false],
  ['broken', 'InternalError', 500, false],
];
for (const [kind, code, status, retryable] of kinds) {
  test(`WIRE-3 a store that is ${kind} answers ${status} ${code}`, () => {
    const cause = new Error('disk says no');
    const failure = new StoreFailure({ what: 'sync of the write-ahead log', kind, cause });
    assert.equal(failure.cause, cause);
    assert.equal(failure.retryable, retryable);
    assert.match(failure.message, /sync of the write-ahead log/);
    const answer = failure.toRefusal();
    assert.equal(answer.code, code);
    assert.equal(answer.status, status);
    assert.equal(answer.headers?.['retry-after'], retryable ? '1' : undefined);
    assert.doesNotMatch(answer.message, /write-ahead|disk says/);
  });
}
