import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseSeed } from './test-seed.ts';
import { plantTree } from './test-tree.ts';

const sources = {
  'package-lock.json': '{}',
  'packages/x/src/a.ts': 'export const a = 1;\n',
  'packages/x/src/a.test.ts': '',
  'test/x/b.test.ts': '',
  'docs/a.md': 'text',
};

const seedOf = (root: string, given?: string, unasked: 'fixed' | 'random' = 'fixed') =>
  chooseSeed({ root, given, unasked }).seed;

test('in CI the same sources have the same seed, wherever they lie and whatever programs left among them', (context) => {
  const seed = seedOf(plantTree(context, sources, []));
  assert.match(seed, /^\d+$/);
  assert.equal(seedOf(plantTree(context, sources, [])), seed);
  const made = {
    ...{ 'packages/x/dist/a.js': '1', 'packages/x/node_modules/b/index.js': '1', 'test/x/__pycache__/b.pyc': '1' },
    ...{ 'packages/x/tsconfig.tsbuildinfo': '{}', 'docs/a.md': 'another text', 'ci.json': '{}' },
  };
  assert.equal(seedOf(plantTree(context, { ...sources, ...made }, [])), seed);
});

for (const [what, change] of [
  ['another line of code', { 'packages/x/src/a.ts': 'export const a = 2;\n' }],
  ['another test', { 'test/x/c.test.ts': '' }],
  ['other packages', { 'package-lock.json': '{ "a": 1 }' }],
] as const) {
  test(`in CI ${what} has another seed`, (context) => {
    const root = plantTree(context, sources, []);
    assert.notEqual(seedOf(plantTree(context, { ...sources, ...change }, [])), seedOf(root));
  });
}

test('a seed that is given is taken; elsewhere, and where chance is asked for, each run draws its own', (context) => {
  const root = plantTree(context, sources, []);
  assert.equal(seedOf(root, '42'), '42');
  assert.equal(seedOf(root, '42', 'random'), '42');
  for (const [given, unasked] of [
    ['random', 'fixed'],
    [undefined, 'random'],
    ['', 'random'],
  ] as const) {
    // One in 2³⁰ is equal by chance, four of them never.
    const drawn = new Set(Array.from({ length: 5 }, () => seedOf(root, given, unasked)));
    assert.ok(drawn.size > 1, `${given} ${unasked}`);
    for (const seed of drawn) assert.ok(Number(seed) < 2 ** 30, seed);
  }
});

const runnerFiles = [
  ...['test.mjs', 'bundle.mjs', 'test-run.ts', 'test-report.ts', 'test-events.ts', 'test-process.ts', 'test-child.ts'],
  'test-seed.ts',
];

/** Runs a planted file that reads its seed, with the real runner. @returns the seed that both told */
function printedSeed(root: string, env: Record<string, string>, args: readonly string[]) {
  const { NODE_TEST_CONTEXT: _, TIDEGATE_SEED: __, ...outer } = process.env;
  const answer = spawnSync(process.execPath, [join(root, 'tools/test.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...outer, CI: 'true', ...env },
  });
  assert.equal(answer.status, 0, answer.stdout + answer.stderr);
  const [, ofRun] = /^seed (\d+): /m.exec(answer.stdout) ?? [];
  const [, ofFile] = /^ {2}seed (\d+) \(TIDEGATE_SEED=\1 repeats the run\)$/m.exec(answer.stdout) ?? [];
  assert.equal(ofFile, ofRun, answer.stdout);
  return ofRun;
}

for (const folder of ['packages/x/src', 'test/x']) {
  test(`a run tells its seed, and the files in ${folder} have it: the same twice in CI, another with --random, the one that is given`, (context) => {
    const seedFile = JSON.stringify(`${'../'.repeat(folder.split('/').length)}test/seed.ts`);
    const planted = {
      'package.json': '{ "type": "module" }',
      'packages/x/src/empty.txt': '',
      'tools/allowed-skips.json': '[]',
      [`${folder}/a.test.ts`]: `import { test } from 'node:test';\nimport { readSeed } from ${seedFile};\nreadSeed();\ntest('x', () => {});\n`,
      'test/seed.ts': readFileSync(new URL('../test/seed.ts', import.meta.url), 'utf8'),
    };
    const root = plantTree(context, planted, runnerFiles);
    const seed = printedSeed(root, {}, [folder]);
    assert.equal(printedSeed(root, {}, [folder]), seed);
    assert.notEqual(printedSeed(root, {}, [folder, '--random']), seed);
    assert.equal(printedSeed(root, { TIDEGATE_SEED: '7' }, [folder]), '7');
  });
}
