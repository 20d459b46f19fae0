import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../outside-tool.ts';
import { installedProject } from '../packages/installed.ts';
import { type Product, startProduct } from '../product-server.ts';
import { listBlocks, writeScript } from './document-script.ts';
import { followGuide, readGuide, saidInOrder } from './guide-fixture.ts';
import { readerEnvironment, startAsReader } from './reader.ts';

let product: Product;
before(async () => {
  product = await startProduct();
});
after(() => product.stop());

const guides = {
  links: [
    ...[
      'asks for    reports/q3.txt',
      'third quarter',
      '<Reason>LinkUsesSpent</Reason>',
      '2',
      '<Reason>LinkUsesSpent</Reason>',
    ],
    ...['  tightened', /\tspent\t1\/1\t.*\tanna$/, 'revoked', /QueryAdded$/],
  ],
  shares: [
    ...[
      /\/s\/\w{22}$/,
      'sea.txt',
      '401',
      'a picture',
      'one.txt',
      'two.txt',
      '  note       Until Friday',
      '403',
      /offer\.txt/,
    ],
    ...[/is genuine/, '403', /· revoked/],
  ],
  keys: [
    ...[
      'third quarter',
      '<Reason>LinkUsesSpent</Reason>',
      'third quarter',
      'role\tlink-only',
      'links caps\t{"uses":3}',
      '403',
    ],
    ...['third quarter', 'derived', /^✗ Fails/],
  ],
  troubleshooting: [
    ...[
      /QueryAdded$/,
      /✗ Fails: no uses left/,
      /HostChanged$/,
      /AmpEscaped$/,
      /MethodChanged$/,
      '! It works on this machine',
    ],
    ...[
      /HostChanged$/,
      /✓ pages of https:\/\/app\.example\.com/,
      /ClockSkew$/,
      /QueryAdded$/,
      /^✗ Fails/,
      /^first byte 0/,
      '✓ Holds.',
    ],
  ],
  security: [/X-Amz-Signature=lk_\w{16}$/, /vault\/none\.txt/, /checks, nothing wrongly accepted$/, /NoSuchKey|object/],
} as const;

for (const [name, expected] of Object.entries(guides)) {
  test(`the guide "${name}" can be followed command by command, and does what it says`, async (context) => {
    // Its host appears in settings of other programs too.
    const said = await followGuide(context, name, product, {
      replace: { '127.0.0.1:9000': `127.0.0.1:${product.port}` },
    });
    saidInOrder(said, expected);
  });
}

test('the guide "start" works with nothing but npm: no variable and no command that it does not set itself', async (context) => {
  const outer = mkdtempSync(join(tmpdir(), 'tidegate-guide-start-'));
  const folder = join(outer, 'tidegate');
  mkdirSync(folder);
  symlinkSync(join(await installedProject(), 'node_modules'), join(folder, 'node_modules'));
  const server = await startAsReader(folder, outer);
  context.after(async () => {
    await server.stop();
    rmSync(outer, { recursive: true, force: true });
  });
  const ran = await run('/bin/bash', ['-c', `cd '${outer}' && ${writeScript(readGuide('start'))}`], {
    env: readerEnvironment(outer),
  });
  assert.equal(ran.code, 0, `${ran.stdout}\n${ran.stderr}`);
  saidInOrder(ran.stdout.toString().split('\n'), [
    ...['Numbers of the third quarter', '<Reason>LinkUsesSpent</Reason>', /GET files\/q3\.txt · spent/],
    ...['  label      anna', /✗ Fails: signed for another key\..*KeyChanged/, 'revoked'],
  ]);
});

test('no document runs tidegate by a bare npx, which would fetch whatever has that name, or with an internal flag', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const documents = globSync(
    ['README.md', 'llms.txt', 'docs/guide/*.md', 'packages/*/README.md', 'examples/*/README.md', 'deploy/*'],
    { cwd: root },
  );
  assert.ok(documents.length > 20);
  for (const file of documents) {
    const text = readFileSync(join(root, file), 'utf8');
    assert.doesNotMatch(text, /npx (?:-\S+ )*tidegate(?<!--no-install tidegate)|tidegate-source/, file);
    assert.doesNotMatch(text, /npm (?:i|install)[^\n]* tidegate(?:\s|$)/, file);
  }
});

const runs = ['sh', 'python', 'js'];
const isRead = ['text', 'json', 'toml', 'ini', 'yaml', 'nginx'];

test('every block of every guide is run by a test, or says why not; each ends where a reader can go on', () => {
  const folder = fileURLToPath(new URL('../../docs/guide/', import.meta.url));
  for (const file of readdirSync(folder)) {
    const name = file.replace(/\.md$/, '');
    const blocks = listBlocks(readGuide(name));
    for (const { language, line, isRun } of blocks) {
      const isSettled = isRead.includes(language) || (isRun ? runs.includes(language) : true);
      assert.ok(isSettled, `${file}:${line} is "${language}", which nothing runs, and does not say why`);
    }
  }
});

test('every guide that is followed here explains a link, as its reader will have to', () => {
  for (const name of Object.keys(guides)) assert.match(readGuide(name), /tidegate explain/, name);
});
