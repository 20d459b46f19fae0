import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const toolsFolder = fileURLToPath(new URL('.', import.meta.url));

/**
 * Makes a fresh folder with the given files (path → text), and the named tools of this folder copied into its `tools/`.
 * It is removed when the test ends.
 */
export function plantTree(
  test: TestContext,
  files: Readonly<Record<string, string>>,
  tools: readonly string[],
): string {
  const root = mkdtempSync(join(tmpdir(), 'tidegate-tree-'));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const tool of tools) cpSync(join(toolsFolder, tool), join(root, 'tools', tool));
  return root;
}
