import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { formatTable, runSteps, type Step, type StepResult, type StepRun, sumResults } from './ci-steps.ts';
import { repositoryRoot } from './repository.ts';

const help = `npm run ci -- [options]    runs every step, also after a failure; writes ci.json; ends 1 if any failed
  --only a,b          these steps alone
  --without a,b       all but these
  --conformance DIR   also the ceph/s3-tests in DIR; default: S3TESTS_DIR
  --random            seeds of tests are drawn, with CI=true too, where they follow from the sources (docs/adr/0013)
`;

const node = process.execPath;
const source = '--conditions=tidegate-source';

function bin(name: string): string {
  return join(repositoryRoot, 'node_modules', '.bin', name);
}

/** Names the first of the programs that is not on the PATH. */
function missingPrograms(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const absent = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  return absent.length === 0 ? undefined : `${absent.join(', ')} not found`;
}

/** Names a folder of tests that has none. A step over nothing would pass without having looked. */
function missingTests(folder: string): string | undefined {
  const path = join(repositoryRoot, folder);
  const files = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  return files.some((name) => name.endsWith('.test.ts')) ? undefined : `${folder} holds no tests`;
}

/** Without the built console every page of it answers 503, and its tests fail one by one after a minute. */
function missingConsole(): string | undefined {
  const isBuilt = existsSync(join(repositoryRoot, 'packages/console/dist/.built-from'));
  return isBuilt ? undefined : 'the console is not built: npm run build:console';
}

function missingBoto3(): string | undefined {
  const asked = spawnSync('/usr/bin/python3', ['-c', 'import boto3, requests'], { stdio: 'ignore' });
  return asked.status === 0 ? undefined : 'python3-boto3 or python3-requests is not installed';
}

/**
 * A step that runs the tests of one folder under test/. `again`: a failed file runs once more, and is reported as flaky
 * if it then passes (docs/adr/0009).
 */
function testStep(name: string, maxSeconds: number, again: 'again' | 'once', missing?: () => string | undefined): Step {
  const folder = `test/${name}/`;
  return {
    name,
    command: [node, 'tools/test.mjs', folder, ...(again === 'again' ? ['--again'] : [])],
    missing: () => missingTests(folder) ?? missing?.(),
    maxSeconds,
  };
}

function besideEachOther(...steps: readonly Step[]): Step[] {
  return steps.map((step) => ({ ...step, beside: true }));
}

/** The public suite of S3 is no part of this repository: its step runs when its folder is named. */
function conformanceSteps(folder: string | undefined): Step[] {
  if (folder === undefined) return [];
  const command = [node, source, 'test/conformance/run.ts', folder] as const;
  return [
    { name: 'conformance', command, maxSeconds: 1800 },
    { name: 'conformance-second', command: [...command, 'second'], maxSeconds: 600 },
  ];
}

