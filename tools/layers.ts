import { closedRooms, type ForbiddenCall, forbiddenCalls, ownedModules, packageRows, rooms } from './layer-tables.ts';
import { lineAt, listImports, readSource, type SourceImport } from './source-text.ts';

/** One place where a source breaks the order of the house. `rule` is the id of a row below; ARCHITECTURE.md explains the rows. */
export type Violation = { readonly rule: string; readonly file: string; readonly line: number; readonly why: string };

/** Every rule that `checkLayers` can report, besides the rows of `rooms`, which report as `room`. */
export const otherRules = [
  'room',
  'room-types',
  'closed-room',
  'no-room',
  'package',
  'package-path',
  'node-module',
  'room-package',
];

type Place = { readonly packageName: string; readonly inPackage: string; readonly room: string | undefined };

/** Reads one file of `packages/` by its repository path and says what in it breaks the tables. */
export function checkLayers(file: string, source: string): Violation[] {
  const place = placeOf(file);
  if (place === undefined) return [];
  const text = readSource(source);
  const isTest = isTestFile(file);
  const checks = listImports(text).flatMap((entry) => checkImport(file, place, entry, isTest));
  if (isTest) return checks;
  const lost = place.packageName === 'server' && place.room === undefined;
  if (lost)
    checks.push({
      rule: 'no-room',
      file,
      line: 1,
      why: `${place.inPackage} belongs to no room of tools/layer-tables.ts`,
    });
  return [...checks, ...forbiddenCalls.flatMap((call) => checkCall(file, place, call, text.code))];
}

function isTestFile(file: string): boolean {
  return (
    file.endsWith('.test.ts') || /^packages\/[^/]+\/test\//.test(file) || /\/(?:test-support|contract)\//.test(file)
  );
}

function placeOf(file: string): Place | undefined {
  const [top, packageName, ...rest] = file.split('/');
  if (top !== 'packages' || packageName === undefined || rest.length === 0) return undefined;
  const inPackage = rest.join('/');
  return { packageName, inPackage, room: packageName === 'server' ? roomOf(inPackage) : undefined };
}

function roomOf(inPackage: string): string | undefined {
  if (!inPackage.startsWith('src/')) return undefined;
  const path = inPackage.slice('src/'.length);
  return Object.keys(rooms).find((name) => rooms[name]?.files.some((pattern) => pattern.test(path)));
}

function checkImport(file: string, place: Place, entry: SourceImport, isTest: boolean): Violation[] {
  const at = { file, line: entry.line };
  const { specifier } = entry;
  if (specifier.startsWith('.')) return checkRelative(at, place, entry, isTest);
  if (specifier.startsWith('#')) return [];
  const row = packageRows[place.packageName];
  if (row === undefined) return [{ ...at, rule: 'package', why: `the package ${place.packageName} has no row` }];
  if (isTest) return checkPackagePath(at, specifier);
  const name = packageOf(specifier);
  const found = place.packageName === 'server' ? checkServerModule(at, place, specifier) : [];
  if (specifier.startsWith('node:')) {
    const mayUseNode = row.nodeFiles === 'all' || row.nodeFiles.some((pattern) => pattern.test(place.inPackage));
    if (!mayUseNode) found.push({ ...at, rule: 'node-module', why: `${specifier} in a file that runs in browsers` });
  } else if (!row.packages.includes(specifier) && !(row.packages.includes(name) && !name.startsWith('@tidegate/'))) {
    found.push({ ...at, rule: 'package', why: `${place.packageName} may not import ${specifier}` });
  }
  return found;
}

/** Tests may import any package by its name, but no file inside another one. */
function checkPackagePath(at: { readonly file: string; readonly line: number }, specifier: string): Violation[] {
  const isInside = /^@tidegate\/[^/]+\/(?:src|dist)\//.test(specifier);
  return isInside ? [{ ...at, rule: 'package-path', why: `${specifier} reaches into another package` }] : [];
}

function checkServerModule(
  at: { readonly file: string; readonly line: number },
  place: Place,
  specifier: string,
): Violation[] {
  const room = place.room ?? '';
  const found: Violation[] = [];
  for (const owned of ownedModules) {
    if (owned.owners.includes(room) || !owned.modules.some((pattern) => pattern.test(specifier))) continue;
    found.push({ ...at, rule: owned.rule, why: `${specifier} belongs to ${owned.owners.join(', ') || 'nobody'}` });
  }
  const allowed = rooms[room]?.packages;
  if (specifier.startsWith('@tidegate/') && allowed !== undefined && !allowed.includes(specifier)) {
    found.push({ ...at, rule: 'room-package', why: `${room} may not import ${specifier}` });
  }
  return found;
}

function checkRelative(
  at: { readonly file: string; readonly line: number },
  place: Place,
  entry: SourceImport,
  isTest: boolean,
): Violation[] {
  const path = resolvePath(at.file, entry.specifier);
  // What tests of the whole product share belongs to no package.
  if (isTest && /^test\/[^/]+\.ts$/.test(path)) return [];
  const target = placeOf(path);
  if (target?.packageName !== place.packageName) {
    return [{ ...at, rule: 'package-path', why: `${entry.specifier} leaves the package ${place.packageName}` }];
  }
  const { room } = place;
  if (isTest || room === undefined || target.room === undefined || target.room === room) return [];
  const mayEnter = closedRooms[target.room];
  if (mayEnter !== undefined && !mayEnter.includes(room)) {
    return [{ ...at, rule: 'closed-room', why: `${room} may not import ${target.room}` }];
  }
  const row = rooms[room];
  if (row === undefined || row.mayImport === 'everything' || row.mayImport.includes(target.room)) return [];
  if (row.mayImportTypes?.includes(target.room)) {
    return entry.isType ? [] : [{ ...at, rule: 'room-types', why: `${room} may import only types of ${target.room}` }];
  }
  return [{ ...at, rule: 'room', why: `${room} may not import ${target.room}` }];
}

function checkCall(file: string, place: Place, call: ForbiddenCall, code: string): Violation[] {
  const { packageName, inPackage, room } = place;
  const allowedFiles = call.packages[packageName];
  const isAllowed =
    packageName === 'server'
      ? call.rooms.includes(room ?? '')
      : allowedFiles === undefined || allowedFiles.some((pattern) => pattern.test(inPackage));
  if (isAllowed) return [];
  return [...code.matchAll(call.pattern)].map((match) => ({
    rule: call.rule,
    file,
    line: lineAt(code, match.index),
    why: `${match[0].trim()} belongs to ${call.rooms.join(', ') || 'nobody'}`,
  }));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function resolvePath(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
