import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedRooms, forbiddenCalls, ownedModules, packageRows, rooms } from './layer-tables.ts';
import { checkLayers, otherRules } from './layers.ts';
import { listFiles, readText } from './repository.ts';

/** A path inside the room, for planted files. */
const folderOfRoom: Readonly<Record<string, string>> = {
  browser: 'pages/browser/x.ts',
  index: 'index.ts',
  boot: 'boot/x.ts',
  operation: 's3/operation.ts',
  operations: 's3/operations/x.ts',
  objects: 's3/objects/x.ts',
  resumable: 'links/resumable/x.ts',
  memory: 'stores/memory/x.ts',
  sqlite: 'stores/sqlite/x.ts',
  postgres: 'stores/postgres/x.ts',
  files: 'stores/files/x.ts',
  upstream: 'stores/upstream/x.ts',
  local: 'stores/local/x.ts',
  suites: 'stores/contract/x.ts',
  contracts: 'stores/objects/object-store.ts',
};

function pathIn(room: string): string {
  return folderOfRoom[room] ?? `${room}/x.ts`;
}

function importFrom(room: string, target: string, form: 'types' | 'code'): string {
  const up = '../'.repeat(pathIn(room).split('/').length - 1) || './';
  return `import ${form === 'types' ? 'type ' : ''}{ X } from '${up}${pathIn(target)}';\n`;
}

function rulesIn(path: string, source: string): string[] {
  return checkLayers(path, source).map((violation) => violation.rule);
}

test('SEC-810 every source of the repository keeps to the tables: of randomness too, which one file alone makes', () => {
  const files = listFiles().filter((path) => path.startsWith('packages/') && /\.tsx?$/.test(path));
  assert.ok(files.length >= 20, `only ${files.length} sources were found`);
  const violations = files.flatMap((path) => checkLayers(path, readText(path)));
  assert.deepEqual(
    violations.map(({ rule, file, line, why }) => `${file}:${line} ${rule}: ${why}`),
    [],
  );
});

// Every pair of rooms, as code and as types alone.
const planted = new Set<string>();
for (const [room, row] of Object.entries(rooms)) {
  const { mayImport, mayImportTypes = [] } = row;
  if (mayImport === 'everything' || room === 'suites') continue;
  test(`${room} may import ${mayImport.join(', ') || 'no room'}, types of ${mayImportTypes.join(', ') || 'none'}, and no other`, () => {
    const file = `packages/server/src/${pathIn(room)}`;
    const open = Object.keys(rooms).filter((name) => name !== room && closedRooms[name] === undefined);
    for (const target of open) {
      const isTypes = mayImportTypes.includes(target);
      const expected: string[] = mayImport.includes(target) ? [] : [isTypes ? 'room-types' : 'room'];
      for (const rule of expected) planted.add(rule);
      assert.deepEqual(rulesIn(file, importFrom(room, target, 'code')), expected, target);
      assert.deepEqual(rulesIn(file, importFrom(room, target, 'types')), isTypes ? [] : expected, target);
    }
  });
}

for (const owned of ownedModules) {
  const sample = { 'owned-postgres': 'pg', 'owned-log': 'pino', 'no-programs': 'node:child_process' }[owned.rule];
  const specifier = sample ?? `node:${/node:\(?([a-z_]+)/.exec(String(owned.modules[0]))?.[1]}`;
  planted.add(owned.rule);
  test(`${specifier} outside ${owned.owners.join(', ') || 'nobody'} is caught as ${owned.rule}`, () => {
    for (const room of Object.keys(rooms).filter((name) => name !== 'suites')) {
      const rules = rulesIn(`packages/server/src/${pathIn(room)}`, `import { x } from '${specifier}';\n`);
      assert.equal(rules.includes(owned.rule), !owned.owners.includes(room), room);
    }
  });
}

const callSamples: Readonly<Record<string, readonly string[]>> = {
  clock: ['const t = Date.now();', 'const clock = Date . now;'],
  'clock-date': ['const t = new Date();', 'const t = new Date( );', 'const t = new Date;', 'const t = Date();'],
  'clock-monotonic': ['performance.now()', 'process.hrtime.bigint()'],
  random: ['Math.random()'],
  'random-bytes': ['randomBytes(16)', 'crypto.randomUUID()', 'crypto.getRandomValues(bytes)', 'crypto.randomInt(3)'],
  environment: ['process.env.HOME', "process['env']", 'globalThis.process?.env', 'const { env } = process;'],
  exit: ['process.exit(1)', 'process.abort()'],
  console: ["console.log('x')", 'console\n  .error(1)'],
  timer: ['setTimeout(run, 1)', 'globalThis.setInterval(run, 1)'],
  evaluation: ['eval(text)', 'new Function(text)'],
  'builtin-by-name': ["process.getBuiltinModule('node:http')"],
  'computed-import': ['await import(name)', 'await import(\n  where(),\n)'],
};
for (const call of forbiddenCalls) {
  planted.add(call.rule);
  for (const sample of callSamples[call.rule] ?? []) {
    test(`${JSON.stringify(sample)} is caught as ${call.rule} outside ${call.rooms.join(', ') || 'nobody'}`, () => {
      assert.deepEqual(rulesIn('packages/server/src/links/x.ts', sample), [call.rule]);
      for (const room of call.rooms) assert.deepEqual(rulesIn(`packages/server/src/${pathIn(room)}`, sample), []);
      for (const name of Object.keys(call.packages))
        assert.deepEqual(rulesIn(`packages/${name}/src/x.ts`, sample), [call.rule]);
      assert.deepEqual(rulesIn('packages/server/src/links/x.test.ts', sample), [], 'tests may');
    });
  }
  test(`the rule ${call.rule} has a sample`, () => assert.ok((callSamples[call.rule] ?? []).length > 0));
}

