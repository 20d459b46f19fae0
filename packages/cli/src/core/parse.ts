import { nearestName } from '@tidegate/protocol/nearest';
import { parseArgs } from './builtins.ts';
import { type Command, type Flag, FlagValues, ownFlags } from './command.ts';
import { type CliError, wrongUse } from './errors.ts';
import { globalFlags } from './global-flags.ts';

/** What one types, taken apart: which command, and the words that are left for it. */
export type Chosen = {
  readonly command: Command | undefined;
  readonly words: readonly string[];
  readonly rest: readonly string[];
};

// Names that would carry a secret (SEC-806). The value is never repeated in the refusal.
const secretFlag = /^--(?:.*secret.*|.*password.*|.*passphrase.*|.*token.*|access-key-secret)$/;
const allowedSecretFlag = /-stdin$/;

/**
 * Finds the command: the longest path that the first words name. `presign TARGET` is `presign get TARGET`.
 * `rest` are the arguments without the words of the command; `words` the leading words, for help and refusals.
 */
export function chooseCommand(
  argv: readonly string[],
  commands: readonly Command[],
  defaultVerbs: Readonly<Record<string, string>>,
): Chosen {
  const positions = wordPositions(argv, commands);
  const words = positions.map((position) => argv[position] ?? '');
  let command: Command | undefined;
  for (const candidate of commands) {
    if (candidate.path.length > (command?.path.length ?? 0) && candidate.path.every((word, at) => words[at] === word)) {
      command = candidate;
    }
  }
  const [noun = ''] = words;
  const verb = Object.hasOwn(defaultVerbs, noun) ? defaultVerbs[noun] : undefined;
  const isHelp = argv.includes('--help') || argv.includes('-h');
  if (command === undefined && verb !== undefined && (words.length > 1 || !isHelp)) {
    command = commands.find((candidate) => candidate.path[0] === noun && candidate.path[1] === verb);
    const used = positions[0];
    return { command, words, rest: argv.filter((_, position) => position !== used) };
  }
  const used = new Set(positions.slice(0, command?.path.length ?? 0));
  return { command, words, rest: argv.filter((_, position) => !used.has(position)) };
}

/**
 * The first word, if only flags of every command precede it. For any other flag only the whole table knows whether the next word
 * is its value.
 */
export function firstWord(argv: readonly string[]): string | undefined {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-')) return word;
    const flag = globalFlags.find((one) => spellings(one).includes(word.split('=', 1)[0] ?? ''));
    if (flag === undefined) return undefined;
    if (flag.value !== undefined && !flag.valueOptional && !word.includes('=')) at += 1;
  }
  return undefined;
}

/** Where the arguments stand that are neither flags nor values of flags. */
function wordPositions(argv: readonly string[], commands: readonly Command[]): number[] {
  const withValue = new Set<string>();
  for (const flag of [...globalFlags, ...commands.flatMap(ownFlags)]) {
    if (flag.value === undefined || flag.valueOptional) continue;
    for (const name of spellings(flag)) withValue.add(name);
  }
  const positions: number[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') break;
    if (word.startsWith('-') && word !== '-') {
      if (withValue.has(word)) at += 1;
    } else {
      positions.push(at);
    }
  }
  return positions;
}

function spellings(flag: Flag): string[] {
  const names = [`--${flag.name}`];
  if (flag.alias !== undefined) names.push(`--${flag.alias}`);
  if (flag.short !== undefined) names.push(`-${flag.short}`);
  return names;
}

/**
 * Parses the arguments of one command.
 * @throws CliError wrong use: unknown flag with the nearest name, missing value, missing or superfluous argument
 */
