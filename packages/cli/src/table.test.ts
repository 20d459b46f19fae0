import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedLines, type Column, displayWidth, tabLines } from './table.ts';

const columns: Column[] = [{ name: 'NAME', cut: true }, { name: 'SIZE', align: 'right' }, { name: 'ID' }];

test('a table is aligned, with two blanks between columns and a header', () => {
  assert.deepEqual(
    alignedLines(
      columns,
      [
        ['a.txt', '12 B', 'x'],
        ['long-name.pdf', '4.2 MiB', 'yz'],
      ],
      80,
    ),
    ['NAME              SIZE  ID', 'a.txt             12 B  x', 'long-name.pdf  4.2 MiB  yz'],
  );
});

for (const width of [30, 60, 80, 120]) {
  test(`at ${width} columns the column that may be cut is cut in its middle, the others are whole`, () => {
    const name = `reports/${'deep/'.repeat(30)}q3.pdf`;
    const [, row = ''] = alignedLines(columns, [[name, '1 B', 'lk_5kq2xw7hzr3nmb4c']], width);
    assert.ok(row.length <= Math.max(width, 8 + 2 + 4 + 2 + 19), row);
    assert.match(row, /^rep.*….*pdf +1 B +lk_5kq2xw7hzr3nmb4c$/u);
  });
}

test('a wide character takes two cells, a combining one none', () => {
  assert.equal(displayWidth('a'), 1);
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('🌊'), 2);
});

test('in a pipe a row is a line: TAB between cells, plain values, control characters escaped', () => {
  assert.deepEqual(tabLines([[{ shown: '4 min ago', plain: '2026-11-24T10:00:00Z' }, 'a\tb\nc']]), [
    '2026-11-24T10:00:00Z\ta\\x09b\\x0ac',
  ]);
});

test('a name cannot speak to the terminal', () => {
  const [, row = ''] = alignedLines(columns, [['\u001b]0;title\u0007\u202e', '', '']], 80);
  assert.doesNotMatch(row, /[\p{Cc}\u202e]/u);
  assert.match(row, /\\x1b\]0;title\\x07\\u202e/);
});
