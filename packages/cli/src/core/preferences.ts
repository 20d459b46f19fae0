import { nearestName } from '@tidegate/protocol/nearest';
import { join, readFileSync } from './builtins.ts';
import { wrongUse } from './errors.ts';
import type { World } from './world.ts';

/** What a person prefers, beside what `~/.aws` says: the only settings that the command line has of its own. */
export type Preferences = {
  /** Where the console is reached from here: through a tunnel, at another port. */
  readonly console?: string;
  readonly color?: 'auto' | 'always' | 'never';
  readonly qr?: 'normal' | 'invert';
};

const choices: Readonly<Record<keyof Preferences, readonly string[] | undefined>> = {
  console: undefined,
  color: ['auto', 'always', 'never'],
  qr: ['normal', 'invert'],
};

/** One setting in a line; TOML without tables, numbers and escapes, of which none is needed. */
const line = /^\s*([A-Za-z_]\w*)\s*=\s*(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$/;

/** Reads `~/.config/tidegate/config.toml`; missing values have their defaults. @throws CliError for an invalid line */
export function readPreferences({ env, homeFolder }: Pick<World, 'env' | 'homeFolder'>): Preferences {
  const path = join(env['XDG_CONFIG_HOME'] || join(homeFolder, '.config'), 'tidegate', 'config.toml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // Nobody has to have it, and a home that cannot be read has none.
    return {};
  }
  const found = new Map<string, string>();
  for (const [index, words] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#.*)?$/.test(words)) continue;
    const [, name, quoted, literal] = line.exec(words) ?? [];
    const where = `${path}, line ${index + 1}`;
    if (name === undefined) throw wrongUse(`${where}: expected  name = "value".`);
    if (!Object.hasOwn(choices, name)) throw wrongUse(`${where}: "${name}" is not a preference.`, hintFor(name));
    found.set(name, checked(name, quoted ?? literal ?? '', where));
  }
  // Sound: names and values were looked at one by one.
  return Object.fromEntries(found) as Preferences;
}

function hintFor(name: string): string {
  const nearest = nearestName(name, Object.keys(choices));
  return nearest === undefined ? `Preferences: ${Object.keys(choices).join(', ')}` : `Did you mean ${nearest}?`;
}

function checked(name: string, value: string, where: string): string {
  const allowed = new Map(Object.entries(choices)).get(name);
  if (allowed !== undefined && !allowed.includes(value)) {
    throw wrongUse(`${where}: ${name} is "${value}"; allowed: ${allowed.join(', ')}.`);
  }
  if (name === 'console' && !/^https?:\/\/[^/]+\/?$/.test(value)) {
    throw wrongUse(`${where}: console is "${value}", which is not a URL.`, 'Write  console = "http://127.0.0.1:9001"');
  }
  return value;
}

/** The world as its person prefers it: colours are asked of the environment, which beats the file. @throws CliError */
export function withPreferences(world: World): World {
  const { color } = readPreferences(world);
  const isSaid = (world.env['NO_COLOR'] ?? '') !== '' || world.env['FORCE_COLOR'] !== undefined;
  if (color === undefined || color === 'auto' || isSaid) return world;
  return { ...world, env: { ...world.env, ...(color === 'never' ? { NO_COLOR: '1' } : { FORCE_COLOR: '1' }) } };
}
