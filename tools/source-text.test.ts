import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listImports, readSource } from './source-text.ts';

test('comments, strings, templates and regular expressions are not code, and offsets stay', () => {
  const source = [
    'const a = 1; // setTimeout(1)',
    '/* Math.random() */ const b = "process.env"; const c = `x ${keep(`in ${deep} er`)} console.log`;',
    "const d = /['\"`/*]/.test(a) ? a / b / c : 'it\\'s';",
    'return /Date.now/g;',
    'const e = [1, /[/]setTimeout/u];',
    'const f = (a + b) / 2; const g = "not / a regexp";',
  ].join('\n');
  const { code, comments } = readSource(source);
  assert.equal(code.length, source.length);
  for (const hidden of ['setTimeout', 'Math.random', 'process.env', 'console', 'Date.now', 'not']) {
    assert.equal(code.includes(hidden), false, `${hidden} must be hidden`);
  }
  for (const kept of ['keep(', 'deep', '.test(a) ? a / b / c', '(a + b) / 2']) assert.ok(code.includes(kept), kept);
  assert.match(comments, /setTimeout\(1\)/);
  assert.doesNotMatch(comments, /const/);
});

const forms: readonly (readonly [source: string, specifier: string, isType: boolean])[] = [
  ["import a from './x.ts';", './x.ts', false],
  ["import { a,\n  b,\n} from './x.ts';", './x.ts', false],
  ["import type { A } from './x.ts';", './x.ts', true],
  ["import { type A, type B } from './x.ts';", './x.ts', true],
  ["import { type A, b } from './x.ts';", './x.ts', false],
  ["import type, { a } from './x.ts';", './x.ts', false],
  ["import * as a from './x.ts';", './x.ts', false],
  ["import './x.ts';", './x.ts', false],
  ["export * from './x.ts';", './x.ts', false],
  ["export type { A } from './x.ts';", './x.ts', true],
  ["const a = await import('./x.ts');", './x.ts', false],
  ['const a = await import(`./x.ts`);', './x.ts', false],
  ["type A = import('./x.ts').A;", './x.ts', false],
  ["import a = require('./x.ts');", './x.ts', false],
  ["const where = import.meta.resolve('./x.ts');", './x.ts', false],
];
for (const [source, specifier, isType] of forms) {
  test(`the import in ${JSON.stringify(source)} is found, ${isType ? 'as types alone' : 'as code'}`, () => {
    const found = listImports(readSource(`const before = 'from';\n${source}\n// import y from './y.ts'\n`));
    assert.deepEqual(
      found.map((entry) => [entry.specifier, entry.isType]),
      [[specifier, isType]],
    );
  });
}

test('text that only looks like an import is not one', () => {
  const source = "const text = \"import a from './x.ts'\"; // import b from './y.ts'\nexport const from = 'z';\n";
  assert.deepEqual(listImports(readSource(source)), []);
});
