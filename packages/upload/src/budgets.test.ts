import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const source = fileURLToPath(new URL('.', import.meta.url));

/** What a browser's bundler makes of one import, without React: minified, then gzip -9. */
async function bundledBytes(lines: readonly string[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-budget-'));
  try {
    const input = join(folder, 'entry.js');
    await writeFile(input, lines.join('\n'));
    const result = await build({
      configFile: false,
      logLevel: 'silent',
      root: folder,
      resolve: { conditions: ['tidegate-source'] },
      build: {
        write: false,
        minify: true,
        target: 'es2022',
        modulePreload: false,
        rollupOptions: { input, external: ['react'] },
      },
    });
    assert.ok(!Array.isArray(result) && 'output' in result);
    const code = result.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
    assert.ok(!code.includes('node:'), 'the browser bundle imports a Node module');
    return gzipSync(code, { level: 9 }).length;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const plain = [
  `import { createUploader, UploadError } from ${JSON.stringify(join(source, 'index.ts'))};`,
  'globalThis.kept = [createUploader, UploadError];',
];
const hook = [`import { useUpload } from ${JSON.stringify(join(source, 'react.ts'))};`, 'globalThis.hook = useUpload;'];

test('createUploader stays within 6 KiB, minified and gzipped, and useUpload adds at most 1 KiB', async (t) => {
  const alone = await bundledBytes(plain);
  const withHook = await bundledBytes([...plain, ...hook]);
  t.diagnostic(`${alone} bytes, with the hook ${withHook}`);
  assert.ok(alone <= 6 * 1024, `${alone} bytes`);
  assert.ok(withHook - alone <= 1024, `${withHook - alone} bytes more`);
});
