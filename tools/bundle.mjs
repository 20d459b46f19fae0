// Bundles what `tidegate` runs: the server into packages/server/dist, the command line into packages/cli/dist (docs/adr/0020), and the
// scripts of the server's pages into a module that the server imports. In a checkout bin/tidegate.js asks before it loads one of them
// whether a source has changed since. Plain JavaScript: stripping types would cost each start of a command 15 ms.
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } =
  process.getBuiltinModule('node:fs');
const { fileURLToPath } = process.getBuiltinModule('node:url');

const root = fileURLToPath(new URL('..', import.meta.url));

const sourcesOf = (...names) => names.map((name) => `packages/${name}/src`);

/** What is bundled: in which package, where it starts, from which folders, and what has to be bundled before it. */
const bundles = {
  pages: {
    package: 'server',
    input: { uploadScript: 'src/pages/browser/upload-page.ts', timeScript: 'src/pages/browser/local-times.ts' },
    sources: ['packages/server/src/pages/browser', 'packages/upload/src'],
    files: ['pages/scripts.js'],
    first: [],
    build: buildPages,
  },
  server: {
    package: 'server',
    // The files of threads and worker processes lie beside the others, where `import.meta.url` looks for them.
    input: {
      index: 'src/index.ts',
      worker: 'src/boot/worker.ts',
      'checkpoint-worker': 'src/stores/sqlite/commit/checkpoint-worker.ts',
    },
    sources: sourcesOf('presign', 'protocol', 'server', 'upload'),
    files: ['index.js', 'worker.js', 'checkpoint-worker.js'],
    first: ['pages'],
    build: buildProgram,
    groups: [],
  },
  cli: {
    package: 'cli',
    input: { main: 'src/main.ts' },
    sources: sourcesOf('cli', 'presign', 'protocol'),
    files: ['main.js'],
    first: [],
    build: buildProgram,
    // Each with all that it needs: people wait for `presign`, which would load 26 files, and each takes a quarter of a millisecond.
    // `main` stays outside: it waits for a command that these files load, so none of them may wait for it.
    groups: [
      { name: 'run', test: /\/cli\/src\/core\/run\.ts$/, priority: 2 },
      {
        name: 'presign-table',
        test: /\/cli\/src\/(?:commands\/presign\/family|links\/limit-options)\.ts$/,
        priority: 1,
      },
      { name: 'presign', test: /\/cli\/src\/commands\/presign\/get\.ts$/ },
    ],
  },
};

/** Files of earlier builds stay for a day: a server that still runs loads some of its files late. */
const keptMs = 24 * 60 * 60 * 1000;

const ourPackages = new Set(['presign', 'protocol', 'upload'].map((name) => `@tidegate/${name}`));

function distOf(name) {
  return `${root}packages/${bundles[name].package}/dist`;
}

function stampFileOf(name) {
  return `${root}node_modules/.tidegate-bundle-${name}`;
}