export function parseArguments(
  command: Command,
  flags: readonly Flag[],
  rest: readonly string[],
): { readonly args: readonly string[]; readonly flags: FlagValues } {
  const own = new Set(flags.map((flag) => flag.name));
  const all = [...flags, ...globalFlags.filter((flag) => !own.has(flag.name))];
  refuseSecrets(rest, all);
  const given = new Map<string, string[]>();
  const args: string[] = [];
  const spelled = new Map(all.flatMap((flag) => spellings(flag).map((name) => [name, flag] as const)));
  const { tokens } = parseArgs({
    args: withExplicitValues(rest, all),
    options: Object.fromEntries(all.flatMap(optionsOf)),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = spelled.get(token.rawName);
    if (flag === undefined) throw unknownFlag(token.rawName, command, all);
    given.set(flag.name, [...(given.get(flag.name) ?? []), valueOfFlag(flag, token.value)]);
  }
  const values = new FlagValues(
    all.map((flag) => flag.name),
    given,
  );
  checkChoices(all, given);
  if (!values.has('help') && !values.has('version')) checkCount(command, args);
  return { args, flags: values };
}

/** A flag under each of its long names, as Node's own parser wants it. */
function optionsOf({ name, alias, short, value }: Flag) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const);
  const option = [name, { type, ...(short !== undefined && { short }) }] as const;
  return alias === undefined ? [option] : [option, [alias, { type }] as const];
}

/** @throws CliError for a value that is missing, or too much */
function valueOfFlag(flag: Flag, value: string | undefined): string {
  if (flag.value === undefined && value !== undefined) throw wrongUse(`--${flag.name} takes no value.`);
  if (flag.value === undefined || value !== undefined) return value ?? '';
  throw wrongUse(`--${flag.name} needs a value: ${flag.text}.`, `Write  --${flag.name} ${flag.value}`);
}

function unknownFlag(name: string, command: Command, flags: readonly Flag[]): CliError {
  const path = command.path.join(' ');
  const nearest = nearestName(name, flags.flatMap(spellings));
  return wrongUse(
    `Unknown option ${name} of ${path}.`,
    nearest === undefined ? `List options:  tidegate ${path} --help` : `Did you mean ${nearest}?`,
  );
}

/** `--json` alone must not take the next argument for its fields. */
function withExplicitValues(rest: readonly string[], flags: readonly Flag[]): string[] {
  const optional = new Set(flags.filter((flag) => flag.valueOptional).map((flag) => `--${flag.name}`));
  const end = rest.indexOf('--');
  return rest.map((word, at) => (optional.has(word) && (end === -1 || at < end) ? `${word}=` : word));
}

/** SEC-806: `ps` shows arguments to everybody, and shells keep them in their history. */
function refuseSecrets(rest: readonly string[], flags: readonly Flag[]): void {
  // A switch that asks for a secret takes none: `--password`.
  const switches = new Set(flags.filter(({ value }) => value === undefined).map(({ name }) => `--${name}`));
  for (const word of rest) {
    if (word === '--') return;
    if (switches.has(word)) continue;
    const name = word.split('=', 1)[0] ?? word;
    if (secretFlag.test(name) && !allowedSecretFlag.test(name)) {
      throw wrongUse(
        `${name}: a secret cannot be an argument, because every user of the machine can read arguments.`,
        'Use a profile (--profile), AWS_SECRET_ACCESS_KEY in the environment, or --secret-stdin where a command has it.',
      );
    }
    if (/^https?:\/\/[^/?#]*:[^/?#]*@/i.test(word)) {
      throw wrongUse('The URL contains a password before its host, which is not allowed.', 'Remove what is before @.');
    }
  }
}

function checkChoices(flags: readonly Flag[], given: ReadonlyMap<string, readonly string[]>): void {
  for (const flag of flags) {
    const { choices } = flag;
    if (choices === undefined) continue;
    for (const value of given.get(flag.name) ?? []) {
      if (choices.includes(value)) continue;
      throw wrongUse(`--${flag.name} "${value}" is not one of ${choices.join(', ')}.`);
    }
  }
}

function checkCount(command: Command, args: readonly string[]): void {
  const name = command.path.join(' ');
  const required = command.arguments.filter((argument) => argument.presence === 'required');
  const missing = required[args.length];
  if (missing !== undefined) {
    throw wrongUse(
      `${name} needs ${missing.name}: ${missing.text}.`,
      command.examples[0] === undefined ? undefined : `Like  ${command.examples[0][0]}`,
    );
  }
  const isOpen = command.arguments.some((argument) => argument.repeatable);
  if (!isOpen && args.length > command.arguments.length) {
    throw wrongUse(
      `${name} takes ${command.arguments.length === 0 ? 'no arguments' : command.arguments.map((one) => one.name).join(' ')}; "${args[command.arguments.length] ?? ''}" is extra.`,
    );
  }
}
