import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwind from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';

const assets = fileURLToPath(new URL('./dist/assets/', import.meta.url));

/** Compresses once, here: the server only chooses. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(assets)) {
        const bytes = readFileSync(`${assets}${name}`);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
        writeFileSync(`${assets}${name}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${assets}${name}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/_/',
  plugins: [tailwind(), compressed()],
  resolve: {
    conditions: ['tidegate-source', 'module', 'browser', 'production'],
    // React's interface, Preact's bytes (docs/adr/0008); the types are React's.
    alias: [
      { find: /^react\/jsx(-dev)?-runtime$/, replacement: 'preact/jsx-runtime' },
      { find: /^(react|use-sync-external-store\/shim\/index\.js)$/, replacement: 'preact/compat' },
    ],
    // The console's own, also for wouter: Uppy, which tests use, brings another one.
    dedupe: ['preact'],
  },
  build: {
    target: 'es2022',
    // Neither data: URLs nor inline scripts: the policy allows none (SEC-504).
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Of the time that compressing takes: nothing to tell a newcomer who waits for it.
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: {
        // What several screens are made of is one file: by themselves, of a few hundred bytes each, they would be a tenth larger,
        // and a request each.
        codeSplitting: {
          groups: [
            {
              name: 'parts',
              test: /node_modules\/(?!qrcode)|packages\/presign\/|console\/src\/(?:data\/|frame\/(?!palette|key-list|session-end)|components\/(?!qr\b)|[\w-]+\.ts$)/,
              priority: 1,
            },
            { name: 'keys', test: /console\/src\/screens\/keys\// },
            { name: 'settings', test: /console\/src\/screens\/settings\// },
            { name: 'requests', test: /console\/src\/screens\/requests\// },
          ],
        },
      },
    },
  },
  server: {
    // Against a server that runs: TIDEGATE_CONSOLE=http://127.0.0.1:9001 npx vite packages/console
    proxy: { '/_/api': { target: process.env['TIDEGATE_CONSOLE'] ?? 'http://127.0.0.1:9001' } },
  },
});
