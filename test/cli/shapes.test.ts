import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Product, startProduct } from '../product-server.ts';
import { type CliOptions, tidegate } from './cli.ts';
import { assertGolden } from './golden.ts';

let product: Product;
const ids: Record<string, string> = {};

before(async () => {
  product = await startProduct(['--console-listen', '127.0.0.1:0']);
  for (const args of [
    ['mb', 'box', '--versioning'],
    ['bucket', 'cors', 'set', 'box', '--origin', 'https://app.example.com'],
  ]) {
    assert.equal((await cli(args)).code, 0);
  }
  assert.equal((await cli(['cp', '-', 's3://box/a/q3.pdf', '--checksum'], { input: 'content' })).code, 0);
  ids['KEY'] = (await jsonOf(['keys', 'create', '--role', 'write', '--json=id']))['id'] ?? '';
  ids['SHARE'] = (await jsonOf(['share', 'create', 'box/a/q3.pdf', '--uses', '2', '--json=id']))['id'] ?? '';
  ids['REQUEST'] = (await jsonOf(['request', 'create', 's3://box/in/', '--title', 'Tender', '--json=id']))['id'] ?? '';
  ids['URL'] = (await cli(['presign', 'box/a/q3.pdf'])).stdout.trim();
});

after(() => product.stop());

function cli(args: readonly string[], options: CliOptions = {}) {
  return tidegate(args, { ...options, env: { ...product.environment, ...options.env } });
}

async function jsonOf(args: readonly string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await cli(args);
  assert.equal(code, 0, stderr);
  const value: unknown = JSON.parse(stdout);
  assert.ok(typeof value === 'object' && value !== null);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, String(member)]));
}

/** What a document is made of: names and kinds, a line each. Members of a list's items are those of all of them. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    const inside = new Set(value.flatMap((item) => shapeOf(item, `${path}[]`)));
    return inside.size === 0 ? [`${path}[]`] : [...inside];
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    return members.length === 0
      ? [`${path} {}`]
      : members.flatMap(([name, member]) => shapeOf(member, `${path}.${name}`));
  }
  return [`${path} ${value === null ? 'null' : typeof value}`];
}

for (const [name, args] of [
  ['ls-buckets', ['ls']],
  ['ls', ['ls', 'box', '-r']],
  ['ls-folders', ['ls', 'box']],
  ['ls-versions', ['ls', 'box', '-r', '--versions']],
  ['stat', ['stat', 'box/a/q3.pdf']],
  ['cp', ['cp', 's3://box/a/q3.pdf', 's3://box/b/']],
  ['mb', ['mb', 'another']],
  ['rb', ['rb', 'another']],
  ['rm', ['rm', 'box/b/q3.pdf', '--yes']],
  ['bucket-cors-get', ['bucket', 'cors', 'get', 'box']],
  ['bucket-versioning-get', ['bucket', 'versioning', 'get', 'box']],
  ['tag-get', ['tag', 'get', 'box/a/q3.pdf']],
  ['du', ['du', 'box']],
  ['find', ['find', 'box']],
  ['presign', ['presign', 'box/a/q3.pdf', '--uses', '2']],
  ['presign-put', ['presign', 'put', 'box/in.csv', '--type', 'text/csv']],
  ['presign-post', ['presign', 'post', 'box', '--prefix', 'u/', '--max', '5MB']],
  ['inspect', ['inspect', 'URL']],
  ['explain', ['explain', 'URL']],
  ['share-create', ['share', 'create', 'box/a/q3.pdf']],
  ['share-list', ['share', 'list']],
  ['share-show', ['share', 'show', 'SHARE']],
  ['share-revoke', ['share', 'revoke', 'SHARE']],
  ['request-list', ['request', 'list']],
  ['request-show', ['request', 'show', 'REQUEST']],
  ['keys-list', ['keys', 'list']],
  ['keys-show', ['keys', 'show', 'KEY']],
  ['whoami', ['whoami']],
  ['health', ['health']],
  ['doctor', ['doctor']],
  ['profiles', ['profiles']],
  ['config-show', ['config', 'show']],
  ['console', ['console']],
] as const) {
  test(`${name} --json is one document of the golden shape`, async () => {
    const words = args.map((word) => ids[word] ?? word);
    const { code, stdout, stderr } = await cli([...words, '--json']);
    assert.equal(code, 0, stderr);
    const value: unknown = JSON.parse(stdout);
    assertGolden(`json/${name}`, `${shapeOf(value).join('\n')}\n`);
  });
}

test('--json=fields picks fields, of a list from each item, and names those that there are', async () => {
  const one = await cli(['whoami', '--json=role,accessKeyId']);
  assert.equal(one.stdout, `{"role":"owner","accessKeyId":"${product.accessKeyId}"}\n`);
  const list = await cli(['ls', 'box', '-r', '--json=key,size']);
  assert.equal(list.stdout, '[{"key":"a/q3.pdf","size":7}]\n');
  const wrong = await cli(['whoami', '--json=rule']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /unknown field \\"rule\\"/);
});
