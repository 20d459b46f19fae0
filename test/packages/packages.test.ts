import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildCopy } from './installed.ts';
import { installPacked, openFolder, type Packed, pack, packageFolders, readManifest, root, run } from './packed.ts';

const folders = packageFolders;
/** Files for browsers, which nobody imports. */
const withoutCode = new Set(['@tidegate/console']);
/** Their sources become a few files. Each start of them says whether all are there. */
const bundled = new Set(['@tidegate/server', 'tidegate']);
const work = openFolder();
const packed: Packed[] = [];

before(async () => {
  const copy = join(work.path, 'copy');
  await buildCopy(copy);
  for (const folder of folders) packed.push(await pack(folder, work.path, copy));
  await installPacked(packed, work.path);
  // Brought by those who use the hook.
  symlinkSync(join(root, 'node_modules/react'), join(work.path, 'node_modules/react'));
});
after(() => work.remove());

/** Runs a module in the project that only has the tarballs. */
async function runElsewhere(source: string): Promise<string> {
  const file = join(work.path, 'check.mjs');
  writeFileSync(file, source);
  return (await run(process.execPath, [file], work.path)).trim();
}

test('SEC-1006 a tarball holds the compiled package and its sources, and no test, vector or secret', () => {
  assert.equal(packed.length, folders.length);
  for (const { name, files } of packed) {
    const strange = files.filter(
      (path) => !/^(?:dist|src|bin|completions|man)\/|^(?:package\.json|README\.md|LICENSE)$/.test(path),
    );
    assert.deepEqual(strange, [], name);
    const unwanted = files.filter((path) =>
      /\.test\.|\/vectors\/|test-support|\/contract\/|tsbuildinfo|\.env|\.pem$/.test(path),
    );
    assert.deepEqual(unwanted, [], name);
    assert.ok(
      files.some((path) => /^dist\/.*\.js$/.test(path)),
      `${name} holds no compiled code`,
    );
    if (withoutCode.has(name) || bundled.has(name)) continue;
    const sources = new Set(files);
    const lost = files.filter(
      (path) => /^src\/.*\.ts$/.test(path) && !sources.has(path.replace(/^src/, 'dist').replace(/\.ts$/, '.js')),
    );
    assert.deepEqual(lost, [], `${name}: sources that were not compiled`);
  }
});

test('no published manifest names the sources of this repository, a script or a package for its development', () => {
  for (const { name } of packed) {
    const text = readFileSync(join(work.path, 'node_modules', name, 'package.json'), 'utf8');
    assert.doesNotMatch(text, /tidegate-source|"\.\/src\/|"(?:scripts|devDependencies)"/, name);
    const { exports = {}, imports = {} } = JSON.parse(text);
    const targets = Array.from(
      JSON.stringify([exports, imports]).matchAll(/:"(\.\/[^"]+)"/g),
      ([, path]) => path ?? '',
    );
    for (const target of targets)
      assert.ok(existsSync(join(work.path, 'node_modules', name, target)), `${name} ${target}`);
  }
});

test('every tarball says what it is and carries the licence', () => {
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
  for (const [index, folder] of folders.entries()) {
    const files = packed[index]?.files ?? [];
    assert.ok(files.includes('README.md') && files.includes('LICENSE'), folder);
    assert.equal(readFileSync(join(root, folder, 'LICENSE'), 'utf8'), licence, folder);
  }
});

test('SEC-1007 built and packed again, every tarball is the same to the byte', async (context) => {
  const again = openFolder();
  context.after(() => again.remove());
  const copy = join(again.path, 'copy');
  await buildCopy(copy);
  for (const [index, folder] of folders.entries()) {
    const { tarball } = await pack(folder, again.path, copy);
    assert.ok(readFileSync(tarball).equals(readFileSync(packed[index]?.tarball ?? '')), folder);
  }
});

test('SEC-1003 no package runs a script when it is installed', () => {
  for (const folder of folders) {
    const scripts = Object.keys(readManifest(folder).scripts ?? {});
    assert.deepEqual(
      scripts.filter((script) => /^(?:pre|post)?install$|^prepare$/.test(script)),
      [],
      folder,
    );
  }
});

test('every entry point can be imported where only the tarballs are', async () => {
  for (const folder of folders) {
    const { name, exports = {} } = readManifest(folder);
    if (withoutCode.has(name)) continue;
    for (const entry of Object.keys(exports)) {
      const specifier = `${name}${entry.slice(1)}`;
      const names = await runElsewhere(`console.log(Object.keys(await import('${specifier}')).length);`);
      assert.ok(Number(names) > 0, `${specifier} exports nothing`);
    }
  }
});

test('a URL signed by the installed library is understood by it', async () => {
  const url = await runElsewhere(`
    import { bucket, inspect } from '@tidegate/presign';
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
    const files = bucket('files', { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1', credentials });
    const url = String(files.presignGet('a b.txt', { expiresIn: '5m' }));
    if (inspect(url).key !== 'a b.txt') throw new Error('inspect read another key');
    console.log(url);
  `);
  assert.match(url, /^http:\/\/127\.0\.0\.1:9000\/files\/a%20b\.txt\?X-Amz-Algorithm=AWS4-HMAC-SHA256&/);
});

test('the installed command says its version', async () => {
  const bin = join(work.path, 'node_modules/tidegate/bin/tidegate.js');
  const version = await run(process.execPath, [bin, '--version'], work.path);
  assert.match(version, new RegExp(readManifest('packages/cli').version.replaceAll('.', '\\.')));
});

test('the installed server answers the console, compressed', async () => {
  const bin = join(work.path, 'node_modules/tidegate/bin/tidegate.js');
  const child = spawn(
    process.execPath,
    [bin, 'serve', join(work.path, 'data'), '--listen', '127.0.0.1:0', '--console-listen', '127.0.0.1:0', '--json'],
    { cwd: work.path, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const { console: origin } = JSON.parse(String(line));
    const page = await (await fetch(`${origin}/_/`)).text();
    const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1] ?? '';
    const answer = await fetch(`${origin}${script}`, { headers: { 'accept-encoding': 'br' } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-encoding'), 'br');
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
});

for (const [index, folder] of folders.entries()) {
  test(`publint finds nothing wrong with ${folder}`, async () => {
    await run(
      process.execPath,
      [join(root, 'node_modules/publint/src/cli.js'), packed[index]?.tarball ?? '', '--strict'],
      root,
    );
  });
}

for (const [index, folder] of folders.entries()) {
  const { name, exports = {} } = readManifest(folder);
  if (Object.keys(exports).length === 0 || withoutCode.has(name)) continue;
  test(`the types of ${folder} resolve for those who import it`, async () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    assert.ok(existsSync(attw));
    await run(process.execPath, [attw, packed[index]?.tarball ?? '', '--profile', 'esm-only', '--no-color'], root);
  });
}