const plants: readonly (readonly [rule: string, file: string, source: string])[] = [
  ['package', 'packages/presign/src/x.ts', "import { S3Error } from '@tidegate/protocol';"],
  ['package', 'packages/presign/src/x.ts', "import { SaxesParser } from 'saxes';"],
  ['package', 'packages/protocol/src/x.ts', "import { startServer } from '@tidegate/server';"],
  ['package', 'packages/server/src/http/x.ts', "import express from 'express';"],
  ['package', 'packages/server/src/http/x.ts', "import { main } from 'tidegate';"],
  ['package', 'packages/cli/src/x.ts', "import chalk from 'chalk';"],
  ['package', 'packages/protocol/src/x.ts', "import { signingKey } from '@tidegate/presign/src/signing-key.ts';"],
  ['package', 'packages/unknown/src/x.ts', "import { x } from 'x';"],
  ['package-path', 'packages/server/src/auth/x.ts', "import { verify } from '../../../presign/src/verify.ts';"],
  ['package-path', 'packages/server/src/auth/x.test.ts', "import { verify } from '../../../presign/src/verify.ts';"],
  ['package-path', 'packages/cli/src/x.test.ts', "import { x } from '@tidegate/server/src/main.ts';"],
  ['node-module', 'packages/presign/src/sign/presign.ts', "import { createHmac } from 'node:crypto';"],
  ['closed-room', 'packages/server/src/http/x.ts', "import { startServer } from '../main.ts';"],
  [
    'closed-room',
    'packages/server/src/s3/operations/x.ts',
    "import { objectStoreContract } from '../../stores/contract/x.ts';",
  ],
  ['closed-room', 'packages/server/src/s3/operations/x.ts', "import { objectStoreContract } from '../../index.ts';"],
  ['no-room', 'packages/server/src/manager/x.ts', 'export const x = 1;'],
  ['no-room', 'packages/server/src/anything.ts', 'export const x = 1;'],
  ['room-package', 'packages/server/src/s3/operations/x.ts', "import { verify } from '@tidegate/presign';"],
  ['room-package', 'packages/server/src/settings/x.ts', "import { refusal } from '@tidegate/protocol';"],
  ['room', 'packages/server/src/stores/memory/x.ts', "export * from '../sqlite/x.ts';"],
  ['room', 'packages/server/src/auth/x.ts', "const { x } = await import('../links/x.ts');"],
  ['room', 'packages/server/src/auth/x.ts', "import '../policy/x.ts';"],
];
for (const [rule, file, source] of plants) {
  planted.add(rule);
  test(`${file} with ${JSON.stringify(source)} is caught as ${rule}`, () => {
    assert.deepEqual(rulesIn(file, source), [rule]);
  });
}

test('every rule has a planted file that it catches', () => {
  const all = [...otherRules, ...ownedModules.map((row) => row.rule), ...forbiddenCalls.map((row) => row.rule)];
  assert.deepEqual(
    all.filter((rule) => !planted.has(rule)),
    [],
  );
});

test('every row names rooms and packages that are in the tables', () => {
  const names = new Set(Object.keys(rooms));
  const named = Object.values(rooms).flatMap((row) => [
    ...(row.mayImport === 'everything' ? [] : row.mayImport),
    ...(row.mayImportTypes ?? []),
  ]);
  const owners = [...ownedModules.flatMap((row) => row.owners), ...forbiddenCalls.flatMap((row) => row.rooms)];
  for (const name of [...named, ...owners, ...Object.values(closedRooms).flat()]) assert.ok(names.has(name), name);
  for (const call of forbiddenCalls) for (const name of Object.keys(call.packages)) assert.ok(packageRows[name], name);
});

test('ARCHITECTURE.md names every room that there is', () => {
  const text = readText('ARCHITECTURE.md');
  const paths = listFiles().filter((path) => path.startsWith('packages/server/src/'));
  const folders = new Set(paths.map((path) => path.split('/').slice(3, -1)[0]).filter((name) => name !== undefined));
  const engines = new Set(
    paths.filter((path) => path.includes('/stores/')).map((path) => path.split('/').slice(4, -1)[0]),
  );
  const named = [...folders, ...engines].filter((name) => name !== undefined && name !== 'test-support');
  assert.ok(named.length >= 12);
  for (const name of named) assert.ok(text.includes(`${name}/\``), `${name}/ is not in ARCHITECTURE.md`);
});

test('text in comments, strings and other names is not a call', () => {
  const source = [
    '// Date.now() and process.env',
    "const text = 'console.log(Math.random())';",
    'const at = new Date(timeMs); const resetTimeout = 1; const mayExit = world.exit;',
    'const known = await import("./known.ts");',
  ].join('\n');
  assert.deepEqual(rulesIn('packages/server/src/http/x.ts', source), []);
});
