import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWordFaults, judgeWords } from './words.ts';
import { forbiddenNames, forbiddenPhrases } from './words-table.ts';

/** Every kind of text in which a phrase can occur. */
const places: readonly (readonly [path: string, text: (phrase: string) => string])[] = [
  ['packages/x/src/a.ts', (phrase) => `const a = 1; // ${phrase}\n`],
  ['packages/x/src/a.ts', (phrase) => `const a = '${phrase}';\n`],
  ['packages/x/src/a.ts', (phrase) => `/**\n * ${phrase.replaceAll(' ', '\n * ')}\n */\n`],
  ['packages/x/src/a.tsx', (phrase) => `export const a = <p>${phrase}</p>;\n`],
  ['docs/a.md', (phrase) => `# A\n\n${phrase}\n`],
  ['docs/a.html', (phrase) => `<p>${phrase}</p>\n`],
  ['a.yml', (phrase) => `a: 1 # ${phrase}\n`],
];

test('every forbidden phrase is reported in comments, strings, JSX, Markdown, HTML and YAML', () => {
  for (const [pattern, use, example] of forbiddenPhrases) {
    for (const [path, write] of places) {
      const found = findWordFaults(path, write(example)).filter((fault) => fault.use === use);
      assert.notEqual(found.length, 0, `${pattern} in ${path}: ${example}`);
    }
  }
});

test('every forbidden name is reported in code', () => {
  for (const [pattern, use, example] of forbiddenNames) {
    const [path, text] = example.endsWith('.ts') ? [example, ''] : ['a.ts', `const ${example} = 1;\n`];
    assert.equal(findWordFaults(path, text)[0]?.use, use, pattern);
  }
});

test('plain text, code blocks and values of YAML pass', () => {
  const clean: readonly (readonly [path: string, text: string])[] = [
    ['a.ts', '// A tab is missing from the surface; look it up.\nconst lookUp = interfaceOf(looksLikeOne);\n'],
    ['a.ts', "const is = 'bucket'; const told1 = is; const none = 'x';\n"],
    ['a.md', 'Run `look through` in a standalone shell:\n\n```sh\nis taken back\n```\n'],
    ['a.yml', 'a: is taken back\n'],
    ['a.png.txt', 'is taken back\n'],
  ];
  for (const [path, text] of clean) assert.deepEqual(findWordFaults(path, text), [], text);
});

test('an exception covers a file or a folder, and one that matches nothing is reported', () => {
  const faults = findWordFaults('docs/a.md', 'First line.\nIt is taken back.\n');
  const reason = 'not yet rewritten';
  assert.deepEqual(judgeWords(faults, []), ['docs/a.md:2: "taken back": use "revoke"']);
  assert.deepEqual(judgeWords(faults, [{ path: 'docs/', reason }]), []);
  assert.deepEqual(judgeWords(faults, [{ path: 'docs/a.md', phrase: 'taken back', reason }]), []);
  assert.deepEqual(judgeWords(faults, [{ path: 'docs/a.md', phrase: 'is spent', reason }]), [
    'docs/a.md:2: "taken back": use "revoke"',
    'tools/words-exceptions.json: docs/a.md (is spent) matches nothing: remove it',
  ]);
  assert.deepEqual(judgeWords([], [{ path: 'docs/', reason }]), [
    'tools/words-exceptions.json: docs/ (any phrase) matches nothing: remove it',
  ]);
});

test('an exception with a limit reports every fault once there are more', () => {
  const faults = findWordFaults('docs/a.md', 'It is taken back.\nIt is taken back.\n');
  const exception = { path: 'docs/', reason: 'not yet reworded' };
  assert.deepEqual(judgeWords(faults, [{ ...exception, atMost: 2 }]), []);
  assert.deepEqual(judgeWords(faults, [{ ...exception, atMost: 1 }]), [
    'docs/a.md:1: "taken back": use "revoke"',
    'docs/a.md:2: "taken back": use "revoke"',
    'tools/words-exceptions.json: docs/ (any phrase) allows 1, found 2',
  ]);
});
