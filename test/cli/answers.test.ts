import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { commands } from '../../packages/cli/src/core/command-table.ts';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, type CliResult, tidegate } from './cli.ts';
import { assertGolden } from './golden.ts';

// What each command answers, as a pipe gets it: stdout, then what was said beside it. One golden file a command, so that none is
// added without somebody having looked at its answer.

let product: Product;
let folder: string;

before(async () => {
  product = await startProduct();
  folder = await mkdtemp(join(tmpdir(), 'tidegate-answers-'));
});

after(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

/** Names that were made up by the server, times, places and the like: the same text in every run. */
function scrub(text: string): string {
  return (
    text
      .replaceAll(product.endpoint, 'http://ENDPOINT')
      .replaceAll(product.endpoint.replace('http://', ''), 'ENDPOINT')
      .replaceAll(product.folder, 'HOME')
      .replaceAll(folder, 'FOLDER')
      .replaceAll(product.accessKeyId, 'ROOTKEY')
      .replaceAll(/TGAK[0-9A-Z]{16}/g, 'TGAK…')
      .replaceAll(/\b(lk|sh|rq|rv|rc|wh)_[a-z2-7]{16}\b/g, '$1_…')
      .replaceAll(/\/s\/[0-9A-Za-z]{22}/g, '/s/…')
      .replaceAll(/X-Amz-[^\s'"]*Signature=[0-9a-f]{64}[^\s'"]*/g, 'X-Amz-…')
      .replaceAll(/\b[0-9a-f]{64}\b/g, 'HEX64')
      .replaceAll(/\b[0-9A-Za-z+/]{40}\b/g, 'SECRET')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
      .replaceAll(/\d{8}T\d{6}Z/g, 'TIME')
      .replaceAll(/\b\d\d:\d\d(?::\d\d)?\b/g, 'CLOCK')
      .replaceAll(/\b(?:\d+ \w{3}(?: \d{4})?|\d{4}-\d\d-\d\d) CLOCK/g, 'CLOCK')
      .replaceAll(/\b\d{8}\b/g, 'DAY')
      .replaceAll(/\((?:now|(?:in )?\d+ (?:s|min|h|d)[^)]*)\)/g, '(WHEN)')
      .replaceAll(/\d+ h(?: \d+ min)? left/g, 'WHEN left')
      // Times of events: which are there already is not what is looked at.
      .replaceAll(/^ {2}CLOCK .*\n/gm, '')
      .replaceAll(/\d+(?:\.\d+)? ms/g, 'N ms')
      .replaceAll(/clock differs by \d+\.\d s/g, 'clock differs by N s')
      .replaceAll(/\d+(?:\.\d+)? [KMGT]iB free/g, 'N free')
      .replaceAll(/(tidegate|Tidegate|node) \d+\.\d+\.\d+/g, '$1 N.N.N')
  );
}

async function answers(name: string, args: readonly string[], options: CliOptions = {}, code = 0): Promise<CliResult> {
  const ran = await cli(args, options);
  assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  const shown = scrub(`${ran.stdout}${ran.stderr === '' ? '' : `--- beside it ---\n${ran.stderr}`}`);
  assertGolden(`answers/${name.replaceAll(' ', '-')}`, shown);
  return ran;
}

/** The first thing of a form in an answer. */
function found(form: RegExp, { stdout, stderr }: CliResult): string {
  return form.exec(`${stdout}${stderr}`)?.[0] ?? '';
}

/** Commands whose answer is not one text: where what they print is looked at instead. */
const elsewhere: Readonly<Record<string, string>> = {
  serve: 'serve.test.ts',
  console: 'console.test.ts',
  'share watch': 'watch.test.ts',
  strict: 'setup.test.ts',
  completion: 'setup.test.ts',
  'config init': 'setup.test.ts',
  'config show': 'setup.test.ts',
  'profiles add': 'first-key.test.ts',
  'keys rotate-master': 'master-key.test.ts',
};

const shown = new Set<string>();

function record(name: string, args: readonly string[], options: CliOptions = {}, code = 0): Promise<CliResult> {
  shown.add(name);
  return answers(name, args, options, code);
}

test('objects: what the commands of the store answer', async () => {
  const file = join(folder, 'q3.pdf');
  await writeFile(file, 'third quarter');
  await record('mb', ['mb', 'box']);
  await record('cp', ['cp', file, 's3://box/a/q3.pdf']);
  await record('mv', ['mv', 's3://box/a/q3.pdf', 's3://box/b/q3.pdf']);
  await record('ls', ['ls', 'box', '-r']);
  await record('stat', ['stat', 'box/b/q3.pdf']);
  await record('cat', ['cat', 'box/b/q3.pdf']);
  await record('sync', ['sync', 's3://box/b', 's3://box/c']);
  await record('du', ['du', 'box', '--depth', '1']);
  await record('find', ['find', 'box', '--name', '*.pdf']);
  for (const [noun, target] of [
    ['tag', 'box/b/q3.pdf'],
    ['bucket tags', 'box'],
  ] as const) {
    await record(`${noun} set`, [...noun.split(' '), 'set', target, 'team=finance']);
    await record(`${noun} get`, [...noun.split(' '), 'get', target]);
    await record(`${noun} rm`, [...noun.split(' '), 'rm', target]);
  }
  await cli(['rm', 's3://box/c/*', '--yes']);
  await record('rm', ['rm', 'box/b/q3.pdf', '--yes']);
  await record('rb', ['rb', 'box']);
  await cli(['mb', 'box']);
  await cli(['cp', file, 's3://box/q3.pdf']);
});

test('settings of a bucket: what is printed of them', async () => {
  const file = join(folder, 'policy.json');
  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::box/public/*' };
  await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement: [allow] }));
  const bucket = (...words: string[]) => ['bucket', ...words];
  await record('bucket cors set', bucket('cors', 'set', 'box', '--origin', 'https://app.example.com'));
  await record('bucket cors get', bucket('cors', 'get', 'box'));
  await record('bucket cors rm', bucket('cors', 'rm', 'box', '--yes'));
  await record('bucket policy set', bucket('policy', 'set', 'box', '--file', file));
  await record('bucket policy get', bucket('policy', 'get', 'box'));
  await record('bucket policy rm', bucket('policy', 'rm', 'box', '--yes'));
  await record('bucket lifecycle set', bucket('lifecycle', 'set', 'box', '--expire-days', '30'));
  await record('bucket lifecycle get', bucket('lifecycle', 'get', 'box'));
  await record('bucket lifecycle rm', bucket('lifecycle', 'rm', 'box', '--yes'));
  await record('bucket versioning enable', bucket('versioning', 'enable', 'box'));
  await record('bucket versioning suspend', bucket('versioning', 'suspend', 'box'));
  await record('bucket versioning get', bucket('versioning', 'get', 'box'));
});

test('links: what is printed of a link, a share, a file request', async () => {
  const get = await record('presign get', [
    'presign',
    'box/q3.pdf',
    '--expires',
    '2h',
    '--uses',
    '3',
    '--label',
    'anna',
  ]);
  await record('presign put', ['presign', 'put', 'box/in.csv', '--type', 'text/csv', '--curl']);
  await record('presign head', ['presign', 'head', 'box/q3.pdf']);
  await record('presign list', ['presign', 'list', 'box/']);
  await record('presign delete', ['presign', 'delete', 'box/old.pdf']);
  const post = await cli(['presign', 'post', 'box', '--prefix', 'u/', '--max', '5MB', '--html']);
  assert.equal(post.code, 0, post.stderr);
  // The policy of a form is long and holds the time: its page is looked at without its fields.
  shown.add('presign post');
  assertGolden('answers/presign-post', scrub(post.stdout.replaceAll(/value="[^"]*"/g, 'value="…"')));
  const url = get.stdout.trim();
  await record('inspect', ['inspect', url]);
  await record('explain', ['explain', url]);
  const made = await record('share create', ['share', 'create', 'box/q3.pdf', '--uses', '2', '--title', 'Q3']);
  const share = found(/sh_[a-z2-7]{16}/, made);
  await record('share edit', ['share', 'edit', share, '--uses', '5']);
  await record('share show', ['share', 'show', share]);
  await record('share list', ['share', 'list', '--kind', 'share']);
  await record('share revoke', ['share', 'revoke', share, '--reason', 'wrong Anna']);
  await record('share restore', ['share', 'restore', share]);
  const asked = await record('request create', [
    'request',
    'create',
    'box/in/',
    '--max-files',
    '3',
    '--title',
    'Tender',
  ]);
  const request = found(/rq_[a-z2-7]{16}/, asked);
  await record('request list', ['request', 'list']);
  await record('request show', ['request', 'show', request]);
  const receipt = await fetch(`${asked.stdout.trim()}/offer.txt`, { method: 'PUT', body: 'offer' });
  const file = join(folder, 'receipt.json');
  await writeFile(file, await receipt.text());
  await record('receipt verify', ['receipt', 'verify', file, '--server', product.endpoint]);
  await record('request close', ['request', 'close', request]);
});

test('keys: what is printed of access keys and policies', async () => {
  const made = await record('keys create', [
    'keys',
    'create',
    '--role',
    'write',
    '--bucket',
    'box',
    '--note',
    'billing',
  ]);
  const key = found(/TGAK[0-9A-Z]{16}/, made);
  await record('keys show', ['keys', 'show', key]);
  await record('keys edit', ['keys', 'edit', key, '--max-expiry', '1d']);
  await record('keys rotate', ['keys', 'rotate', key]);
  await record('keys retire', ['keys', 'retire', key, '--yes']);
  await record('keys derive', ['keys', 'derive', key]);
  await record('link policy set', ['link', 'policy', 'set', 'mail', '--key', key, '--uses', '1']);
  await record('link policy list', ['link', 'policy', 'list', '--key', key]);
  await record('link policy rm', ['link', 'policy', 'rm', 'mail', '--key', key, '--yes']);
  await record('keys disable', ['keys', 'disable', key]);
  await record('keys enable', ['keys', 'enable', key]);
  await record('keys list', ['keys', 'list']);
  await record('keys delete', ['keys', 'delete', key, '--yes']);
});

test('the rest: setup, server and data folder', async () => {
  const data = join(product.folder, 'data');
  const target = join(folder, 'backup');
  await record('whoami', ['whoami']);
  await record('profiles', ['profiles'], { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } });
  await record('health', ['health', '-v']);
  await record('doctor', ['doctor']);
  await record('config check', ['config', 'check']);
  await record('check', ['check', data]);
  await record('backup', ['backup', target, '--data', data]);
  await record('restore', ['restore', target, '--data', join(folder, 'restored')]);
});

test('every command has a golden answer, or a file that looks at what it prints', () => {
  const names = commands.map(({ path }) => path.join(' '));
  assert.deepEqual(
    names.filter((name) => !shown.has(name) && !Object.hasOwn(elsewhere, name)),
    [],
  );
  assert.deepEqual(
    Object.keys(elsewhere).filter((name) => !names.includes(name) || shown.has(name)),
    [],
  );
});
