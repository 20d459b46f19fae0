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

function look(name: string, args: readonly string[], options: CliOptions = {}, code = 0): Promise<CliResult> {
  shown.add(name);
  return answers(name, args, options, code);
}

test('objects: what the commands of the store answer', async () => {
  const file = join(folder, 'q3.pdf');
  await writeFile(file, 'third quarter');
  await look('mb', ['mb', 'box']);
  await look('cp', ['cp', file, 's3://box/a/q3.pdf']);
  await look('mv', ['mv', 's3://box/a/q3.pdf', 's3://box/b/q3.pdf']);
  await look('ls', ['ls', 'box', '-r']);
  await look('stat', ['stat', 'box/b/q3.pdf']);
  await look('cat', ['cat', 'box/b/q3.pdf']);
  await look('sync', ['sync', 's3://box/b', 's3://box/c']);
  await look('du', ['du', 'box', '--depth', '1']);
  await look('find', ['find', 'box', '--name', '*.pdf']);
  for (const [noun, target] of [
    ['tag', 'box/b/q3.pdf'],
    ['bucket tags', 'box'],
  ] as const) {
    await look(`${noun} set`, [...noun.split(' '), 'set', target, 'team=finance']);
    await look(`${noun} get`, [...noun.split(' '), 'get', target]);
    await look(`${noun} rm`, [...noun.split(' '), 'rm', target]);
  }
  await cli(['rm', 's3://box/c/*', '--yes']);
  await look('rm', ['rm', 'box/b/q3.pdf', '--yes']);
  await look('rb', ['rb', 'box']);
  await cli(['mb', 'box']);
  await cli(['cp', file, 's3://box/q3.pdf']);
});

test('settings of a bucket: what is printed of them', async () => {
  const file = join(folder, 'policy.json');
  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::box/public/*' };
  await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement: [allow] }));
  const bucket = (...words: string[]) => ['bucket', ...words];
  await look('bucket cors set', bucket('cors', 'set', 'box', '--origin', 'https://app.example.com'));
  await look('bucket cors get', bucket('cors', 'get', 'box'));
  await look('bucket cors rm', bucket('cors', 'rm', 'box', '--yes'));
  await look('bucket policy set', bucket('policy', 'set', 'box', '--file', file));
  await look('bucket policy get', bucket('policy', 'get', 'box'));
  await look('bucket policy rm', bucket('policy', 'rm', 'box', '--yes'));
  await look('bucket lifecycle set', bucket('lifecycle', 'set', 'box', '--expire-days', '30'));
  await look('bucket lifecycle get', bucket('lifecycle', 'get', 'box'));
  await look('bucket lifecycle rm', bucket('lifecycle', 'rm', 'box', '--yes'));
  await look('bucket versioning enable', bucket('versioning', 'enable', 'box'));
  await look('bucket versioning suspend', bucket('versioning', 'suspend', 'box'));
  await look('bucket versioning get', bucket('versioning', 'get', 'box'));
});

test('links: what is printed of a link, a share, a file request', async () => {
  const get = await look('presign get', ['presign', 'box/q3.pdf', '--expires', '2h', '--uses', '3', '--label', 'anna']);
  await look('presign put', ['presign', 'put', 'box/in.csv', '--type', 'text/csv', '--curl']);
  await look('presign head', ['presign', 'head', 'box/q3.pdf']);
  await look('presign list', ['presign', 'list', 'box/']);
  await look('presign delete', ['presign', 'delete', 'box/old.pdf']);
  const post = await cli(['presign', 'post', 'box', '--prefix', 'u/', '--max', '5MB', '--html']);
  assert.equal(post.code, 0, post.stderr);
  // The policy of a form is long and holds the time: its page is looked at without its fields.
  shown.add('presign post');
  assertGolden('answers/presign-post', scrub(post.stdout.replaceAll(/value="[^"]*"/g, 'value="…"')));
  const url = get.stdout.trim();
  await look('inspect', ['inspect', url]);
  await look('explain', ['explain', url]);
  const made = await look('share create', ['share', 'create', 'box/q3.pdf', '--uses', '2', '--title', 'Q3']);
  const share = found(/sh_[a-z2-7]{16}/, made);
  await look('share edit', ['share', 'edit', share, '--uses', '5']);
  await look('share show', ['share', 'show', share]);
  await look('share list', ['share', 'list', '--kind', 'share']);
  await look('share revoke', ['share', 'revoke', share, '--reason', 'wrong Anna']);
  await look('share restore', ['share', 'restore', share]);
  const asked = await look('request create', ['request', 'create', 'box/in/', '--max-files', '3', '--title', 'Tender']);
  const request = found(/rq_[a-z2-7]{16}/, asked);
  await look('request list', ['request', 'list']);
  await look('request show', ['request', 'show', request]);
  const receipt = await fetch(`${asked.stdout.trim()}/offer.txt`, { method: 'PUT', body: 'offer' });
  const file = join(folder, 'receipt.json');
  await writeFile(file, await receipt.text());
  await look('receipt verify', ['receipt', 'verify', file, '--server', product.endpoint]);
  await look('request close', ['request', 'close', request]);
});

test('keys: what is printed of access keys and policies', async () => {
  const made = await look('keys create', ['keys', 'create', '--role', 'write', '--bucket', 'box', '--note', 'billing']);
  const key = found(/TGAK[0-9A-Z]{16}/, made);
  await look('keys show', ['keys', 'show', key]);
  await look('keys edit', ['keys', 'edit', key, '--max-expiry', '1d']);
  await look('keys rotate', ['keys', 'rotate', key]);
  await look('keys retire', ['keys', 'retire', key, '--yes']);
  await look('keys derive', ['keys', 'derive', key]);
  await look('link policy set', ['link', 'policy', 'set', 'mail', '--key', key, '--uses', '1']);
  await look('link policy list', ['link', 'policy', 'list', '--key', key]);
  await look('link policy rm', ['link', 'policy', 'rm', 'mail', '--key', key, '--yes']);
  await look('keys disable', ['keys', 'disable', key]);
  await look('keys enable', ['keys', 'enable', key]);
  await look('keys list', ['keys', 'list']);
  await look('keys delete', ['keys', 'delete', key, '--yes']);
});

test('the rest: what is told of the set-up, the server and its folder', async () => {
  const data = join(product.folder, 'data');
  const target = join(folder, 'backup');
  await look('whoami', ['whoami']);
  await look('profiles', ['profiles'], { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } });
  await look('health', ['health', '-v']);
  await look('doctor', ['doctor']);
  await look('config check', ['config', 'check']);
  await look('check', ['check', data]);
  await look('backup', ['backup', target, '--data', data]);
  await look('restore', ['restore', target, '--data', join(folder, 'restored')]);
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
