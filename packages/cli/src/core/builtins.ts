/**
 * The members of Node's modules that every startup needs. An `import` reads all exports, and so loads what lazy ones need:
 * `node:fs` brings promises and readline, `node:util` a decoder and a diff. Destructured like this, only these are loaded
 * (saves 4 ms of processor time per startup, December 2026).
 */
export const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
export const { join } = process.getBuiltinModule('node:path');
export const { homedir } = process.getBuiltinModule('node:os');
export const { parseArgs } = process.getBuiltinModule('node:util');