function listSteps(conformanceFolder: string | undefined): Step[] {
  return [
    { name: 'lint', command: [bin('biome'), 'ci', '.', '--error-on-warnings', '--colors=off'], maxSeconds: 120 },
    { name: 'words', command: [node, 'tools/words.ts'], maxSeconds: 60 },
    { name: 'types', command: [bin('tsc'), '-b', '--force'], maxSeconds: 180 },
    { name: 'test', command: [node, 'tools/test.mjs'], maxSeconds: 1560 },
    { name: 'rules', command: [node, 'tools/rules.ts'], maxSeconds: 60 },
    { name: 'reference', command: [node, source, 'tools/reference.ts', '--check'], maxSeconds: 60 },
    { name: 'build', command: [bin('tsc'), '-b', 'tsconfig.build.json', '--force'], maxSeconds: 180 },
    { name: 'unused', command: [bin('knip'), '--no-progress'], maxSeconds: 120 },
    // It builds all packages anew, which the others use.
    testStep('packages', 600, 'once', missingConsole),
    // The longest first, so that none is left to run alone at the end.
    ...besideEachOther(
      testStep('browser', 2400, 'again', () => missingPrograms('chromium') ?? missingConsole()),
      testStep('cli', 1200, 'again', missingConsole),
      testStep('faults', 1500, 'once'),
      testStep(
        'clients',
        1500,
        'again',
        () =>
          missingPrograms(
            'aws',
            's3cmd',
            'rclone',
            'restic',
            'duplicity',
            's3fs',
            'minio-client',
            'curl',
            'aria2c',
            'axel',
            'wget',
            'chromium',
            'faketime',
          ) ?? missingBoto3(),
      ),
      testStep('examples', 600, 'again', () => missingPrograms('aws', 'chromium', 'curl', 'openssl') ?? missingBoto3()),
      testStep('docs', 900, 'again', missingConsole),
    ),
    // It measures: times of refusals, memory.
    testStep('scale', 900, 'once'),
    ...conformanceSteps(conformanceFolder),
    // A smoke test: neighbours of a shared machine have been seen to take half of its processors and two thirds of its disk, which
    // moves a ratio to a third (P9: 0.22 and 0.08). So a row fails under a quarter of its target, and only after five rounds.
    {
      name: 'bench',
      command: [
        node,
        source,
        'bench/main.ts',
        ...'--shared --slack 0.25 --warm 0 --rounds 1 --more 4 --minutes 2'.split(' '),
      ],
      missing: () =>
        existsSync(join(repositoryRoot, 'bench/main.ts'))
          ? missingPrograms('wrk', 'nginx', 'curl')
          : 'bench/main.ts is missing',
      maxSeconds: 1500,
    },
  ];
}

type Choice = {
  readonly only: readonly string[];
  readonly without: readonly string[];
  readonly random: boolean;
  readonly conformance?: string;
};

function parseArguments(args: readonly string[]): Choice | { readonly wrong: string } {
  const random = args.includes('--random');
  const choice: { only: string[]; without: string[]; random: boolean; conformance?: string } = {
    ...{ only: [], without: [], random },
  };
  const pairs = args.filter((arg) => arg !== '--random');
  for (let index = 0; index < pairs.length; index += 2) {
    const [flag, value] = [pairs[index], pairs[index + 1]];
    if (value === undefined) return { wrong: `${flag} needs a value` };
    if (flag === '--only') choice.only = value.split(',');
    else if (flag === '--without') choice.without = value.split(',');
    else if (flag === '--conformance') choice.conformance = value;
    else return { wrong: `unknown option ${flag}` };
  }
  const known = new Set(listSteps('.').map(({ name }) => name));
  const unknown = [...choice.only, ...choice.without].find((name) => !known.has(name));
  return unknown === undefined ? choice : { wrong: `no step is called ${unknown}; known: ${[...known].join(', ')}` };
}

function writeRecord(results: readonly StepResult[], sums: ReturnType<typeof sumResults>): void {
  const commit = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: repositoryRoot, encoding: 'utf8' }).stdout?.trim();
  const record = {
    commit,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    ...sums,
    steps: results,
  };
  writeFileSync(join(repositoryRoot, 'ci.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Runs the chosen steps and gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const choice = parseArguments(args);
  if ('wrong' in choice) {
    process.stderr.write(`${choice.wrong}\n${help}`);
    return 2;
  }
  // Output is flushed as it comes, so that the table follows the steps on any kind of stdout.
  const say = (text: string) => process.stdout.write(text);
  const mode = process.env['CI'] === 'true' ? 'ci' : 'local';
  // Whoever runs out of patience still gets the table and the sums of what was run until then.
  const ending = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => ending.abort());
  const { signal } = ending;
  const run: StepRun = { root: repositoryRoot, logFolder: join(repositoryRoot, '.cache/ci'), mode, say, signal };
  const steps = listSteps(choice.conformance ?? process.env['S3TESTS_DIR'])
    .filter(({ name }) => (choice.only.length === 0 || choice.only.includes(name)) && !choice.without.includes(name))
    .map((step) => ({ ...step, env: { ...step.env, ...(choice.random && { TIDEGATE_SEED: 'random' }) } }));
  const results = await runSteps(steps, run);
  const sums = sumResults(results);
  writeRecord(results, sums);
  say(`\n${formatTable(results)}\n`);
  say(`${sums.passed} passed, ${sums.failed} failed${sums.skipped === 0 ? '' : `, ${sums.skipped} skipped`}\n`);
  return sums.failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
