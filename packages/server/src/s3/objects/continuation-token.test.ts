import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '@tidegate/protocol';
import fc from 'fast-check';
import { readSeed } from '../../../../../test/seed.ts';
import { readContinuationToken, writeContinuationToken } from './continuation-token.ts';

const scope = ['objects', 'b', 'p/', '/'];

function isRefused(token: string, within = scope): boolean {
  try {
    readContinuationToken(within, token);
    return false;
  } catch (error) {
    return error instanceof S3Error && error.code === 'InvalidArgument';
  }
}

test('SEC-308 a token gives back where its page ended, whatever the key holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (after) => {
      fc.pre(after.isWellFormed());
      assert.equal(readContinuationToken(scope, writeContinuationToken(scope, after)), after);
    }),
    { seed: readSeed() },
  );
});

test('SEC-308 a token of another bucket, prefix or delimiter is refused', () => {
  const token = writeContinuationToken(scope, 'p/a');
  for (const other of [
    ['objects', 'c', 'p/', '/'],
    ['objects', 'b', 'q/', '/'],
    ['objects', 'b', 'p/', ''],
  ]) {
    assert.ok(isRefused(token, other));
  }
});

test('SEC-308 a token with any character changed, added or left out is refused', () => {
  const token = writeContinuationToken(scope, "p/'; drop table objects; --");
  for (let at = 0; at < token.length; at++) {
    assert.ok(
      isRefused(`${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`),
      `changed at ${at}`,
    );
    assert.ok(isRefused(token.slice(0, at) + token.slice(at + 1)), `left out at ${at}`);
  }
  for (const more of [`${token}=`, `${token}A`, ` ${token}`, `${token}!`]) assert.ok(isRefused(more), more);
});

for (const text of ['x', 'p/a', '{"after":"p/a"}', "' or 1=1", 'A'.repeat(10_240), '%00']) {
  test(`SEC-308 the token ${text.slice(0, 20)} is refused`, () => {
    assert.ok(isRefused(text));
  });
}
