import { nearestName } from '@tidegate/protocol/nearest';
import { type Call, type Command, ownFlags } from './command.ts';
import { commands, defaultVerbs } from './command-table.ts';
import { type CliError, exitCodes, failureOf, Interrupted, wrongUse } from './errors.ts';
import { commandHelp, overview } from './help.ts';
import { helpNames, topics } from './help-topics.ts';
import { Output } from './output.ts';
import { chooseCommand, parseArguments } from './parse.ts';
import { withPreferences } from './preferences.ts';
import { reportOf } from './report.ts';
import { paintFor } from './style.ts';
import type { World } from './world.ts';

/** Runs one command line. Answers the exit code; whatever goes wrong is told on stderr. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<number> {
  try {
    return await runChosen(argv, withPreferences(world));
  } catch (error) {
    if (error instanceof Interrupted || world.interrupt.aborted) return exitCodes.interrupted;
    const failure = failureOf(error);
    world.stderr.write(await reportOf(failure, reportStyle(argv, world)));
    return failure.exit;
  }
}

/** A command line that cannot be parsed still says how its failure is to be told. */
function reportStyle(argv: readonly string[], world: World) {
  return {
    json: argv.some((word) => word === '--json' || word.startsWith('--json=')),
    verbose: argv.includes('-v') || argv.includes('--verbose'),
    paint: paintFor(world.stderr, world.env, argv.includes('--no-color')),
  };
}

async function runChosen(argv: readonly string[], world: World): Promise<number> {
  // Asked by the scripts of `completion`, never typed: it is no command of the help.
  if (argv[0] === '__complete') return (await import('./complete.ts')).complete(argv.slice(1), world);
  const { command, words, rest } = chooseCommand(argv, commands, defaultVerbs);
  if (words[0] === 'help') return showHelp(words.slice(1), world);
  if (command === undefined) return runWithoutCommand(argv, words, world);
  const flags = [...ownFlags(command), ...((await command.moreFlags?.()) ?? [])];
  const parsed = parseArguments(command, flags, rest);
  if (parsed.flags.has('help')) {
    world.stdout.write(await helpOf(command));
    return exitCodes.done;
  }
  if (parsed.flags.has('version')) return showVersion(world);
  const { run } = await command.load();
  const call: Call = { command, ...parsed, output: new Output(world, parsed.flags), world };
  return run(call);
}

function runWithoutCommand(argv: readonly string[], words: readonly string[], world: World): number | Promise<number> {
  const [word] = words;
  if (word === undefined) {
    if (argv.includes('--version')) return showVersion(world);
    const unknown = argv.find((flag) => flag !== '--help' && flag !== '-h');
    if (unknown !== undefined) throw unknownCommand(unknown.split('=', 1)[0] ?? '', []);
    world.stdout.write(overview(commands, topicNames()));
    return exitCodes.done;
  }
  const inside = commands.filter((command) => command.path[0] === word);
  if (inside.length === 0) throw unknownCommand(word, words);
  const isHelp = argv.includes('--help') || argv.includes('-h');
  if (words.length > 1 && !isHelp) throw unknownCommand(`${word} ${words[1] ?? ''}`, words);
  const list = overviewOf(inside);
  if (isHelp) {
    world.stdout.write(list);
    return exitCodes.done;
  }
  throw wrongUse(
    `${word} needs one of: ${inside.map((command) => command.path.slice(1).join(' ')).join(', ')}.`,
    `Like  ${inside[0]?.examples[0]?.[0] ?? ''}`,
  );
}

function overviewOf(inside: readonly Command[]): string {
  return overview(inside, topicNames());
}

function unknownCommand(name: string, words: readonly string[]): CliError {
  const known = [...commands.flatMap((command) => [command.path.join(' '), command.path[0] ?? '']), 'help'];
  const nearest = nearestName(words.slice(0, 2).join(' '), known) ?? nearestName(name, known);
  return wrongUse(
    `${name} is not a command.`,
    nearest === undefined ? 'tidegate help  lists them.' : `Did you mean  tidegate ${nearest} ?`,
  );
}

async function showHelp(words: readonly string[], world: World): Promise<number> {
  const name = words.join(' ');
  if (name === '') {
    world.stdout.write(overview(commands, topicNames()));
    return exitCodes.done;
  }
  const topic = topics.find((one) => one.name === name);
  if (topic !== undefined) {
    world.stdout.write(`${topic.lines().join('\n')}\n`);
    return exitCodes.done;
  }
  const command = commands.find((one) => one.path.join(' ') === name);
  if (command !== undefined) {
    world.stdout.write(await helpOf(command));
    return exitCodes.done;
  }
  const inside = commands.filter((one) => one.path[0] === name);
  if (inside.length > 0) {
    world.stdout.write(overviewOf(inside));
    return exitCodes.done;
  }
  const nearest = nearestName(name, helpNames(commands));
  throw wrongUse(
    `There is no help on "${name}".`,
    nearest === undefined ? `tidegate help ${topicNames().join('|')}` : `Did you mean  tidegate help ${nearest} ?`,
  );
}

async function helpOf(command: Command): Promise<string> {
  return commandHelp(command, [...command.flags, ...((await command.moreFlags?.()) ?? [])]);
}

function topicNames(): string[] {
  return topics.map((topic) => topic.name);
}

async function showVersion(world: World): Promise<number> {
  const { version } = await import('./version.ts');
  world.stdout.write(`tidegate ${version}\n`);
  return exitCodes.done;
}
