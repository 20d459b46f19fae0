#!/usr/bin/env -S node --disable-proto=delete --disallow-code-generation-from-strings --max-semi-space-size=4
// Runs first on whatever Node there is: no syntax and no static import that Node 14 does not know.
// The young generation grows to 128 MB by default; with two halves of 4 MB a request takes the same processor time (PUT 152 : 157 µs,
// GET 102 : 99 µs), a server that has worked is 100 MB smaller, and one that was just started 9 MB.

const neededMajor = 24;
const neededMinor = 14;
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
  // By name, since importing them loads everything behind all of their exports.
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const { existsSync } = process.getBuiltinModule('node:fs');
  // Only a checkout has the tool that bundles; a package that is installed runs what it came with. So does a process that may start
  // no other (`--permission`).
  const tool = new URL('../../../tools/bundle.mjs', import.meta.url);
  const mayBundle = process.permission?.has('child') !== false;
  if (mayBundle && !/[\\/]node_modules[\\/]/.test(fileURLToPath(import.meta.url)) && existsSync(tool)) {
    const { enableCompileCache, registerHooks } = process.getBuiltinModule('node:module');
    enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/tidegate', import.meta.url)));
    const { refreshBundle } = await import(tool.href);
    refreshBundle('cli');
    registerHooks({
      resolve(specifier, context, nextResolve) {
        // Few commands need the server: the others do not wait for a look at its sources.
        if (specifier === '@tidegate/server') refreshBundle('server');
        return nextResolve(specifier, context);
      },
    });
  }
  await import('../dist/main.js');
}

function failStart(error) {
  process.stderr.write(`✗ Tidegate cannot start: ${error instanceof Error ? error.message : error}\n`);
  process.stderr.write(
    '  In a checkout run  npm ci  first. Anything else is a bug: see SECURITY.md and CONTRIBUTING.md.\n',
  );
  process.exitCode = 1;
}
