import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settings } from './list.ts';

/**
 * Names that no source reads: as a member (`.maxUrlBytes`) or out of a pattern (`{ maxUrlBytes }`). A name of one word is also
 * the name of other things, so that has to be read from settings.
 */
function unreadNames(names: readonly string[], sources: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const isOneWord = /^[a-z0-9]+$/.test(name);
    const read = isOneWord
      ? new RegExp(
          `(?:settings|values|given)(?:\\.values)?\\.${name}\\b|\\{[^{}]*\\b${name}\\b[^{}]*\\} = [^;]*[sS]ettings`,
        )
      : new RegExp(`\\.${name}\\b|[{,]\\s*${name}\\s*[,}]`);
    return !sources.some((source) => read.test(source));
  });
}

test('every setting is read by something', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const files = globSync(['server/src/**/*.ts', 'cli/src/**/*.ts'], { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts') && !/\/(?:contract|test-support)\//.test(file),
  );
  assert.ok(files.length > 400);
  const sources = files.map((file) => readFileSync(root + file, 'utf8'));
  // A setting whose every other value is refused has no reader yet.
  const names = Object.entries(settings).flatMap(([name, { notBuilt }]) => (notBuilt === undefined ? [name] : []));
  assert.ok(names.length > 60);
  assert.deepEqual(unreadNames(names, sources), []);
  assert.deepEqual(unreadNames(['meta', 'maxNothing', 'blobs', ...names.slice(0, 2)], sources), [
    'meta',
    'maxNothing',
    'blobs',
  ]);
});
