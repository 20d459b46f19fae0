import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedLines, type Column, displayWidth, pathCut, tabLines, textCut } from './table.ts';

const columns: Column[] = [{ name: 'NAME', cut: pathCut }, { name: 'SIZE', align: 'right' }, { name: 'ID' }];

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

for (const width of [40, 60, 80, 120]) {
  test(`at ${width} columns a key is cut at its start, where a folder begins, and the other columns are whole`, () => {
    const name = `reports/${'deep/'.repeat(30)}q3.pdf`;
    const [, row = ''] = alignedLines(columns, [[name, '1 B', 'lk_5kq2xw7hzr3nmb4c']], width);
    assert.ok(row.length <= Math.max(width, 12 + 2 + 4 + 2 + 19), row);
    assert.match(row, /^…(?:\/deep)*\/q3\.pdf +1 B +lk_5kq2xw7hzr3nmb4c$/u);
  });
}

test('a label is cut before a key, at its end; a key is cut only when that is not enough, and never its method', () => {
  const both: Column[] = [
    { name: 'WHAT', cut: pathCut },
    { name: 'LABEL', cut: textCut },
  ];
  const row = ['GET reports/2026/q3.pdf', 'a label that is quite long'] as const;
  assert.equal(alignedLines(both, [row], 40)[1], 'GET reports/2026/q3.pdf  a label that i…');
  assert.equal(alignedLines(both, [row], 33)[1], 'GET reports/2026/q3.pdf  a label…');
  assert.equal(alignedLines(both, [row], 28)[1], 'GET …/2026/q3.pdf   a label…');
  assert.equal(alignedLines(both, [row], Number.POSITIVE_INFINITY)[1], row.join('  '));
});

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
