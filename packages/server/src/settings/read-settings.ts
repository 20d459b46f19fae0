import { nearestName } from '@tidegate/protocol/nearest';
import ipaddr from 'ipaddr.js';
import { BadSetting } from './faults.ts';
import type { Parsed } from './kinds.ts';
import { type SettingName, type Settings, settings } from './list.ts';
import type { Setting } from './setting.ts';
import {
  findTomlFile,
  parseTomlFile,
  readValueFile,
  refuseInsecureMode,
  secretFilePath,
  type TomlFile,
} from './toml-file.ts';

/** Where a value came from, for `config show` and messages. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

/** What the settings are read from. */
export type SettingInputs = {
  /** Text of the flags that were given, by setting name. A flag without a value is `'true'`; a repeated one is joined by commas. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--config FILE`. */
  readonly configFile?: string | undefined;
};

/** All settings, where each came from, and what is worth a warning. */
export type ReadSettings = {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, SettingSource>>;
  readonly configFile: string | undefined;
  readonly warnings: readonly string[];
};

const names = Object.keys(settings).filter((name): name is SettingName => Object.hasOwn(settings, name));

/** Variables that belong to the command line and the library, not to the server. */
const otherVariables = ['TIDEGATE_CONFIG', 'TIDEGATE_ENDPOINT', 'TIDEGATE_PROFILE'];

/**
 * Reads all settings: flags beat environment beats file beats default.
 * @throws BadSetting, InsecureFile
 */
export function readSettings(inputs: SettingInputs): ReadSettings {
  const { flags, environment } = inputs;
  const dataFolder = flags.data ?? environment['TIDEGATE_DATA'] ?? settings.data.default;
  const toml = findTomlFile(inputs.configFile ?? environment['TIDEGATE_CONFIG'], dataFolder);
  const sources: Partial<Record<SettingName, SettingSource>> = {};
  // First, since it decides whether the files of others may be read by anybody.
  const [lax] = readOne('allowInsecureFileModes', { flags, environment, toml, mustBePrivate: false });
  if (toml !== undefined && lax !== true) refuseInsecureSettingsFile(toml);
  const values = collectSettings((name) => {
    const [value, source] = readOne(name, { flags, environment, toml, mustBePrivate: lax !== true });
    sources[name] = source;
    return value;
  });
  if (!hasAll(sources)) throw new BadSetting('A setting has no source.');
  return { settings: values, sources, configFile: toml?.path, warnings: unknownVariables(environment) };
}

/**
 * The settings of a program that starts a server in its own process, by their names in the reference of settings. A text is read
 * as the flag or variable would be (`listen: '127.0.0.1:0'`, `linkMaxExpiryS: '7d'`); any other value is used as it is.
 * What is left out has its default.
 */
export type ServerSettings = { readonly [Name in SettingName]?: Settings[Name] | string | undefined };

/**
 * Completes the settings of a program.
 * @throws BadSetting for a name that is no setting, with the nearest that is one, and for a malformed value
 */
export function completeSettings(given: ServerSettings): Settings {
  for (const name of Object.keys(given)) if (!Object.hasOwn(settings, name)) throw unknownSetting(name);
  return collectSettings((name) => {
    const value = given[name];
    const one = declared(name);
    if (typeof value === 'string') return accept(one.kind.fromText(value), name, value, one.secret);
    return value === undefined ? one.default : value;
  });
}

function unknownSetting(given: string): BadSetting {
  const meant = names.find((name) => declared(name).toml === given || declared(name).flag === `--${given}`);
  const nearest = meant ?? nearestName(given, names);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return new BadSetting(`Unknown setting ${JSON.stringify(given)}.${hint}`);
}

/** Settings from only flags and file text: for tests and for programs that start a server in their own process. */
export function settingsFrom(flags: SettingInputs['flags'], toml = ''): Settings {
  const file = parseTomlFile('tidegate.toml', toml);
  return collectSettings((name) => readOne(name, { flags, environment: {}, toml: file, mustBePrivate: false })[0]);
}

