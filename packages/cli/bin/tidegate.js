#!/usr/bin/env -S node --disable-proto=delete --disallow-code-generation-from-strings --max-semi-space-size=4
// Runs first on whatever Node there is: no syntax and no static import that Node 14 does not know.
// The young generation grows to 128 MB by default; with two halves of 4 MB a request takes the same processor time (PUT 152 : 157 µs,
// GET 102 : 99 µs), a server that has worked is 100 MB smaller, and one that was just started 9 MB.

const neededMajor = 24;
const neededMinor = 14;
const ownFile = /\/(?:@tidegate\/[^/]+|tidegate)\/dist\/[^?#]*$/;
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) {
  start().catch(failStart);
} else {
  process.stderr.write(
    `✗ Tidegate needs Node ${neededMajor}.${neededMinor} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      '  In a checkout, npm start installs the right one, and  npx --no-install tidegate  uses it.\n',
  );
  process.exitCode = 2;
}

async function start() {
  // `node …/tidegate.js`, as containers start it, passes by the flag in the first line (SEC-315).
  Reflect.deleteProperty(Object.prototype, '__proto__');
  // By name, since an import of them loads what stands behind all of their exports.
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const { existsSync } = process.getBuiltinModule('node:fs');
  const module = process.getBuiltinModule('node:module');
  const source = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  // A published package holds its sources too, but Node strips no types under node_modules.
  if (existsSync(source) && !/[\\/]node_modules[\\/]/.test(source)) {
    // Stripping types takes 40 ms of a start; the cache brings that to 10 (measured on two cores, November 2026).
    module.enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/tidegate', import.meta.url)));
    module.registerHooks({ resolve: resolveSource });
  } else {
    module.registerHooks({ resolve: resolvePublished });
  }
  await import('#main');
}

// A file that is named whole needs no search, and its kind is known: of the 120 ms that `presign` took with its 54 files that saves 15 to 20
// (processor time, December 2026).

/** Every package of the workspace is taken from its sources, as `--conditions=tidegate-source` does, without a second process. */
function resolveSource(specifier, context, nextResolve) {
  if (specifier.startsWith('.') && specifier.endsWith('.ts')) {
    return { url: new URL(specifier, context.parentURL).href, format: 'module-typescript', shortCircuit: true };
  }
  return nextResolve(specifier, { ...context, conditions: [...context.conditions, 'tidegate-source'] });
}

/** Compiled, in packages of ours alone: how those of others mean a name is theirs to say. */
function resolvePublished(specifier, context, nextResolve) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && ownFile.test(context.parentURL)) {
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

function failStart(error) {
  process.stderr.write(`✗ Tidegate cannot start: ${error instanceof Error ? error.message : error}\n`);
  process.stderr.write(
    '  In a checkout run  npm ci  first. Anything else is a bug: see SECURITY.md and CONTRIBUTING.md.\n',
  );
  process.exitCode = 1;
}
