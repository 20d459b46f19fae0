/**
 * What every start needs of Node's modules. An `import` reads all of their exports, and so loads what stands behind lazy ones:
 * `node:fs` brings promises and readline, `node:util` a decoder and a diff. Asked for by name they bring themselves alone
 * (4 ms of processor time less in each start, December 2026).
 */
export const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
export const { join } = process.getBuiltinModule('node:path');
export const { homedir } = process.getBuiltinModule('node:os');
export const { parseArgs } = process.getBuiltinModule('node:util');
