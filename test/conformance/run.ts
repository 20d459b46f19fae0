import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { type Product, startProduct } from '../product-server.ts';
import { countOutcomes, judgeOutcomes, type Outcomes, selectTests, splitSelection, type Verdict } from './outcomes.ts';

const help = `npm run conformance -- FOLDER [core|second] [--jobs N] [--record]
  FOLDER     a checkout of github.com/ceph/s3-tests, at the commit that the list names; default: S3TESTS_DIR
  --record   writes the score down in test/conformance/score.json
Ends with 1 when fewer tests passed than score.json says, or when one passed that contradictions.txt names.
`;

const here = fileURLToPath(new URL('.', import.meta.url));
const scoreFile = join(here, 'score.json');
/** The system's Python: the modules of the suite are Debian packages. */
const python = process.env['S3TESTS_PYTHON'] ?? '/usr/bin/python3';
const suiteTimeoutMs = 1_500_000;
/** A region that GetBucketLocation names: for us-east-1 S3 answers nothing, and the suite wants the name. */
const region = 'eu-central-1';

type Choice = { readonly folder: string; readonly list: string; readonly jobs: string; readonly record: boolean };

function parseArguments(args: readonly string[]): Choice | undefined {
  let jobs = '2';
  let record = false;
  const plain: string[] = [];
  for (const [at, argument] of args.entries()) {
    if (argument === '--record') record = true;
    else if (args[at - 1] === '--jobs') jobs = argument;
    else if (argument !== '--jobs') plain.push(argument);
  }
  const given = plain.filter((word) => word !== 'core' && word !== 'second');
  const folder = given[0] ?? process.env['S3TESTS_DIR'];
  if (folder === undefined || given.length > 1 || !/^[1-9]\d?$/.test(jobs)) return undefined;
  return { folder: resolve(folder), list: plain.includes('second') ? 'second' : 'core', jobs, record };
}

/** An account with a key, as a section of the suite's configuration. */
async function section(product: Product, name: string, owner: string): Promise<string> {
  const key = JSON.parse(await product.tidegate('keys', 'create', '--owner', owner, '--json'));
  return [
    `[${name}]`,
    `access_key = ${key.id}`,
    `secret_key = ${key.secretAccessKey}`,
    `user_id = ${key.owner.id}`,
    `display_name = ${owner}`,
    `email = ${owner}@example.com`,
    '',
  ].join('\n');
}

async function configuration(product: Product): Promise<string> {
  const [main, alt, tenant] = [
    await section(product, 's3 main', 'main'),
    await section(product, 's3 alt', 'alt'),
    await section(product, 's3 tenant', 'tenant'),
  ];
  return [
    '[DEFAULT]\nhost = 127.0.0.1',
    `port = ${product.port}`,
    'is_secure = False\nssl_verify = False\n[fixtures]\nbucket prefix = s3t-{random}-',
    'iam name prefix = s3-tests-\niam path prefix = /s3-tests/',
    `${main}api_name = ${region}\nkms_keyid = testkey-1\nkms_keyid2 = testkey-2\nlc_debug_interval = 10`,
    alt,
    `${tenant}tenant = testx`,
    // The suite asks for these sections even where no test of the list uses them.
    ...[
      ['iam', main],
      ['iam root', main],
      ['iam alt root', alt],
    ].map(([name, text = '']) => text.replace(/^\[[^\]]*\]/, `[${name}]`)),
  ].join('\n');
}

async function runSuite({ folder, list, jobs }: Choice, product: Product): Promise<Verdict & Outcomes> {
  const scratch = await mkdtemp(join(tmpdir(), 'tidegate-conformance-'));
  try {
    const config = join(scratch, 's3tests.conf');
    writeFileSync(config, await configuration(product));
    const files = ['test_s3.py', 'test_headers.py'].map((name) => `s3tests/functional/${name}`);
    const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
    const select = (name: string): string[] => selectTests(readFileSync(join(here, `${name}.txt`), 'utf8'), texts);
    const { first, rest } = splitSelection(select(list));
    const alone = await runTests(first, { folder, config, scratch, jobs: '1' });
    const together = await runTests(rest, { folder, config, scratch, jobs });
    const outcomes = {
      passed: [...alone.passed, ...together.passed],
      failed: [...alone.failed, ...together.failed],
    };
    const contradictions = select('contradictions').map((name) => name.slice(name.lastIndexOf('/') + 1));
    return { ...outcomes, ...judgeOutcomes(outcomes, contradictions) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type Session = { readonly folder: string; readonly config: string; readonly scratch: string; readonly jobs: string };

async function runTests(tests: readonly string[], { folder, config, scratch, jobs }: Session): Promise<Outcomes> {
  if (tests.length === 0) return { passed: [], failed: [] };
  const ran = await run(
    python,
    [
      ...['-m', 'pytest', '-q', '-rA', '--tb=line', '--no-header', '-p', 'no:cacheprovider', '-p', 'no:warnings'],
      ...['--rootdir', folder, '-c', join(folder, 'pytest.ini'), '--timeout', '90', '--timeout-method', 'signal'],
      ...(jobs === '1' ? [] : ['-n', jobs, '--dist', 'worksteal']),
      ...tests.map((test) => join(folder, test)),
    ],
    {
      // Nothing of the caller's own set-up of AWS leaks in.
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: scratch,
        PYTHONPATH: folder,
        PYTHONPYCACHEPREFIX: join(scratch, 'pyc'),
        S3TEST_CONF: config,
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
        // Where Debian's awscrt is installed, it refuses to sign what some tests send on purpose.
        BOTO_DISABLE_CRT: 'true',
        no_proxy: '*',
      },
      timeoutMs: suiteTimeoutMs,
    },
  );
  // 1: some tests failed. Everything else is no result.
  if (ran.code !== 0 && ran.code !== 1) {
    throw new Error(`pytest ended with ${ran.code}\n${ran.stdout.toString().slice(-4000)}\n${ran.stderr.slice(-2000)}`);
  }
  return countOutcomes(ran.stdout.toString());
}

async function main(): Promise<number> {
  const choice = parseArguments(process.argv.slice(2));
  if (choice === undefined || !existsSync(join(choice.folder, 's3tests/functional/test_s3.py'))) {
    process.stderr.write(help);
    return 2;
  }
  const product = await startProduct();
  const verdict = await runSuite(choice, product).finally(() => product.stop());
  for (const name of verdict.wrong) process.stdout.write(`failed ${name}\n`);
  for (const name of verdict.excused) process.stdout.write(`contradicts S3, and failed as it must: ${name}\n`);
  for (const name of verdict.stale) process.stdout.write(`passed, though contradictions.txt names it: ${name}\n`);
  const score: Record<string, number> = JSON.parse(readFileSync(scoreFile, 'utf8'));
  const wanted = score[choice.list] ?? 0;
  const passed = verdict.passed.length;
  process.stdout.write(`${choice.list}: ${passed} passed, ${verdict.failed.length} failed (score.json: ${wanted})\n`);
  if (choice.record) writeFileSync(scoreFile, `${JSON.stringify({ ...score, [choice.list]: passed }, null, 2)}\n`);
  return passed >= wanted && verdict.stale.length === 0 ? 0 : 1;
}

process.exitCode = await main();
