import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hasTool, python, run } from '../outside-tool.ts';

/** Examples as people use them: the folder is copied somewhere else, and its README is all that explains it. */

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const away = mkdtempSync(join(tmpdir(), 'tidegate-copied-'));
after(() => rmSync(away, { recursive: true, force: true }));

/** Modules that programs of a language have anyway. */
const builtIn = /^(?:node:|os$|sys$)/;
/** Python's packages by the modules that they bring. */
const packageOf: Readonly<Record<string, string>> = { botocore: 'boto3' };

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const form = file.endsWith('.py') ? /^(?:import|from) (\w+)/gm : /^import .*?from '([^'.][^']*)'/gm;
  return Array.from(text.matchAll(form), ([, name = '']) => name)
    .filter((name) => !builtIn.test(name))
    .map((name) => packageOf[name] ?? /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
}

for (const name of readdirSync(examples)) {
  const copy = join(away, name);
  cpSync(join(examples, name), copy, {
    recursive: true,
    filter: (path) => !/^(?:node_modules|\.next)$/.test(basename(path)),
  });
  const files = readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(?:py|m?jsx?|sh)$/.test(file),
  );
  const readme = () => readFileSync(join(copy, 'README.md'), 'utf8');

  test(`examples/${name} copied out of the repository has a README, and names every package that it needs`, () => {
    assert.ok(files.length > 0);
    const requirements = existsSync(join(copy, 'requirements.txt'))
      ? readFileSync(join(copy, 'requirements.txt'), 'utf8')
          .split('\n')
          .map((line) => line.replace(/[=<>~].*/, ''))
      : [];
    const { dependencies = {} } = existsSync(join(copy, 'package.json'))
      ? JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
      : {};
    for (const file of files) {
      for (const needed of importsOf(join(copy, file))) {
        // Ours are not on the registry: the README says where they come from.
        const isNamed = needed.startsWith('@tidegate/')
          ? readme().includes(`packed/${needed.replace('@', '').replace('/', '-')}-`)
          : [...requirements, ...Object.keys(dependencies)].includes(needed);
        assert.ok(isNamed, `${file} needs ${needed}`);
      }
    }
    if (requirements.length > 0) assert.match(readme(), /pip install -r requirements\.txt/);
    if (Object.keys(dependencies).length > 0) assert.match(readme(), /npm (?:ci|install)/);
    // A copy has no repository around it.
    assert.doesNotMatch(readme(), /\]\(\.\.\//);
  });

  for (const file of files.filter((path) => /\.(?:py|sh)$|^sdk_.*\.mjs$/.test(path))) {
    test(`examples/${name}/${file} without arguments says how it is used`, async (context) => {
      if (file.endsWith('.py') && !hasTool(context, python, ['-c', 'import boto3, requests'])) return;
      const program = file.endsWith('.py') ? python : file.endsWith('.sh') ? '/bin/sh' : process.execPath;
      // From the repository's folder, where the packages of the SDK are found.
      const path = file.endsWith('.mjs') ? join(examples, name, file) : join(copy, file);
      for (const args of [[], ['reports']]) {
        if (args.length === 1 && file === 'make_key.sh') continue;
        const ran = await run(program, [path, ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: away } });
        assert.equal(ran.code, 2, ran.stderr);
        assert.match(ran.stderr, /^usage: [^\n]+\n$/);
        assert.equal(ran.stdout.toString(), '');
      }
    });
  }
}
