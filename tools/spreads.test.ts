import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { repositoryRoot } from './repository.ts';
import { findSpreads } from './spreads.ts';
import { plantTree } from './test-tree.ts';

test('no class instance and no interface with methods is spread', () => {
  const projects = globSync('packages/*/tsconfig.json', { cwd: repositoryRoot });
  const { files, spreads, found } = findSpreads(repositoryRoot, ['tsconfig.tests.json', ...projects]);
  assert.ok(files > 1_200 && spreads > 800, `${files} files, ${spreads} spreads`);
  assert.deepEqual(found, []);
});

const planted = {
  'class.ts': 'class Store { get() { return 1; } }\nexport const a = { ...new Store(), get: () => 2 };\n',
  'interface.ts': 'interface Clock { nowMs(): number }\nexport const b = (clock: Clock) => ({ ...clock });\n',
  'optional.ts': 'class Store { #x = 1; get() { return this.#x; } }\nexport const c = (s?: Store) => ({ ...s });\n',
  'data.ts':
    'type Data = { readonly run: () => void; stop(): void };\nexport const d = (data: Data) => ({ ...data, ...(data && { x: 1 }) });\n',
};

test('planted spreads are found, and those of data are not', (context) => {
  const root = plantTree(
    context,
    { ...planted, 'tsconfig.json': '{"compilerOptions":{"strict":true,"types":[]}}' },
    [],
  );
  const { files, spreads, found } = findSpreads(root, ['tsconfig.json']);
  assert.deepEqual([files, spreads], [4, 5]);
  assert.deepEqual(found.map(({ path, line, type }) => [path, line, type]).toSorted(), [
    ['class.ts', 2, 'Store'],
    ['interface.ts', 2, 'Clock'],
    ['optional.ts', 2, 'Store | undefined'],
  ]);
});
