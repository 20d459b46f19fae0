import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listFiles, repositoryRoot } from './repository.ts';
import { findFaults, type TidyException, type TidyFile, tidyRules } from './tidy.ts';

function readTidyFile(path: string): TidyFile {
  const bytes = readFileSync(join(repositoryRoot, path));
  const isBinary = bytes.subarray(0, 8_000).includes(0);
  return {
    path,
    sizeBytes: statSync(join(repositoryRoot, path)).size,
    text: isBinary ? undefined : bytes.toString('utf8'),
  };
}

function readExceptions(): TidyException[] {
  return JSON.parse(readFileSync(new URL('./tidy-exceptions.json', import.meta.url), 'utf8'));
}

test('every file of the repository is tidy, and every exception is still needed', () => {
  const files = listFiles().map(readTidyFile);
  assert.ok(files.length >= 30, `only ${files.length} files were found`);
  const faults = findFaults(files, readExceptions());
  assert.deepEqual(
    faults.map(({ rule, path, line, why }) => `${path}:${line} ${rule}: ${why}`),
    [],
  );
});

test('every exception gives a reason', () => {
  for (const { rule, path, reason } of readExceptions()) assert.ok(reason.length >= 20, `${rule} of ${path}`);
});

const mark = `TO${'DO'}`;
const plants: readonly (readonly [rule: string, path: string, text: string])[] = [
  ['file-length', 'packages/x/src/a.ts', 'x;\n'.repeat(401)],
  ['file-name', 'packages/x/src/utils.ts', ''],
  ['file-name', 'packages/x/src/helpers/a.ts', ''],
  ['file-name', 'packages/x/src/types.ts', ''],
  ['file-name', 'test/common.ts', ''],
  ['declared-name', 'packages/x/src/a.ts', 'export class KeyManager {}\n'],
  ['declared-name', 'packages/x/src/a.ts', 'export function createClientFactory() {}\n'],
  ['declared-name', 'packages/x/src/a.ts', 'export interface IStore {}\n'],
  ['private-name', 'packages/x/src/a.ts', 'class A { #b = 1; c() { return this._b; } }\n'],
  ['private-name', 'packages/x/src/a.ts', 'class A { private b = 1; }\n'],
  ['unfinished-mark', 'packages/x/src/a.ts', `// ${mark}: later\n`],
  ['unfinished-mark', 'docs/a.md', `${mark}\n`],
  ['machine-path', 'docs/a.md', `see /${'home'}/someone/x\n`],
  ['machine-path', 'packages/x/src/a.ts', `const x = '/${'tmp'}/some-folder/x';\n`],
  ['registry-host', 'docs/a.md', `https://registry.npm${'js'}.org\n`],
  ['lock-host', 'examples/package-lock.json', '{ "resolved": "https://example.com/a.tgz" }\n'],
  ['lock-entry', 'package-lock.json', '{"packages":{"node_modules/a":{"version":"1.0.0"}}}\n'],
  [
    'lock-entry',
    'package-lock.json',
    '{"packages":{"node_modules/a":{"version":"1.0.0","integrity":"sha512-x","hasInstallScript":true}}}\n',
  ],
  ['big-blob', 'docs/a.bin', 'x'.repeat(300_000)],
  ['test-name', 'packages/x/src/a.spec.ts', ''],
  ['test-name', 'packages/x/src/a.test.mjs', ''],
  ['test-name', 'packages/x/src/a.ts', "import { test } from 'node:test';\ntest('x', () => {});\n"],
  ['narrowed-test', 'packages/x/src/a.test.ts', "test.only('x', () => {});\n"],
  ['narrowed-test', 'packages/x/src/a.test.ts', "test('x', { only: true }, () => {});\n"],
  ['own-seed', 'packages/x/src/a.test.ts', 'const seed = Date.now() & 0x7fff_ffff;\n'],
  ['own-seed', 'test/x/a.test.ts', 'const at = Math.random();\n'],
  ['own-seed', 'test/x/a.test.ts', 'const seed = randomInt(2 ** 31);\n'],
  ['absent-document', 'packages/x/src/a.ts', '/** As `plans.md` 3 says. */\n'],
  ['absent-document', 'docs/a.md', 'See docs/plans.md.\n'],
  ['absent-path', 'docs/a.md', 'It is in `packages/x/src/gone.ts`.\n'],
  ['dead-link', 'docs/a.md', 'See [the other](b).\n'],
  ['dead-link', 'docs/a.md', 'See [above](#nothing).\n\n## Something\n'],
  ['dead-link', 'docs/a.md', '![picture](../images/a.png)\n'],
];

for (const [rule, path, text] of plants) {
  test(`${path} with ${JSON.stringify(text.slice(0, 60))} is caught as ${rule}`, () => {
    const faults = findFaults([{ path, sizeBytes: text.length, text }], []);
    assert.deepEqual([...new Set(faults.map((fault) => fault.rule))], [rule]);
  });
}

test('every rule has a planted fault', () => {
  const planted = new Set(plants.map(([rule]) => rule));
  assert.deepEqual(
    Object.keys(tidyRules).filter((rule) => !planted.has(rule)),
    [],
  );
});

test('an exception that nothing needs is a fault, one that is needed hides the fault', () => {
  const file = { path: 'packages/x/src/utils.ts', sizeBytes: 0, text: '' };
  const exception = { rule: 'file-name', path: file.path, reason: 'planted for this test' };
  assert.deepEqual(findFaults([file], [exception]), []);
  assert.equal(
    findFaults([{ ...file, path: 'packages/x/src/a.ts' }], [exception])[0]?.why,
    'this exception is no longer needed',
  );
});

test('links into the repository, to headings, to the web and in code blocks are no faults', () => {
  const text =
    '# A page\n[b](b.md#x) [folder](../docs) [own](#a-page) [web](https://example.com/x)\n```\n[no](no.md)\n```\n`[no](no)`\n';
  const files = ['docs/a.md', 'docs/b.md'].map((path) => ({
    path,
    sizeBytes: 1,
    text: path === 'docs/a.md' ? text : '',
  }));
  assert.deepEqual(findFaults(files, []), []);
});
