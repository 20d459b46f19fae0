import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '@tidegate/protocol/nearest';
import { parse, TomlError } from 'smol-toml';
import { BadSetting, InsecureFile } from './faults.ts';
import { laterTomlKeys, settings } from './list.ts';

/** What a `tidegate.toml` says: values by dotted path, not yet read by their kinds. */
export type TomlFile = {
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
  /** 1-based line on which a path is set, for messages. */
  lineOf(path: string): number | undefined;
};

/** Every path that a file may set. A secret is given as it is, in a file that only its owner may read, or as `<name>_file`. */
const knownPaths: ReadonlySet<string> = new Set(
  Object.values(settings).flatMap(({ toml, secret }) =>
    toml === undefined ? [] : secret ? [toml, secretFilePath(toml)] : [toml],
  ),
);

/** Settings that no file may set, by the path that they would have. */
const variablesByPath: ReadonlyMap<string, string> = new Map(
  Object.values(settings).flatMap(({ toml, environment }) =>
    toml === undefined ? [[environment.replace('TIDEGATE_', '').toLowerCase(), environment]] : [],
  ),
);

/** The path that names the file of a secret. */
export function secretFilePath(toml: string): string {
  return `${toml}_file`;
}

/**
 * Reads the file that is named, else the first that exists of `DATA/tidegate.toml` and `/etc/tidegate/tidegate.toml`.
 * @throws BadSetting for a file that cannot be read or parsed, and for a name that is no setting
 */
export function findTomlFile(named: string | undefined, dataFolder: string): TomlFile | undefined {
  if (named !== undefined) return readTomlFile(named, 'must exist');
  return (
    readTomlFile(join(dataFolder, 'tidegate.toml'), 'may be missing') ??
    readTomlFile('/etc/tidegate/tidegate.toml', 'may be missing')
  );
}

function readTomlFile(path: string, missing: 'must exist' | 'may be missing'): TomlFile | undefined {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (missing === 'may be missing' && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new BadSetting(`The settings file ${path} cannot be read: ${code ?? 'unknown error'}.`);
  }
  return parseTomlFile(path, source);
}

/** Parses the text of a settings file; every name in it must be a setting. @throws BadSetting */
export function parseTomlFile(path: string, source: string): TomlFile {
  const lineOf = (dotted: string): number | undefined => findLine(source, dotted);
  const values = new Map<string, unknown>();
  let document: Record<string, unknown>;
  try {
    document = parse(source, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new BadSetting(`${path}, line ${error.line}: this is not TOML: ${error.message.split('\n')[0]}`);
  }
  for (const [dotted, value] of flatten(document)) {
    if (!knownPaths.has(dotted)) throw unknownName(path, dotted, lineOf(dotted));
    values.set(dotted, value);
  }
  return { path, values, lineOf };
}

function* flatten(table: Readonly<Record<string, unknown>>, prefix = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(table)) {
    const dotted = prefix + name;
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    // Two levels are all that settings have; what lies deeper is reported by the name of its table.
    if (isTable && prefix === '') yield* flatten({ ...value }, `${dotted}.`);
    else yield [dotted, value];
  }
}

function unknownName(path: string, dotted: string, line: number | undefined): BadSetting {
  const where = line === undefined ? path : `${path}, line ${line}`;
  const section = dotted.split('.')[0] ?? dotted;
  if (laterTomlKeys.includes(dotted) || laterTomlKeys.includes(section)) {
    return new BadSetting(`${where}: \`${dotted}\` belongs to a feature that is not in this version.`);
  }
  const variable = variablesByPath.get(dotted.replace(/_file$/, ''));
  if (variable !== undefined) {
    return new BadSetting(
      `${where}: \`${dotted}\` cannot be set in this file. Set ${variable} in the environment, or ${variable}_FILE to the path of a file that holds it.`,
    );
  }
  const nearest = nearestName(dotted, knownPaths);
  const hint = nearest === undefined ? '' : ` Did you mean \`${nearest}\`?`;
  return new BadSetting(`${where}: \`${dotted}\` is not a setting.${hint}`);
}

/** The line on which a path is set. A scan of lines, not a parse: it serves messages alone. */
function findLine(source: string, dotted: string): number | undefined {
  const last = dotted.slice(dotted.lastIndexOf('.') + 1);
  const table = dotted.slice(0, Math.max(0, dotted.lastIndexOf('.')));
  let section = '';
  for (const [index, line] of source.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[')) {
      section = trimmed.replace(/^\[+/, '').replace(/\].*$/, '').trim();
      if (section === dotted) return index + 1;
      continue;
    }
    const name = trimmed.split('=')[0]?.trim().replaceAll('"', '') ?? '';
    if ((section === table && name === last) || (section === '' && name === dotted)) return index + 1;
  }
  return undefined;
}

/** The content of a file that holds one value, without the newline at its end. @throws BadSetting, InsecureFile */
export function readValueFile(name: string, path: string, secrecy: { mustBePrivate: boolean }): string {
  try {
    if (secrecy.mustBePrivate) refuseInsecureMode(path);
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if (error instanceof BadSetting || error instanceof InsecureFile) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown error';
    throw new BadSetting(`${name}: the file ${path} cannot be read: ${code}.`);
  }
}

/**
 * Refuses a file that others than its owner may read, or that belongs to another user than root and this one (SEC-807).
 * @param why what the file holds, and what to do about it
 * @throws InsecureFile
 */
export function refuseInsecureMode(path: string, why?: string): void {
  const stats = statSync(path);
  const mode = stats.mode & 0o777;
  const user = process.getuid?.();
  const because = why === undefined ? '' : `, and ${why}`;
  if (user !== undefined && stats.uid !== user && stats.uid !== 0) {
    throw new InsecureFile(path, `it belongs to another user (${stats.uid})${because}`);
  }
  if (stats.isFile() && (mode & 0o077) !== 0) {
    throw new InsecureFile(path, `others may read it (mode ${mode.toString(8).padStart(4, '0')})${because}`);
  }
}
