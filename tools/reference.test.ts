import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { settleReference } from './reference.ts';
import { code, formatPage, formatTable } from './reference-text.ts';
import { repositoryRoot } from './repository.ts';
import { plantTree } from './test-tree.ts';

const pages = { 'a.md': () => 'one\n', 'b.md': () => Promise.resolve('two\n') };

test('pages that are missing, changed or no longer made are named, and check writes nothing', async (context) => {
  const root = plantTree(context, { 'ref/a.md': 'old\n', 'ref/c.md': 'gone\n' }, []);
  const folder = join(root, 'ref');
  assert.deepEqual(await settleReference(folder, pages, 'check'), ['a.md', 'b.md', 'c.md']);
  assert.deepEqual(readdirSync(folder).sort(), ['a.md', 'c.md']);
  assert.deepEqual(await settleReference(folder, pages, 'write'), ['a.md', 'b.md', 'c.md']);
  assert.deepEqual(readdirSync(folder).sort(), ['a.md', 'b.md']);
  assert.equal(readFileSync(join(folder, 'a.md'), 'utf8'), 'one\n');
  assert.deepEqual(await settleReference(folder, pages, 'check'), []);
});

test('the pages in the repository are what the declarations say', async () => {
  const { referencePages } = await import('./reference-pages.ts');
  assert.ok(Object.keys(referencePages).length >= 4);
  assert.deepEqual(await settleReference(join(repositoryRoot, 'docs/reference'), referencePages, 'check'), []);
});

test('settings that this version refuses are not in the reference', async () => {
  const { referencePages } = await import('./reference-pages.ts');
  const page = String(await referencePages['settings.md']?.());
  assert.match(page, /`inline_max_bytes`|`workers`/);
  for (const name of ['meta', 'blobs', 'upstream', 'durability'])
    assert.doesNotMatch(page, new RegExp(`\`${name}\`|TIDEGATE_${name.toUpperCase()}\\b`), name);
});

test('cells keep a table whole, and a page begins with its mark', () => {
  assert.equal(
    formatTable(['a', 'b'], [['x|y', 'two\nlines'], ['one']]),
    '| a | b |\n|---|---|\n| x\\|y | two lines |\n| one |  |\n',
  );
  assert.equal(code(''), '');
  assert.equal(code('a`b'), '`` a`b ``');
  assert.match(formatPage('T', 'i', 'b\n\n'), /^<!-- Generated .*\n\n# T\n\ni\n\nb\n$/);
});
