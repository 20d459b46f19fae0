import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { formatTable, runStep, runSteps, type Step, sumResults } from './ci-steps.ts';
import { plantTree } from './test-tree.ts';

async function runScript(
  context: TestContext,
  script: string,
  step: Partial<Step> = {},
  mode: 'ci' | 'local' = 'local',
) {
  const root = plantTree(context, {}, []);
  const said: string[] = [];
  const whole: Step = { name: 'planted', command: [process.execPath, '-e', script], maxSeconds: 30, ...step };
  const result = await runStep(whole, { root, logFolder: `${root}/logs`, mode, say: (text) => said.push(text) });
  return { result, said: said.join('') };
}

test('a step that ends with 0 has passed, and its sums are read from its last line of sums', async (context) => {
  const { result } = await runScript(
    context,
    "console.log('1 passed, 0 failed\\nmore\\n7 passed, 0 failed, 2 skipped')",
  );
  assert.deepEqual([result.verdict, result.tests], ['passed', { passed: 7, failed: 0 }]);
});

test('a step that passed at a second try shows what failed before, and counts it beside the others', async (context) => {
  const text = [
    'seed=1',
    '✓ a',
    'Flaky:',
    '    ✗ test/x: it broke',
    '      9 passed, 9 failed',
    '',
    '7 passed, 0 failed, 1 flaky',
  ].join('\\n');
  const { result, said } = await runScript(context, `console.log('${text}')`);
  assert.deepEqual([result.verdict, result.tests], ['passed', { passed: 7, failed: 0, flaky: 1 }]);
  assert.match(said, /^ {2}seed=1$/m);
  assert.match(said, /^ {4}Flaky:\n {8}✗ test\/x: it broke$/m);
  assert.doesNotMatch(said, /^7 passed/m);
  assert.match(formatTable([result]), /passed \(7 passed, 0 failed, 1 flaky\)$/m);
  assert.deepEqual(sumResults([result]), { passed: 7, failed: 0, skipped: 0 });
});

test('a step that fails says why and shows its output, indented', async (context) => {
  const { result, said } = await runScript(context, "console.log('5 passed, 1 failed'); process.exit(3)");
  assert.deepEqual([result.verdict, result.why], ['failed', 'exit code 3']);
  assert.match(said, /^ {4}5 passed, 1 failed$/m);
  assert.doesNotMatch(said, /^5 passed/m);
});

test('neighbors that may run in parallel run two at a time, and their results come in the order of the list', async (context) => {
  const root = plantTree(context, {}, []);
  // Each of the two ends only when it has seen the other; what comes after them sees both.
  const meet = (own: string, ...others: readonly string[]) =>
    `const { existsSync, writeFileSync } = require('node:fs');
     const others = ${JSON.stringify(others)};
     if (${JSON.stringify(own)} === 'last' && !others.every(existsSync)) process.exit(1);
     writeFileSync(${JSON.stringify(own)}, '');
     const timer = setInterval(() => others.every(existsSync) && clearInterval(timer), 10);`;
  const stepOf = (name: string, script: string, beside: boolean): Step => ({
    name,
    command: [process.execPath, '-e', script],
    maxSeconds: 30,
    beside,
  });
  const steps = [
    stepOf('first', meet('first'), false),
    stepOf('a', meet('a', 'first', 'b'), true),
    stepOf('b', meet('b', 'first', 'a'), true),
    stepOf('c', 'process.exit(3)', true),
    stepOf('last', meet('last', 'a', 'b'), false),
  ];
  const results = await runSteps(steps, { root, logFolder: `${root}/logs`, mode: 'local', say: () => undefined });
  assert.deepEqual(
    results.map(({ name, verdict }) => [name, verdict]),
    [
      ['first', 'passed'],
      ['a', 'passed'],
      ['b', 'passed'],
      ['c', 'failed'],
      ['last', 'passed'],
    ],
  );
});

test('a step that takes too long is ended with what it started, and has failed', async (context) => {
  const child =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'inherit' })";
  const { result } = await runScript(context, child, { maxSeconds: 0.5 });
  assert.deepEqual([result.verdict, result.why], ['failed', 'took longer than 0.5 s']);
  assert.ok(result.seconds < 20, `it took ${result.seconds} s`);
});

test('whoever ends the whole ends its step, gets what it had done, and no step behind it runs', async (context) => {
  const root = plantTree(context, {}, []);
  const ending = new AbortController();
  const run = { root, logFolder: `${root}/logs`, mode: 'local' as const, say: () => undefined, signal: ending.signal };
  const stepOf = (name: string, script: string): Step => ({
    name,
    command: [process.execPath, '-e', script],
    maxSeconds: 60,
  });
  const began = runStep(stepOf('long', "console.log('3 passed, 0 failed'); setInterval(() => {}, 1000)"), run);
  const log = `${root}/logs/long.log`;
  while (!existsSync(log) || readFileSync(log, 'utf8') === '') await setTimeout(20);
  ending.abort();
  const results = [await began, await runStep(stepOf('next', ''), run)];
  assert.deepEqual(
    results.map(({ verdict, why }) => [verdict, why]),
    [
      ['failed', 'stopped with the run'],
      ['failed', 'not run: the run was stopped before'],
    ],
  );
  assert.deepEqual(sumResults(results), { passed: 3, failed: 2, skipped: 0 });
});

test('a missing program is a failure', async (context) => {
  const { result } = await runScript(context, '', { command: ['./no-such-program'] });
  assert.match(result.why ?? '', /could not start/);
});

test('a step that lacks its tool is skipped locally and fails in CI', async (context) => {
  const missing = () => 'rclone not found';
  assert.equal((await runScript(context, '', { missing }, 'local')).result.verdict, 'skipped');
  assert.equal((await runScript(context, '', { missing }, 'ci')).result.verdict, 'failed');
});

test('the sums count tests where a step has them, and never hide a failed step', () => {
  const base = { command: '', seconds: 1 };
  const results = [
    { ...base, name: 'lint', verdict: 'passed' as const },
    { ...base, name: 'test', verdict: 'passed' as const, tests: { passed: 10, failed: 0 } },
    { ...base, name: 'clients', verdict: 'failed' as const, tests: { passed: 3, failed: 2 }, why: 'exit code 1' },
    {
      ...base,
      name: 'faults',
      verdict: 'failed' as const,
      tests: { passed: 4, failed: 0 },
      why: 'took longer than 9 s',
    },
    { ...base, name: 'build', verdict: 'failed' as const, why: 'exit code 2' },
    { ...base, name: 'bench', verdict: 'skipped' as const, why: 'wrk not found' },
  ];
  assert.deepEqual(sumResults(results), { passed: 18, failed: 4, skipped: 1 });
  assert.match(formatTable(results), /^clients +1\.0 s {2}failed \(3 passed, 2 failed; exit code 1\)$/m);
});
