import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeLines } from './start-log.ts';

test('lines go into a shared pipe whole: pieces of at most 4096 bytes that end with a line', () => {
  const lines = Array.from({ length: 100 }, (_, n) => `${'ä'.repeat(n)} ${n}\n`);
  const pieces = wholeLines(lines.join(''));
  assert.equal(pieces.join(''), lines.join(''));
  assert.ok(pieces.length < 10);
  for (const piece of pieces) {
    assert.ok(Buffer.byteLength(piece) <= 4096);
    assert.ok(piece.endsWith('\n'));
  }
});

test('a line that is longer is a piece of its own, and so is an end without a line', () => {
  const long = `${'x'.repeat(5000)}\n`;
  assert.deepEqual(wholeLines(`a\n${long}b\nc`), ['a\n', long, 'b\nc']);
});
