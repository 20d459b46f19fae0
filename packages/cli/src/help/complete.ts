import { type Command, type Flag, FlagValues, ownFlags } from '../core/command.ts';
import { commands } from '../core/command-table.ts';
import { CliError, exitCodes } from '../core/errors.ts';
import { globalFlags } from '../core/global-flags.ts';
import type { World } from '../core/world.ts';
import { profileNames } from '../s3/aws-files.ts';
import { connect } from '../s3/connection.ts';
import { listBuckets, listPage } from '../s3/listing.ts';
import { S3Client } from '../s3/s3-client.ts';
import { helpNames } from './help-topics.ts';
import { type Shell, shells } from './shells.ts';

/** A person waits at the TAB key: no answer is better than a late one. */
const patienceMs = 1500;
/** What takes the names of files before those of the store: the shell itself completes them when nothing is printed. */
const storeArguments = /^(?:TARGET|BUCKET|SOURCE|DESTINATION)$/;

/** What names access keys and links, and the list of the server that has them: the newest come first, more than a screen helps nobody. */
const idLists: ReadonlyMap<string, string> = new Map([
  ['KEY', '/keys'],
  ['--key', '/keys'],
  ['LINK', '/links?limit=100'],
  ['REQUEST', '/links?kind=request&limit=100'],
]);

/**
 * `tidegate __complete SHELL …`: what may stand where the cursor is, one a line. The last word is the one that is being typed. bash and
 * PowerShell give the line, the others its words. Whatever goes wrong is no answer, never a message in the middle of a line.
 */
export async function complete([shellName, ...given]: readonly string[], world: World): Promise<number> {
  const shell = shells.find((name) => name === shellName);
  if (shell === undefined) return exitCodes.wrongUse;
  const words = given[0] === '--' ? given.slice(1) : wordsOfLine(given[0] ?? '').slice(1);
  const typed = words.at(-1) ?? '';
  const found = await candidates(words.slice(0, -1), typed, world);
  for (const word of found.filter((one) => one.startsWith(typed))) {
    world.stdout.write(`${forShell(shell, word, typed)}\n`);
  }
  return exitCodes.done;
}

/** Words of a command line as far as it is typed; a quote that is still open is no fault. */
export function wordsOfLine(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '\\') {
      at += 1;
      word += line[at] ?? '';
    } else if (character === ' ' || character === '\t') {
      if (word !== '') words.push(word);
      word = '';
    } else word += character;
  }
  return [...words, word];
}

/** bash breaks words at `:`, and puts in what stands behind the last one. */
function forShell(shell: Shell, word: string, typed: string): string {
  const quoted = shell === 'bash' ? word.replace(/[^\w@%+=:,./~-]/gu, '\\$&') : word;
  if (shell !== 'bash' || !typed.includes(':')) return quoted;
  return quoted.slice(typed.lastIndexOf(':') + 1);
}

async function candidates(before: readonly string[], typed: string, world: World): Promise<readonly string[]> {
  const { command, rest } = chosen(before);
  const flags = command === undefined ? globalFlags : await flagsOf(command);
  const last = flagNamed(before.at(-1), flags);
  if (last?.value !== undefined && !last.valueOptional) return valuesOf(last, before, world);
  if (typed.startsWith('-')) return flags.filter((flag) => !flag.hidden).map((flag) => `--${flag.name}`);
  if (before[0] === 'help') return helpNames(commands);
  if (command === undefined) return nextWords(before);
  const more = nextWords(before.filter((word) => !word.startsWith('-')));
  const place = Math.min(positionals(rest, flags), Math.max(0, command.arguments.length - 1));
  const argument = command.arguments[place];
  if (argument === undefined) return more;
  if (command.path[0] === 'completion') return shells;
  if (idLists.has(argument.name)) return [...more, ...(await idsOf(argument.name, before, world))];
  if (!storeArguments.test(argument.name) || /^[./]/.test(typed)) return more;
  return [...more, ...(await storeNames(before, typed, argument.name === 'BUCKET', world))];
}