/** @throws BadSetting */
function collectSettings(readValue: (name: SettingName) => unknown): Settings {
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const name of names) {
    const value = readValue(name);
    const refusal = declared(name).notBuilt?.(value);
    if (refusal !== undefined) throw new BadSetting(refusal);
    values[name] = value;
  }
  if (!isComplete(values)) throw new BadSetting('A setting has no value.');
  checkTogether(values);
  return values;
}

type Places = {
  readonly flags: SettingInputs['flags'];
  readonly environment: SettingInputs['environment'];
  readonly toml: TomlFile | undefined;
  readonly mustBePrivate: boolean;
};

function readOne(name: SettingName, places: Places): [value: unknown, source: SettingSource] {
  const one = declared(name);
  const flag = places.flags[name];
  if (flag !== undefined) return [accept(one.kind.fromText(flag), one.flag ?? name, flag, one.secret), 'flag'];
  const variable = places.environment[one.environment];
  const file = places.environment[`${one.environment}_FILE`];
  if (variable !== undefined && variable !== '') {
    if (file !== undefined && file !== '') {
      throw new BadSetting(`${one.environment} and ${one.environment}_FILE are both set. Keep one of them.`);
    }
    return [accept(one.kind.fromText(variable), one.environment, variable, one.secret), 'environment'];
  }
  if (file !== undefined && file !== '') {
    const value = readValueFile(`${one.environment}_FILE`, file, {
      mustBePrivate: one.secret && places.mustBePrivate,
    });
    return [accept(one.kind.fromText(value), `${one.environment}_FILE`, value, one.secret), 'environment'];
  }
  return readFromToml(one, places);
}

function readFromToml(one: Setting<unknown>, places: Places): [value: unknown, source: SettingSource] {
  const { toml } = places;
  if (toml === undefined || one.toml === undefined) return [one.default, 'default'];
  const value = valueIn(toml, one.toml);
  if (!one.secret) {
    if (value === undefined) return [one.default, 'default'];
    const given = typeof value === 'object' ? JSON.stringify(value, withoutSecrets) : String(value);
    return [accept(one.kind.fromToml(value), placeIn(toml, one.toml), given, false), 'file'];
  }
  return readSecretFromToml(one, one.toml, { ...places, toml });
}

/** SEC-807: a secret in the settings file itself, which must be private then, or in a file of its own. */
function readSecretFromToml(
  one: Setting<unknown>,
  path: string,
  { toml, mustBePrivate }: Places & { readonly toml: TomlFile },
): [value: unknown, source: SettingSource] {
  const filePath = secretFilePath(path);
  const [value, file] = [valueIn(toml, path), valueIn(toml, filePath)];
  if (value !== undefined && file !== undefined) {
    throw new BadSetting(`${placeIn(toml, path)} and ${filePath} are both set. Keep one of them.`);
  }
  if (file !== undefined) {
    const where = placeIn(toml, filePath);
    if (typeof file !== 'string') throw new BadSetting(`${where} is not the name of a file in quotes.`);
    const content = readValueFile(where, file, { mustBePrivate });
    return [accept(one.kind.fromText(content), where, content, true), 'file'];
  }
  if (value === undefined) return [one.default, 'default'];
  if (mustBePrivate) {
    refuseInsecureMode(
      toml.path,
      `it holds ${path}. Run  chmod 600 ${toml.path}  or write ${filePath} = "FILE" instead`,
    );
  }
  return [accept(one.kind.fromToml(value), placeIn(toml, path), '', true), 'file'];
}

/** A secret that was written where a file should be named is not repeated in the message about it. */
function withoutSecrets(name: string, value: unknown): unknown {
  return /secret|token|password/i.test(name) && !name.endsWith('_file') ? '…' : value;
}

function valueIn(toml: TomlFile, path: string): unknown {
  const value = toml.values.get(path);
  return value === '' ? undefined : value;
}

