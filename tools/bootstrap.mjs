// Sets up what a command of this repository needs, and nothing when it is there already. Plain JavaScript without a
// dependency: it runs before anything is installed, on whatever Node the machine has, also one that it refuses.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.tidegate-bootstrap');
const ownNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Ends with a text that says what is wrong and what to do. */
function refuse(what, todo) {
  process.stderr.write(`bootstrap: ${what}\n           ${todo}\n`);
  process.exit(1);
}

function say(text) {
  process.stderr.write(`bootstrap: ${text}\n`);
}

/**
 * Whether npm on this Node installs what the lock names. On others it leaves out the bundler's native part without a word, since that
 * part asks for ^20.19.0 || >=22.12.0 and is optional; the build then fails.
 */
function isHostSupported() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

/** Whether a Node version is one that the sources run on: types are stripped and node:sqlite is there from 24.14 on. */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 14);
}

/** What node_modules must have been made from: the lock's bytes, on this platform. */
function wantedStamp() {
  if (!existsSync(lockFile)) refuse('package-lock.json is missing.', 'Take a whole checkout of the repository.');
  const digest = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  return `${digest} ${process.platform}-${process.arch}\n`;
}

/** The version of the Node that came with the packages, or undefined. */
function installedNodeVersion() {
  if (!existsSync(ownNode)) return undefined;
  const asked = spawnSync(ownNode, ['--version'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/**
 * Whether `npm ci` by hand brought what the lock names: npm writes its own list last. That its Node runs shows that it is for this
 * platform; packages for one platform alone are left out of the comparison.
 */
function isInstalledByHand() {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list)) return false;
  const { packages: there = {} } = JSON.parse(readFileSync(list, 'utf8'));
  const { packages: wanted = {} } = JSON.parse(readFileSync(lockFile, 'utf8'));
  const isThere = ([path, { version, optional, devOptional }]) =>
    path === '' || optional || devOptional || (there[path] !== undefined && there[path].version === version);
  return Object.entries(wanted).every(isThere) && isNewEnough(installedNodeVersion() ?? '0');
}

/** `npm ci` by the npm that runs us: npm names itself in npm_execpath; a direct call takes the npm on the PATH. */
function installPackages() {
  const npm = process.env.npm_execpath;
  // Output goes to stderr, so that the stdout of the command that follows is its answer alone.
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: 'development' } };
  const args = ['ci', '--no-fund', '--no-audit', '--loglevel=error'];
  const done = npm?.endsWith('js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (done.error?.code === 'ENOENT')
    refuse('npm was not found.', 'Install Node 20.19 or newer with npm, then run again.');
  if (done.status !== 0) {
    refuse(
      `npm ci failed${done.status === null ? '' : ` with code ${done.status}`}.`,
      'Its own message is above. The package registry must be reachable for the first set-up.',
    );
  }
}

/** Every file under a folder that the console is built from, in a fixed order. */
function listSources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules' && !/\.test\.ts$/.test(name))
    .flatMap((entry) => (entry.isDirectory() ? listSources(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]))
    .sort();
}

/** What the console and its documents are built from, beside the packages. */
const consoleSources = [
  'packages/console',
  'packages/presign/src',
  'packages/upload/src',
  'docs/guide',
  'docs/reference',
];
const documentSources = ['markdown', 'documents', 'document-pages', 'build-documents'].map(
  (name) => `tools/${name}.ts`,
);

/** Builds the libraries where they were built from something else: scripts in a checkout import them as they would an installed package. */
function buildLibraries(stamp) {
  const built = join(root, 'node_modules', '.tidegate-libraries');
  const digest = createHash('sha256').update(stamp);
  for (const path of ['packages/presign/src', 'packages/upload/src'].flatMap(listSources)) {
    digest.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  const wanted = `${digest.digest('hex')}\n`;
  const isThere = existsSync(join(root, 'packages', 'upload', 'dist', 'index.js'));
  if (isThere && existsSync(built) && readFileSync(built, 'utf8') === wanted) return;
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const projects = ['packages/presign', 'packages/presign/tsconfig.node.json', 'packages/upload'];
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  if (spawnSync(node, [tsc, '-b', '--force', ...projects], options).status !== 0)
    refuse('the libraries could not be built.', 'Its own message is above.');
  writeFileSync(built, wanted);
}

/** What the console must have been built from: its sources, those of the library in it, its documents, and the packages. */
function consoleStamp(stamp) {
  const digest = createHash('sha256').update(stamp);
  for (const path of [...consoleSources.flatMap(listSources), ...documentSources]) {
    digest.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return `${digest.digest('hex')}\n`;
}

/** Builds the console where what is there was built from something else. */
function buildConsole(stamp) {
  const built = join(root, 'packages', 'console', 'dist', '.built-from');
  const wanted = consoleStamp(stamp);
  if (existsSync(built) && readFileSync(built, 'utf8') === wanted) return;
  const startedAtMs = Date.now();
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const options = { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, NODE_ENV: 'production' } };
  for (const args of [[vite, 'build', 'packages/console', '--logLevel', 'warn'], ['tools/build-documents.ts']]) {
    if (spawnSync(node, args, options).status !== 0)
      refuse('the console could not be built.', 'Its own message is above.');
  }
  writeFileSync(built, wanted);
  say(`the console is built after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
}

function checkArguments(given) {
  for (const argument of given) {
    if (argument !== '--console') refuse(`unknown argument ${argument}.`, 'Known: --console');
  }
}

if (!isHostSupported()) {
  say(
    `Tidegate needs Node 20.19 or newer (of Node 22: 22.12); this is ${process.versions.node}. Nothing was installed.`,
  );
  process.exit(1);
}
checkArguments(process.argv.slice(2));

const stamp = wantedStamp();
const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!isCurrent && isInstalledByHand()) {
  writeFileSync(stampFile, stamp);
} else if (!isCurrent) {
  const startedAtMs = Date.now();
  say('installing the packages that package-lock.json names, Node 24 among them (once, about a minute)');
  installPackages();
  const version = installedNodeVersion();
  if (version !== undefined && isNewEnough(version)) {
    say(`Node ${version} is in node_modules, beside the host's ${process.version}`);
  } else if (isNewEnough(process.version)) {
    say(`using the host's Node ${process.version}: the package "node" brought none`);
  } else {
    refuse(
      `the package "node" brought no Node 24, and the host's ${process.version} cannot run the sources.`,
      "npm's ignore-scripts keeps it from unpacking. Run: npm ci --ignore-scripts=false  (or use Node 24.14 or newer)",
    );
  }
  writeFileSync(stampFile, stamp);
  say(`ready after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
}

const hasConsole = existsSync(join(root, 'packages', 'console', 'index.html'));
const wantsConsole = process.argv.includes('--console') && hasConsole;
if (wantsConsole) {
  buildLibraries(stamp);
  buildConsole(stamp);
}
if (existsSync(join(root, 'packages', 'server'))) {
  const { refreshBundle } = await import('./bundle.mjs');
  // The sources of the server import the scripts of its pages.
  for (const name of wantsConsole ? ['server', 'cli'] : ['pages']) refreshBundle(name);
}