/** One line for each file that a bundle depends on: its path, size and time of change. 300 files take 2 ms. */
function readStamp(name) {
  const lines = [];
  const add = (path) => {
    const { size, mtimeMs } = statSync(root + path);
    lines.push(`${path} ${size} ${mtimeMs}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(`${folder}/${entry.name}`);
      else if (!entry.name.endsWith('.test.ts')) add(`${folder}/${entry.name}`);
    }
  };
  add('package-lock.json');
  add('tools/bundle.mjs');
  for (const folder of bundles[name].sources) walk(folder);
  return lines.join('');
}

function isBuiltFrom(name, stamp) {
  const isThere = bundles[name].files.every((file) => existsSync(`${distOf(name)}/${file}`));
  const stampFile = stampFileOf(name);
  return isThere && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

/**
 * Builds one bundle where a source was changed since it was built. Where the bundler is missing, as in an image that holds only what
 * runs, the bundle that is there is used.
 */
export function refreshBundle(name) {
  if (!existsSync(`${root}node_modules/rolldown`)) return;
  for (const other of bundles[name].first) refreshBundle(other);
  if (isBuiltFrom(name, readStamp(name))) return;
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error(
      `the bundle ${name} of packages/${bundles[name].package} could not be built. Its own message is above.`,
    );
}

/** The package that a specifier names: `zod` of `zod/v4`, `@a/b` of `@a/b/c`. */
function packageName(specifier) {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Packages of others stay outside, under their own licenses, and the manifest must name them. */
function checkImports(name, output) {
  const manifest = JSON.parse(readFileSync(`${root}packages/${bundles[name].package}/package.json`, 'utf8'));
  const named = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const files = new Set(output.map(({ fileName }) => fileName));
  for (const imported of output.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])) {
    if (!files.has(imported) && !imported.startsWith('node:') && !Object.hasOwn(named, packageName(imported)))
      throw new Error(
        `packages/${bundles[name].package}/package.json must depend on ${packageName(imported)}, which its bundle imports.`,
      );
  }
}

async function build(name, keptForMs) {
  // Read first: what changes meanwhile is built the next time.
  const stamp = readStamp(name);
  await bundles[name].build(name, keptForMs);
  writeFileSync(stampFileOf(name), stamp);
}

const conditionNames = ['tidegate-source', 'import', 'default'];

async function buildProgram(name, keptForMs) {
  const { input, groups } = bundles[name];
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: `${root}packages/${bundles[name].package}`,
    input,
    platform: 'node',
    resolve: { conditionNames: ['node', ...conditionNames] },
    external: (id) => /^[@a-z]/.test(id) && !id.startsWith('node:') && !ourPackages.has(packageName(id)),
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups },
  });
  await bundle.close();
  checkImports(name, output);
  writeFiles(distOf(name), output);
  removeOldFiles(distOf(name), output, keptForMs);
}

/** Each script of a page becomes text that a module exports, so that the server needs no file beside its own. */
async function buildPages(name) {
  const { rolldown } = await import('rolldown');
  const scripts = [];
  for (const [exported, input] of Object.entries(bundles[name].input)) {
    const bundle = await rolldown({
      cwd: `${root}packages/${bundles[name].package}`,
      input,
      platform: 'browser',
      resolve: { conditionNames: ['browser', ...conditionNames] },
    });
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    await bundle.close();
    if (output.length !== 1) throw new Error(`${input} must be one file: its page loads no other.`);
    scripts.push(`export const ${exported} = ${JSON.stringify(output[0].code)};\n`);
  }
  writeFiles(`${distOf(name)}/pages`, [{ fileName: 'scripts.js', code: scripts.join(''), isEntry: true }]);
}

/** Entries last, and each file in one step: another process may start at any moment. */
function writeFiles(dist, output) {
  mkdirSync(dist, { recursive: true });
  for (const { fileName, code } of output.toSorted((a, b) => Number(a.isEntry) - Number(b.isEntry))) {
    const temporary = `${dist}/.${fileName}.${process.pid}`;
    writeFileSync(temporary, code);
    renameSync(temporary, `${dist}/${fileName}`);
  }
}

function removeOldFiles(dist, output, keptForMs) {
  const files = new Set(output.map(({ fileName }) => fileName));
  for (const file of readdirSync(dist)) {
    if (files.has(file) || !/\.js(?:\.\d+|\.map)?$/.test(file)) continue;
    const found = statSync(`${dist}/${file}`, { throwIfNoEntry: false });
    if (found !== undefined && found.mtimeMs < Date.now() - keptForMs) rmSync(`${dist}/${file}`, { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const asked = process.argv.slice(2).filter((name) => name !== '--clean');
  const keptForMs = process.argv.includes('--clean') ? 0 : keptMs;
  for (const name of asked.length === 0 ? Object.keys(bundles) : asked) await build(name, keptForMs);
}