function placeIn(toml: TomlFile, path: string): string {
  const line = toml.lineOf(path);
  return `${toml.path}${line === undefined ? '' : `, line ${line}`}: ${path}`;
}

function accept(parsed: Parsed<unknown>, where: string, given: string, secret: boolean): unknown {
  if (parsed.ok) return parsed.value;
  throw new BadSetting(`${where} ${secret ? 'is set to something that' : JSON.stringify(given)} is not ${parsed.why}.`);
}

/** What no single setting can know: values that contradict one another. */
function checkTogether(values: Settings): void {
  if ((values.tlsCert === undefined) !== (values.tlsKey === undefined)) {
    throw new BadSetting('TLS needs both --tls-cert and --tls-key.');
  }
  if ((values.rootAccessKeyId === undefined) !== (values.rootSecretAccessKey === undefined)) {
    throw new BadSetting(
      'TIDEGATE_ROOT_ACCESS_KEY_ID and TIDEGATE_ROOT_SECRET_ACCESS_KEY belong together: one of them is not set.',
    );
  }
  if (values.listen.length === 0) throw new BadSetting('--listen names no address.');
  if (values.workers > 1 && values.listen.some(({ kind }) => kind === 'unix')) {
    throw new BadSetting(
      '--workers shares a port among processes; a socket file has one. Listen at host:port, or take --workers 1.',
    );
  }
  if (values.data === '') throw new BadSetting('The data folder has no name.');
  if (!/^[a-z0-9-]{1,64}$/.test(values.region)) {
    throw new BadSetting(`--region ${JSON.stringify(values.region)} is not a region such as us-east-1.`);
  }
  for (const range of values.trustProxy) {
    if (!isIPAddressOrRange(range)) {
      throw new BadSetting(`--trust-proxy ${JSON.stringify(range)} is not an address or CIDR such as 10.0.0.0/8.`);
    }
  }
  for (const range of values.outboundAllow) {
    if (!isIPAddressOrRange(range)) {
      throw new BadSetting(`outbound_allow ${JSON.stringify(range)} is not an address or CIDR such as 10.0.0.0/8.`);
    }
  }
}

function refuseInsecureSettingsFile(toml: TomlFile): void {
  // A file without secrets may be read by others, as packages install it; one that names secret files too. Nobody but
  // its owner may write it, but that is for the owner: what is checked is what leaks.
  const holdsSecret = [...toml.values].some(
    ([, value]) => typeof value === 'string' && /:\/\/[^/]*:[^/]*@/.test(value),
  );
  if (holdsSecret) refuseInsecureMode(toml.path);
}

/** Names of variables that look like ours and are none, with the nearest that is one. */
function unknownVariables(environment: SettingInputs['environment']): string[] {
  const known = new Set([
    ...names.flatMap((name) => [declared(name).environment, `${declared(name).environment}_FILE`]),
    ...otherVariables,
  ]);
  return Object.keys(environment)
    .filter((variable) => variable.startsWith('TIDEGATE_') && !known.has(variable))
    .map((variable) => {
      const nearest = nearestName(variable, known);
      return `${variable} is not a setting.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`;
    });
}

function declared(name: SettingName): Setting<unknown> {
  // Sound: a Setting<T> is read here only through its own kind, so T cannot be mixed up.
  return settings[name] as unknown as Setting<unknown>;
}

function isComplete(values: Partial<Record<SettingName, unknown>>): values is Settings {
  return names.every((name) => name in values);
}

function hasAll(sources: Partial<Record<SettingName, SettingSource>>): sources is Record<SettingName, SettingSource> {
  return names.every((name) => name in sources);
}

/** Whether a text is an IP address, or one with a prefix length. Four decimal numbers without leading zeros for IPv4. */
function isIPAddressOrRange(text: string): boolean {
  const [host = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (host.includes(':') ? 128 : 32));
}
