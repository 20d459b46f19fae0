import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../outside-tool.ts';
import { bin, exampleKey } from './cli.ts';

// What a start costs, counted: seconds are noise on a machine that others use, and each file is half a millisecond.
const maxFiles = 8;
const maxSourceChars = 150_000;
/** What no link needs, and what brings most with it. */
const unwanted = ['child_process', 'http', 'https', 'http2', 'zlib', 'readline', 'worker_threads', 'tls', 'sqlite'];

const count = `
  const files = [];
  process.getBuiltinModule('node:module').registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const source = url.startsWith('file:') ? String(loaded.source ?? '') : '';
      // The bundler writes before each module where it comes from.
      const modules = [...source.matchAll(/^\\/\\/(?:#region)? (?:\\.\\.\\/)?(\\S+\\.ts)$/gm)].map(([, path]) => path);
      if (source !== '') files.push({ url, chars: source.length, modules });
      return loaded;
    },
  });
  process.on('exit', () => {
    const builtins = process.moduleLoadList.filter((name) => name.startsWith('NativeModule ')).map((name) => name.slice(13));
    process.stderr.write('\\n' + JSON.stringify({ files, builtins }) + '\\n');
  });
`;

type Start = {
  readonly files: readonly { readonly url: string; readonly chars: number; readonly modules: readonly string[] }[];
  readonly builtins: readonly string[];
};

/** What one command loads. */
async function startOf(args: readonly string[]): Promise<Start> {
  const { code, stderr } = await run(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(count)}`, bin, '-q', ...args],
    { env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...exampleKey } },
  );
  assert.equal(code, 0, stderr);
  return JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
}

test('presign loads what signs a link, and nothing of servers, other commands and their help', async () => {
  const { files, builtins } = await startOf(['presign', 'reports/q3.pdf']);
  assert.ok(files.length <= maxFiles, `${files.length} files:\n${files.map(({ url }) => url).join('\n')}`);
  const chars = files.reduce((sum, file) => sum + file.chars, 0);
  assert.ok(chars <= maxSourceChars, `${chars} characters of source`);
  const names = files.flatMap(({ modules }) => modules);
  assert.ok(names.includes('src/commands/presign/get.ts') && names.length > 20, 'the hook saw the modules');
  const strange = names.filter((name) => /^server\/|\/help|command-table|\/commands\/(?!presign\/)/.test(name));
  assert.deepEqual(strange, []);
  assert.deepEqual(
    unwanted.filter((name) => builtins.includes(name)),
    [],
  );
});

test('--version loads no command, and of the library only the limits that flags are made of', async () => {
  const { files } = await startOf(['presign', '--version']);
  const names = files.flatMap(({ modules }) => modules);
  assert.ok(names.includes('src/core/version.ts'), 'the hook saw the modules');
  const strange = names.filter((name) =>
    /^presign\/(?!src\/(?:limits\/limit-rows|values\/wire-name)\.ts$)|\/commands\/(?!\w+\/family\.ts$)/.test(name),
  );
  assert.deepEqual(strange, []);
});
