import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CliError } from '../core/errors.ts';
import { parseCopyPlace } from './copy-place.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-copy-place-'));
const before = process.cwd();
process.chdir(folder);
mkdirSync('reports');
writeFileSync('reports/here.pdf', '');
after(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

for (const [argument, end, kind] of [
  ['-', 'source', 'stream'],
  ['q3.pdf', 'source', 'file'],
  ['./a/b', 'source', 'file'],
  ['/a/b', 'destination', 'file'],
  ['..', 'destination', 'file'],
  ['s3://b/k', 'source', 'object'],
  ['s3://b', 'destination', 'object'],
  ['elsewhere/k', 'destination', 'object'],
  ['reports/gone.pdf', 'source', 'object'],
] as const) {
  test(`${argument} as a ${end} is a ${kind}`, () => {
    assert.equal(parseCopyPlace(argument, end).kind, kind);
  });
}

for (const [argument, end] of [
  ['reports/here.pdf', 'source'],
  ['reports/new.pdf', 'destination'],
  ['https://h/b', 'source'],
  ['s3:///k', 'source'],
  ['', 'source'],
] as const) {
  test(`${JSON.stringify(argument)} as a ${end} is refused: nobody can tell what it is`, () => {
    assert.throws(
      () => parseCopyPlace(argument, end),
      (error) => error instanceof CliError && error.parts.exit === 2,
    );
  });
}
