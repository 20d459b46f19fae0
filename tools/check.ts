import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, repositoryRoot } from './repository.ts';

// `npm run check`: types, lint, and the tests that import what has changed since `main`, directly or through other files.

/** Paths that differ from where this branch left `main`, untracked ones included. */
function listChanged(): string[] {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' }).stdout.trim();
  const base = git('merge-base', 'HEAD', 'main') || 'HEAD';
  const named = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')];
  return named
    .flatMap((text) => text.split('\n'))
    .filter((path) => path !== '' && existsSync(join(repositoryRoot, path)));
}

/** The unit tests that import one of the files, or are one of them. Packages import each other by name: by what their entry exports. */
function findTests(changed: readonly string[]): string[] {
  const sources = listFiles().filter((path) => /^(?:packages|tools|test)\/.*\.tsx?$/.test(path));
  const importers = new Map<string, string[]>();
  for (const path of sources) {
    const text = readFileSync(join(repositoryRoot, path), 'utf8');
    for (const [, specifier = ''] of text.matchAll(/(?:from|import\(?)\s*'(\.[^']+)'/g)) {
      const target = join(path, '..', specifier);
      importers.set(target, [...(importers.get(target) ?? []), path]);
    }
  }
  const reached = new Set(changed);
  for (const path of reached) for (const importer of importers.get(path) ?? []) reached.add(importer);
  return [...reached].filter((path) => /^(?:packages|tools)\/.*\.test\.ts$/.test(path)).sort();
}

function run(name: string, program: string, ...args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once('close', (code) => {
      process.stdout.write(code === 0 ? `✓ ${name}\n` : `✗ ${name}\n${output}\n`);
      resolve(code === 0);
    });
  });
}

/** More tests than this take longer than anybody waits between two edits: `npm test` runs them. */
const maxTests = 25;

const changed = listChanged();
const tests = findTests(changed);
const near = tests.filter((path) =>
  changed.some((file) => path === file || path === file.replace(/\.ts$/, '.test.ts')),
);
const chosen = tests.length <= maxTests ? tests : near;
const bin = (name: string) => join(repositoryRoot, 'node_modules/.bin', name);
const linted = changed.filter((path) => /\.(?:[cm]?[jt]sx?|json|css)$/.test(path));
const steps = [run('types', bin('tsc'), '-b')];
if (linted.length > 0)
  steps.push(run('lint', bin('biome'), 'check', '--error-on-warnings', '--no-errors-on-unmatched', ...linted));
if (chosen.length > 0)
  steps.push(run(`${chosen.length} files of tests`, process.execPath, 'tools/test.mjs', ...chosen));
const verdicts = await Promise.all(steps);
if (chosen.length < tests.length)
  process.stdout.write(`${tests.length - chosen.length} more files of tests import what changed: npm test runs them\n`);
process.exitCode = verdicts.every(Boolean) ? 0 : 1;
