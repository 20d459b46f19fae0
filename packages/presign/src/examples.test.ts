import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as library from './index.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const block = /^ \* @example\n \* ```js\n([\s\S]*?)^ \* ```$[\s\S]*?^export (?:async )?(?:function|class) (\w+)/gm;

const examples = new Map(
  globSync('**/*.ts', { cwd: source }).flatMap((path) =>
    [...readFileSync(join(source, path), 'utf8').matchAll(block)].map(
      ([, text = '', name = '']) => [name, text.replaceAll(/^ \* ?/gm, '')] as const,
    ),
  ),
);

test('every name of the main entry has an example', () => {
  assert.deepEqual([...examples.keys()].sort(), Object.keys(library).sort());
});

for (const [name, text] of examples) {
  test(`the example of ${name} runs`, async (context) => {
    const log = context.mock.method(console, 'log', () => undefined);
    const code = text.replace("'@tidegate/presign'", JSON.stringify(new URL('index.ts', import.meta.url).href));
    await import(`data:text/javascript,${encodeURIComponent(code)}`);
    assert.ok(log.mock.callCount() > 0);
    const shown = log.mock.calls.map(({ arguments: values }) => values.join(' '));
    for (const [, expected = ''] of text.matchAll(/console\.log\(.*\); \/\/ (?!then)(.*)$/gm))
      assert.ok(shown.includes(expected), shown.join('\n'));
  });
}
