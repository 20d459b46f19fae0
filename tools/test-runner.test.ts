import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { plantTree } from './test-tree.ts';

const head = "import { test } from 'node:test';\n";
const passing = `${head}test('one', () => {});\ntest('two', () => { console.log('seed 42'); });\n`;

const runnerFiles = [
  'test.mjs',
  'bundle.mjs',
  'test-run.ts',
  'test-report.ts',
  'test-events.ts',
  'test-process.ts',
  'test-child.ts',
  'test-seed.ts',
] as const;

function runTests(
  context: TestContext,
  files: Readonly<Record<string, string>>,
  ci: 'ci' | 'local',
  args: string[] = [],
) {
  const tree = {
    'package.json': '{ "type": "module" }',
    'packages/x/src/empty.txt': '',
    'tools/allowed-skips.json': '[]',
    ...files,
  };
  const root = plantTree(context, tree, runnerFiles);
  // Inside a test process the runner would join this run instead of starting its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const answer = spawnSync(process.execPath, [join(root, 'tools/test.mjs'), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...env, CI: ci === 'ci' ? 'true' : '' },
  });
  return {
    code: answer.status,
    text: answer.stdout + answer.stderr,
    lastLine: answer.stdout.trimEnd().split('\n').at(-1),
  };
}

test('a good run ends with its sums alone on the last line, and keeps the seeds', (context) => {
  const answer = runTests(context, { 'packages/x/src/a.test.ts': passing }, 'ci');
  assert.equal(answer.code, 0, answer.text);
  assert.equal(answer.lastLine, '2 passed, 0 failed');
  assert.match(answer.text, /seed 42/);
});

test('a run that finds no test file, or whose filter matches none, fails', (context) => {
  assert.deepEqual(runTests(context, {}, 'ci').code, 1);
  const filtered = runTests(context, { 'packages/x/src/a.test.ts': passing }, 'ci', ['nothing']);
  assert.equal(filtered.code, 1);
  assert.match(filtered.text, /No test file matches nothing/);
  const misspelt = runTests(context, { 'packages/x/src/a.test.ts': passing }, 'ci', ['--agian']);
  assert.equal(misspelt.code, 1);
  assert.match(misspelt.text, /There is no option --agian/);
});

const faults: readonly (readonly [title: string, source: string, shown: RegExp])[] = [
  ['a failed test', `${head}test('bad', () => { throw new Error('broken'); });`, /bad.*[\s\S]*broken/],
  ['a file that throws before its tests', "throw new Error('early');", /ended with an error[\s\S]*early/],
  [
    'a file that throws after it declared a test',
    `${head}test('fine', () => {});\nthrow new Error('early');`,
    /ended with an error[\s\S]*early/,
  ],
  ['a file without a test', 'export const nothing = 1;', /contains no test/],
  [
    'a file that fails after its tests',
    `${head}test('fine', () => {});\nprocess.on('exit', () => { process.exitCode = 3; });`,
    /ended with an error/,
  ],
];
for (const folder of ['packages/x/src', 'test/x']) {
  for (const [title, source, shown] of faults) {
    test(`in ${folder} ${title} fails the run and is named`, (context) => {
      const files = { [`${folder}/a.test.ts`]: passing, [`${folder}/b.test.ts`]: source };
      const answer = runTests(context, files, 'local', [folder]);
      assert.equal(answer.code, 1, answer.text);
      assert.match(answer.text, shown);
      assert.match(answer.lastLine ?? '', /^\d passed, 1 failed$/);
    });
  }
}

test('a skipped test is counted locally, fails with CI=true, and passes there when it is listed', (context) => {
  const files = { 'packages/x/src/a.test.ts': `${passing}test('later', { skip: 'no tool' }, () => {});\n` };
  assert.equal(runTests(context, files, 'local').lastLine, '2 passed, 0 failed, 1 skipped');
  assert.equal(runTests(context, files, 'ci').lastLine, '2 passed, 1 failed');
  const allowed = [{ file: 'packages/x/src/a.test.ts', name: 'later', reason: 'shown here' }];
  const listed = runTests(context, { ...files, 'tools/allowed-skips.json': JSON.stringify(allowed) }, 'ci');
  assert.equal(listed.lastLine, '2 passed, 0 failed, 1 skipped');
});

