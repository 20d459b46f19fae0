import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listFiles, readText } from './repository.ts';
import { type Lock, listRuntimePackages } from './supply-chain.ts';

const workspaces = ['packages/presign', 'packages/protocol', 'packages/server', 'packages/cli', 'packages/upload'];
/** Of examples that need packages of others: programs of their own, which nothing of ours runs. */
const exampleLocks = ['express', 'fastify', 'next'].map((name) => `examples/upload-${name}/package-lock.json`);

test('SEC-1001 the packages that run with ours are those of the list, and no more', () => {
  const lock: Lock = JSON.parse(readText('package-lock.json'));
  const expected = JSON.parse(readText('tools/runtime-packages.json'));
  const actual = Object.fromEntries(workspaces.map((path) => [path, listRuntimePackages(lock, path)]));
  assert.deepEqual(actual['packages/presign'], []);
  assert.deepEqual(actual['packages/upload'], []);
  // A longer list is a decision: argue for it in the change that also changes tools/runtime-packages.json.
  assert.deepEqual(actual, expected);
});

test('SEC-1001 a package that comes in through another one is found, nearest first, and links are walked through', () => {
  const lock: Lock = {
    packages: {
      'packages/a': { dependencies: { b: '1', ours: '1' }, optionalDependencies: { absent: '1' } },
      'packages/ours': { dependencies: { c: '1' } },
      'node_modules/ours': { link: true, resolved: 'packages/ours' },
      'node_modules/b': { dependencies: { c: '1', '@s/d': '1' } },
      'node_modules/b/node_modules/c': { dependencies: { e: '1' } },
      'node_modules/c': {},
      'node_modules/@s/d': {},
      'node_modules/e': {},
      'node_modules/unused': {},
    },
  };
  assert.deepEqual(listRuntimePackages(lock, 'packages/a'), ['@s/d', 'b', 'c', 'e']);
});

test('SEC-1002 SEC-1003 the lock is the only one beside those of examples, names no place and lets one package alone run a script', () => {
  const lock: { packages: Record<string, { integrity?: string; hasInstallScript?: boolean; link?: boolean }> } =
    JSON.parse(readText('package-lock.json'));
  const entries = Object.entries(lock.packages).filter(
    ([path, entry]) => path.includes('node_modules/') && entry.link !== true,
  );
  assert.ok(entries.length >= 100);
  assert.deepEqual(
    entries.filter(([, entry]) => !entry.integrity?.startsWith('sha512-')).map(([path]) => path),
    [],
  );
  // fsevents is optional and of macOS; it is not in allowScripts, so npm leaves its script alone.
  const withScript = entries
    .filter(([path, entry]) => entry.hasInstallScript && !path.endsWith('/fsevents'))
    .map(([path]) => path);
  assert.deepEqual(withScript, ['node_modules/node']);
  assert.deepEqual(JSON.parse(readText('package.json')).allowScripts, { node: true });
  assert.deepEqual(
    listFiles().filter((path) => /(?:package-lock|npm-shrinkwrap)\.json$|yarn\.lock$/.test(path)),
    [...exampleLocks, 'package-lock.json'],
  );
  for (const path of exampleLocks) {
    const { packages }: { packages: Record<string, { integrity?: string }> } = JSON.parse(readText(path));
    const unproven = Object.entries(packages).filter(
      ([name, { integrity }]) => name !== '' && !integrity?.startsWith('sha512-'),
    );
    assert.deepEqual(unproven, [], path);
  }
});

test('SEC-1009 SECURITY.md says where to report, and what happens by when', () => {
  const text = readText('SECURITY.md');
  for (const promise of [/Report it privately/, /^## Scope$/m, /3 days/, /30 days/, /CVE/, /adds a row/])
    assert.match(text, promise);
});

/** The text of a hosted workflow. */
function workflow(name: string): string {
  return readText(`.github/workflows/${name}.yml`);
}

test('SEC-1010 hosted actions are pinned by commit, and may write only where a release is made', () => {
  const workflows = listFiles().filter((path) => path.startsWith('.github/workflows/'));
  assert.deepEqual(workflows, ['.github/workflows/ci.yml', '.github/workflows/publish.yml']);
  for (const path of workflows) {
    const text = readText(path);
    for (const [, action = ''] of text.matchAll(/uses:\s*(\S+)/g)) assert.match(action, /@[0-9a-f]{40}$/, action);
    assert.match(text, /^permissions:\n {2}contents: read$/m);
    assert.doesNotMatch(text, /secrets\.|pull_request_target|write-all|continue-on-error/);
  }
  const writes = (text: string): readonly string[] =>
    Array.from(text.matchAll(/^ *([\w-]+: write)$/gm), ([, what]) => what ?? '');
  assert.deepEqual(writes(workflow('ci')), []);
  assert.deepEqual(writes(workflow('publish')), ['id-token: write', 'contents: write']);
});

test('SEC-1004 a release is made from a signed tag, without a stored token, with provenance', () => {
  const publish = workflow('publish');
  for (const line of [/^ {2}release:$/m, /verification\.verified/, /npm publish --provenance/, /^ {4}needs: tag$/m])
    assert.match(publish, line);
  assert.doesNotMatch(publish, /NODE_AUTH_TOKEN|_authToken/);
  const [, names = ''] = /for name in ([\w ]+); do/.exec(publish) ?? [];
  assert.deepEqual(
    names.split(' ').sort(),
    [...workspaces, 'packages/console'].map((path) => path.slice('packages/'.length)).sort(),
  );
});

test('SEC-1005 hosted CI checks signatures and advisories of everything that runs with a release', () => {
  const audit = workflow('ci');
  for (const line of [/^ +- run: npm audit signatures$/m, /npm audit --package-lock-only --audit-level=high$/m])
    assert.match(audit, line);
  assert.doesNotMatch(audit, /npm audit .*--omit/, 'npm then leaves out what a development tool needs too');
});

test('SEC-1011 the packages and the pinned Node are at least 24.14', () => {
  for (const path of ['packages/server', 'packages/cli']) {
    assert.equal(JSON.parse(readText(`${path}/package.json`)).engines.node, '>=24.14', path);
  }
  const [major = 0, minor = 0] = readText('.node-version').trim().split('.').map(Number);
  assert.ok(major > 24 || (major === 24 && minor >= 14));
  assert.equal(readText('.node-version').trim(), JSON.parse(readText('package.json')).devDependencies.node);
});
