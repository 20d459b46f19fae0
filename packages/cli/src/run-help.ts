import { nearestName } from '@tidegate/protocol/nearest';
import type { Command } from './command.ts';
import { commandGroups, commands } from './command-table.ts';
import { type CliError, exitCodes, wrongUse } from './errors.ts';
import { commandHelp, nounHelp, overview } from './help.ts';
import { helpNames, topics } from './help-topics.ts';
import type { World } from './world.ts';

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
  const inside = commands.filter((command) => command.path[0] === word);
  if (inside.length === 0) throw unknownCommand(word, words);
  const isHelp = argv.includes('--help') || argv.includes('-h');
  if (words.length > 1 && !isHelp) throw unknownCommand(`${word} ${words[1] ?? ''}`, words);
  if (isHelp) {
    world.stdout.write(nounHelp(word, inside));
    return exitCodes.done;
  }
  throw wrongUse(
    `${word} needs one of: ${inside.map((command) => command.path.slice(1).join(' ')).join(', ')}.`,
    `Like  ${inside[0]?.examples[0]?.[0] ?? ''}`,
  );
}

function unknownCommand(name: string, words: readonly string[]): CliError {
  const known = [...commands.flatMap((command) => [command.path.join(' '), command.path[0] ?? '']), 'help'];
  const nearest = nearestName(words.slice(0, 2).join(' '), known) ?? nearestName(name, known);
  return wrongUse(
    `${name} is not a command.`,
    nearest === undefined ? 'tidegate help  lists them.' : `Did you mean  tidegate ${nearest} ?`,
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
  const inside = commands.filter((one) => one.path[0] === name);
  if (inside.length > 0) {
    world.stdout.write(nounHelp(name, inside));
    return exitCodes.done;
  }
  const nearest = nearestName(name, helpNames(commands));
  throw wrongUse(
    `There is no help on "${name}".`,
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
  const { version } = await import('./version.ts');
  world.stdout.write(`tidegate ${version}\n`);
  return exitCodes.done;
}
