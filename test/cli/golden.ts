import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = new URL('./golden/', import.meta.url);

/** Compares a text with its golden file. `UPDATE_GOLDEN=1` writes the file instead, for a person to look at. */
export function assertGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`${name}.txt`, folder));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.ok(
    existsSync(file),
    `There is no golden file ${name}.txt. Look at the output, then run with UPDATE_GOLDEN=1.`,
  );
  assert.equal(text, readFileSync(file, 'utf8'));
}
