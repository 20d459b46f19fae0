import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { repositoryRoot } from './repository.ts';
import { plantTree } from './test-tree.ts';

/** A fake npm: records its arguments, and fails on request. */
const fakeNpm = `
const fs = require('node:fs');
fs.appendFileSync('calls.txt', process.argv.slice(2).join(' ') + '\\n');
if (process.env.FAKE_NPM_FAILS) process.exit(7);
fs.mkdirSync('node_modules', { recursive: true });
`;

function plantCheckout(context: TestContext): string {
  return plantTree(context, { 'package-lock.json': '{"lockfileVersion":3}\n', 'npm-cli.js': fakeNpm }, [
    'bootstrap.mjs',
  ]);
}

function bootstrap(root: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const answer = spawnSync(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: '', npm_execpath: join(root, 'npm-cli.js'), ...env },
  });
  const calls = join(root, 'calls.txt');
  return {
    code: answer.status,
    stdout: answer.stdout,
    stderr: answer.stderr,
    calls: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
  };
}

test('the first set-up runs npm ci once, says so on stderr, and the second one does nothing', (context) => {
  const root = plantCheckout(context);
  const first = bootstrap(root);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(first.calls, ['ci --no-fund --no-audit --loglevel=error']);
  assert.match(first.stderr, /installing the packages/);
  assert.equal(first.stdout, '');
  const second = bootstrap(root, ['--console']);
  assert.deepEqual([second.code, second.stderr, second.calls.length], [0, '', 1]);
});

test('what npm ci by hand brought is not installed again, unless it is other than the lock', (context) => {
  const root = plantTree(
    context,
    {
      'package-lock.json':
        '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"},"node_modules/b":{"optional":true}}}',
      'npm-cli.js': fakeNpm,
      'node_modules/.package-lock.json': '{"packages":{"node_modules/a":{"version":"1.0.0"}}}',
    },
    ['bootstrap.mjs'],
  );
  const own = join(root, 'node_modules/node/bin');
  mkdirSync(own, { recursive: true });
  symlinkSync(process.execPath, join(own, 'node'));
  const first = bootstrap(root);
  assert.deepEqual([first.code, first.stderr, first.calls], [0, '', []]);
  writeFileSync(join(root, 'package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.1"}}}');
  assert.equal(bootstrap(root).calls.length, 1);
});

test('a changed lock is installed again', async (context) => {
  const root = plantCheckout(context);
  bootstrap(root);
  const { appendFileSync } = await import('node:fs');
  appendFileSync(join(root, 'package-lock.json'), ' ');
  assert.equal(bootstrap(root).calls.length, 2);
});

test('a failed npm ci is refused, and tried again the next time', (context) => {
  const root = plantCheckout(context);
  const failed = bootstrap(root, [], { FAKE_NPM_FAILS: '1' });
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /npm ci failed with code 7/);
  assert.equal(bootstrap(root).code, 0);
});

test('without npm and without a lock the text says what is missing', (context) => {
  const root = plantCheckout(context);
  assert.match(bootstrap(root, [], { npm_execpath: '' }).stderr, /npm was not found/);
  const empty = plantTree(context, {}, ['bootstrap.mjs']);
  assert.match(bootstrap(empty).stderr, /package-lock.json is missing/);
});

/** Runs the bootstrap on a Node that says it is another version. */
function bootstrapOn(version: string, root: string) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  return bootstrap(root, [], { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(pretend)}` });
}

test('a Node that is too old is refused in one sentence before anything is installed', (context) => {
  for (const version of ['14.21.3', '16.20.2', '18.20.8', '19.9.0', '20.18.3', '21.7.3', '22.11.0']) {
    const root = plantCheckout(context);
    const { code, stderr, calls } = bootstrapOn(version, root);
    assert.equal(code, 1, version);
    assert.equal(
      stderr,
      `bootstrap: Tidegate needs Node 20.19 or newer (of Node 22: 22.12); this is ${version}. Nothing was installed.\n`,
    );
    assert.deepEqual([calls, existsSync(join(root, 'node_modules'))], [[], false]);
  }
  for (const version of ['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.0.0', '26.1.0'])
    assert.doesNotMatch(bootstrapOn(version, plantCheckout(context)).stderr, /needs Node/, version);
});

test('the manifest, the documents and CI name the oldest Node that the bootstrap takes', () => {
  const range = '^20.19.0 || >=22.12.0';
  const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
  assert.equal(JSON.parse(read('package.json')).engines.node, range);
  for (const path of ['README.md', 'CONTRIBUTING.md', 'docs/guide/start.md', '.ci/run']) {
    assert.match(read(path), /Node 20\.19 or newer/, path);
    assert.doesNotMatch(read(path), /\b(?:Node )?18 (?:on|or newer)/, path);
  }
  assert.match(read('.github/workflows/ci.yml'), /node: \[20, 22, 24\]/);
});

test('an unknown argument is refused by name', (context) => {
  const answer = bootstrap(plantCheckout(context), ['--consle']);
  assert.equal(answer.code, 1);
  assert.match(answer.stderr, /unknown argument --consle/);
});
