import { nearestName } from '@tidegate/protocol/nearest';
import type { Command } from '../core/command.ts';
import { commandGroups, commands } from '../core/command-table.ts';
import { type CliError, exitCodes, wrongUse } from '../core/errors.ts';
import type { World } from '../core/world.ts';
import { commandHelp, nounHelp, overview } from './help.ts';
import { helpNames, topics } from './help-topics.ts';

/** What a line does that names no command: help, the version, or a refusal with the nearest name. @throws CliError */
export function runWithoutCommand(
  argv: readonly string[],
  words: readonly string[],
  world: World,
): number | Promise<number> {
  const [word] = words;
  if (word === 'help') return showHelp(words.slice(1), world);
  if (word === undefined) {
    if (argv.includes('--version')) return showVersion(world);
    const unknown = argv.find((flag) => flag !== '--help' && flag !== '-h');
    if (unknown !== undefined) throw unknownCommand(unknown.split('=', 1)[0] ?? '', []);
    world.stdout.write(overview(commandGroups, topicNames()));
    return exitCodes.done;
  }
  if (word === 'policy') throw policyMoved();
  if (commandsBelow([word]).length === 0) throw unknownCommand(word, words);
  const isHelp = argv.includes('--help') || argv.includes('-h');
  const { length } = words;
  const nouns = words.slice(0, commandsBelow(words.slice(0, 2)).length === 0 ? 1 : 2);
  const inside = commandsBelow(nouns);
  if (isHelp) {
    world.stdout.write(nounHelp(nouns.join(' '), inside));
    return exitCodes.done;
  }
  if (length > nouns.length) throw unknownCommand(words.slice(0, nouns.length + 1).join(' '), words);
  throw wrongUse(
    `${nouns.join(' ')} needs one of: ${verbsOf(inside, nouns.length).join(', ')}.`,
    `Like  ${inside[0]?.examples[0]?.[0] ?? ''}`,
  );
}

/** The commands whose path begins with these words, and has more. */
function commandsBelow(words: readonly string[]): readonly Command[] {
  return commands.filter(({ path }) => path.length > words.length && words.every((word, at) => path[at] === word));
}

function verbsOf(inside: readonly Command[], depth: number): string[] {
  return [...new Set(inside.map(({ path }) => path[depth] ?? ''))];
}

/** A policy means access to a bucket to whoever knows S3; it was the name of stored limits of links here. */
function policyMoved(): CliError {
  return wrongUse(
    'Unknown command policy.',
    'Access to a bucket:  tidegate bucket policy\nStored limits of links:  tidegate link policy',
  );
}

function unknownCommand(name: string, words: readonly string[]): CliError {
  const known = [...commands.flatMap((command) => [command.path.join(' '), command.path[0] ?? '']), 'help'];
  const nearest =
    nearestName(words.slice(0, 3).join(' '), known) ??
    nearestName(words.slice(0, 2).join(' '), known) ??
    nearestName(name, known);
  return wrongUse(
    `Unknown command ${name}.`,
    nearest === undefined ? 'List commands:  tidegate help' : `Did you mean  tidegate ${nearest} ?`,
  );
}

function showHelp(words: readonly string[], world: World): number | Promise<number> {
  const name = words.join(' ');
  if (name === '') {
    world.stdout.write(overview(commandGroups, topicNames()));
    return exitCodes.done;
  }
  const topic = topics.find((one) => one.name === name);
  if (topic !== undefined) {
    world.stdout.write(`${topic.lines().join('\n')}\n`);
    return exitCodes.done;
  }
  const command = commands.find((one) => one.path.join(' ') === name);
  if (command !== undefined) return showCommandHelp(command, world);
  if (words[0] === 'policy') throw policyMoved();
  const inside = commandsBelow(words);
  if (inside.length > 0) {
    world.stdout.write(nounHelp(name, inside));
    return exitCodes.done;
  }
  const nearest = nearestName(name, helpNames(commands));
  throw wrongUse(
    `No help for "${name}".`,
    nearest === undefined ? `tidegate help ${topicNames().join('|')}` : `Did you mean  tidegate help ${nearest} ?`,
  );
}

/** The help of one command. */
export async function showCommandHelp(command: Command, world: World): Promise<number> {
  world.stdout.write(commandHelp(command, [...command.flags, ...((await command.moreFlags?.()) ?? [])]));
  return exitCodes.done;
}

function topicNames(): string[] {
  return topics.map((topic) => topic.name);
}

/** `--version`, wherever it stands. */
export async function showVersion(world: World): Promise<number> {
  const { version } = await import('../core/version.ts');
  world.stdout.write(`tidegate ${version}\n`);
  return exitCodes.done;
}
