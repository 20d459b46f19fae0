import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DroppedLines, HeldLines, wholeLines } from './held-lines.ts';

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

/** A place for lines that fails with a code, or takes everything. */
function openPlace() {
  const place = { fails: undefined as string | undefined, text: '', tries: 0 };
  const recovered: DroppedLines[] = [];
  const lines = new HeldLines({
    write: (text) => {
      place.tries += 1;
      if (place.fails !== undefined) throw Object.assign(new Error('no'), { code: place.fails });
      place.text += text;
    },
    after: () => () => undefined,
    onRecovered: (dropped) => recovered.push(dropped),
  });
  return { place, lines, recovered };
}

for (const code of ['ENOSPC', 'EPIPE', 'EIO', 'EBADF']) {
  test(`REL-21 lines that fail with ${code} are dropped, counted, and reported once when writing works again`, () => {
    const { place, lines, recovered } = openPlace();
    place.fails = code;
    for (let n = 0; n < 3; n += 1) {
      lines.add(`lost ${n}\n`);
      lines.flush();
    }
    assert.equal(lines.droppedCount, 3);
    assert.deepEqual(recovered, []);
    place.fails = undefined;
    lines.add('kept\n');
    lines.flush();
    lines.add('kept too\n');
    lines.flush();
    assert.equal(place.text, 'kept\nkept too\n');
    assert.deepEqual(recovered, [{ count: 3, code }]);
    assert.equal(lines.droppedCount, 3);
  });
}

test('REL-21 a full pipe holds back at most 256 KiB, drops what comes after, and delivers the rest in order', () => {
  const { place, lines, recovered } = openPlace();
  place.fails = 'EAGAIN';
  const line = `${'x'.repeat(1023)}\n`;
  for (let n = 0; n < 10_000; n += 1) lines.add(line);
  assert.equal(lines.droppedCount, 10_000 - 256);
  assert.ok(place.tries < 100, `${place.tries} tries`);
  place.fails = undefined;
  lines.flush();
  assert.equal(place.text, line.repeat(256));
  assert.deepEqual(recovered, [{ count: 10_000 - 256, code: 'EAGAIN' }]);
});