function chosen(before: readonly string[]): {
  readonly command: Command | undefined;
  readonly rest: readonly string[];
} {
  let found: Command | undefined;
  for (const command of commands) {
    const isLonger = command.path.length > (found?.path.length ?? 0);
    if (isLonger && command.path.every((word, at) => before[at] === word)) found = command;
  }
  if (found === undefined && before[0] === 'presign') {
    return { command: commands.find(({ path }) => path.join(' ') === 'presign get'), rest: before.slice(1) };
  }
  return { command: found, rest: before.slice(found?.path.length ?? 0) };
}

function nextWords(before: readonly string[]): string[] {
  const next = commands.flatMap(({ path }) => {
    const isBelow = path.length > before.length && before.every((word, at) => path[at] === word);
    return isBelow ? [path[before.length] ?? ''] : [];
  });
  return [...new Set(before.length === 0 ? [...next, 'help'] : next)];
}

async function flagsOf(command: Command): Promise<readonly Flag[]> {
  return [...ownFlags(command), ...((await command.moreFlags?.()) ?? []), ...globalFlags];
}

function flagNamed(word: string | undefined, flags: readonly Flag[]): Flag | undefined {
  return flags.find(({ name, short, alias }) => word === `--${name}` || word === `-${short}` || word === `--${alias}`);
}

function valuesOf(flag: Flag, before: readonly string[], world: World): readonly string[] | Promise<readonly string[]> {
  if (idLists.has(`--${flag.name}`)) return idsOf(`--${flag.name}`, before, world);
  return flag.name === 'profile' ? profileNames(world) : (flag.choices ?? []);
}

/** Access keys, or links of the ledger, as far as the key here may see them. */
function idsOf(name: string, before: readonly string[], world: World): Promise<string[]> {
  const path = idLists.get(name) ?? '';
  return orNothing(async () => {
    const { askAdmin } = await import('../s3/admin-client.ts');
    const answer = await askAdmin(clientOf(before, world), { method: 'GET', path, about: 'names' });
    const items: unknown = answer?.get('items');
    return (Array.isArray(items) ? items : []).map(({ id }: { readonly id: unknown }) => String(id));
  });
}

/** An unreachable server or a refusal yields nothing. */
async function orNothing(ask: () => Promise<string[]>): Promise<string[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CliError) return [];
    throw error;
  }
}

function positionals(rest: readonly string[], flags: readonly Flag[]): number {
  let count = 0;
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-') || word === '-') count += 1;
    else {
      const flag = flagNamed(word, flags);
      if (flag?.value !== undefined && !flag.valueOptional) at += 1;
    }
  }
  return count;
}

/** Buckets until the first slash, then the keys and folders of one folder. */
function storeNames(before: readonly string[], typed: string, isBucketOnly: boolean, world: World): Promise<string[]> {
  const scheme = typed.startsWith('s3://') ? 's3://' : '';
  const path = typed.slice(scheme.length);
  const slash = path.indexOf('/');
  return orNothing(async () => {
    const client = clientOf(before, world);
    if (slash === -1) {
      const buckets = await listBuckets(client);
      return buckets.map(({ name }) => `${scheme}${name}${isBucketOnly ? '' : '/'}`);
    }
    const bucket = path.slice(0, slash);
    const place = { bucket, prefix: path.slice(slash + 1), isDeep: false };
    const { prefixes, objects } = await listPage(client, place, undefined);
    return [...prefixes, ...objects.map(({ key }) => key)].map((key) => `${scheme}${bucket}/${key}`);
  });
}

function clientOf(before: readonly string[], world: World): S3Client {
  const given = new Map<string, readonly string[]>();
  for (const { name, alias } of globalFlags) {
    for (const word of [`--${name}`, `--${alias}`]) {
      const at = before.indexOf(word);
      const value = before[at + 1];
      if (at !== -1 && value !== undefined) given.set(name, [value]);
    }
  }
  const flags = new FlagValues(
    globalFlags.map(({ name }) => name),
    given,
  );
  const http = { timeoutMs: patienceMs, signal: world.interrupt };
  return new S3Client(connect(flags, world), http, world.nowMs);
}