/** Leaves a process running that writes its id to the named file, and does what is given. */
function leaving(file: string, rest: string): string {
  return `${head}import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
test('fine', () => {});
test('leaves a child', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'pipe'] });
  writeFileSync(${JSON.stringify(file)}, String(child.pid));
  ${rest}
});
`;
}

function isAlive(pid: number): boolean {
  try {
    // Killed, but not waited for by anybody: a container's first process may not do that.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Runs one file that leaves a process, and says what came of it and whether that is alive. */
async function runLeaving(context: TestContext, rest: string, args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-runner-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'pid');
  const files = { 'test/x/a.test.ts': leaving(file, rest), 'test/x/b.test.ts': passing };
  const answer = runTests(context, files, 'local', ['test/x', ...args]);
  const pid = Number(readFileSync(file, 'utf8'));
  for (let tries = 0; process.platform === 'linux' && isAlive(pid) && tries < 600; tries += 1) await setTimeout(100);
  if (process.platform === 'linux') assert.equal(isAlive(pid), false, 'what it started is ended too');
  return answer;
}

test('a file whose test does not end is ended by its own limit, with what it started; the next file runs', async (context) => {
  const answer = await runLeaving(context, 'await new Promise(() => {});', ['--file-seconds=8']);
  assert.equal(answer.code, 1, answer.text);
  assert.match(answer.text, /the file was ended after 8 s, in: leaves a child {2}\(line 5\)/);
  assert.equal(answer.lastLine, '3 passed, 1 failed');
});

test('a failed test that leaves a process running costs no more than the timeout for that, and both are reported', async (context) => {
  const answer = await runLeaving(context, "throw new Error('broken');", ['--leftover-seconds=3']);
  assert.equal(answer.code, 1, answer.text);
  assert.match(answer.text, /leaves a child[\s\S]*broken/);
  assert.match(answer.text, /it was still alive 3 s after its last test/);
  assert.equal(answer.lastLine, '3 passed, 2 failed');
});

const fickle = `${head}import { existsSync, writeFileSync } from 'node:fs';
test('fine', () => {});
test('fickle', () => {
  if (existsSync('seen')) return;
  writeFileSync('seen', '');
  console.log('said by the first run');
  throw new Error('the first time');
});
`;

test('with --again a file that fails once runs once more: what failed is shown whole, and counted as flaky', (context) => {
  const files = { 'test/x/a.test.ts': fickle, 'test/x/b.test.ts': passing };
  const answer = runTests(context, files, 'ci', ['test/x', '--again']);
  assert.equal(answer.code, 0, answer.text);
  assert.equal(answer.lastLine, '4 passed, 0 failed, 1 flaky');
  const [, flaky = ''] = answer.text.split('\nFlaky:\n');
  assert.match(flaky, /✗ test\/x\/a\.test\.ts\n +fickle {2}\(line \d+\)\n +Error: the first time\n/);
  assert.match(flaky, /said by the first run/);
});

test('a file that fails twice has failed, both failures are shown, and without --again it runs once', (context) => {
  const failing = `${head}test('bad', () => { throw new Error('broken'); });`;
  const twice = runTests(context, { 'test/x/a.test.ts': failing }, 'ci', ['test/x', '--again']);
  assert.equal(twice.code, 1);
  assert.match(twice.text, /the first time:[\s\S]*broken[\s\S]*the second time:[\s\S]*broken/);
  assert.equal(twice.lastLine, '0 passed, 1 failed');
  const once = runTests(context, { 'test/x/a.test.ts': fickle }, 'ci', ['test/x']);
  assert.equal(once.lastLine, '1 passed, 1 failed');
});

test('a run that is killed ends the tests that it had started', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-runner-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'pid');
  const tree = {
    'package.json': '{ "type": "module" }',
    'tools/allowed-skips.json': '[]',
    'test/x/a.test.ts': leaving(file, 'await new Promise(() => {});'),
  };
  const root = plantTree(context, tree, runnerFiles);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'tools/test.mjs'), 'test/x'], { cwd: root, env, stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  for (let tries = 0; !existsSync(file) && tries < 600; tries += 1) await setTimeout(100);
  const pid = Number(readFileSync(file, 'utf8'));
  child.kill('SIGKILL');
  for (let tries = 0; process.platform === 'linux' && isAlive(pid) && tries < 600; tries += 1) await setTimeout(100);
  if (process.platform === 'linux') assert.equal(isAlive(pid), false);
});
