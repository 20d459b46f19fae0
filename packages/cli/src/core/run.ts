import { Output } from '../terminal/output.ts';
import { paintFor } from '../terminal/style.ts';
import { type Call, ownFlags } from './command.ts';
import { commandsFor, defaultVerbs, withCurrentNoun } from './command-families.ts';
import { exitCodes, failureOf, Interrupted } from './errors.ts';
import { chooseCommand, firstWord, parseArguments } from './parse.ts';
import { withPreferences } from './preferences.ts';
import type { World } from './world.ts';

/** Runs one command line. Returns the exit code; errors are reported on stderr. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<number> {
  try {
    return await runChosen(argv, withPreferences(world));
  } catch (error) {
    if (error instanceof Interrupted || world.interrupt.aborted) return exitCodes.interrupted;
    const failure = failureOf(error);
    const { reportOf } = await import('./report.ts');
    world.stderr.write(await reportOf(failure, reportStyle(argv, world)));
    return failure.exit;
  }
}

/** Even a command line that cannot be parsed says how its failure is to be reported. */
function reportStyle(argv: readonly string[], world: World) {
  return {
    json: argv.some((word) => word === '--json' || word.startsWith('--json=')),
    verbose: argv.includes('-v') || argv.includes('--verbose'),
    paint: paintFor(world.stderr, world.env, argv.includes('--no-color')),
  };
}

async function runChosen(argv: readonly string[], world: World): Promise<number> {
  // Asked by the scripts of `completion`, never typed: it is no command of the help.
  if (argv[0] === '__complete') return (await import('../help/complete.ts')).complete(argv.slice(1), world);
  const line = withCurrentNoun(argv, firstWord(argv));
  const { command, words, rest } = chooseCommand(line, await commandsFor(firstWord(line)), defaultVerbs);
  if (command === undefined || words[0] === 'help') {
    return (await import('../help/run-help.ts')).runWithoutCommand(line, words, world);
  }
  const flags = [...ownFlags(command), ...((await command.moreFlags?.()) ?? [])];
  const parsed = parseArguments(command, flags, rest);
  if (parsed.flags.has('help')) return (await import('../help/run-help.ts')).showCommandHelp(command, world);
  if (parsed.flags.has('version')) return (await import('../help/run-help.ts')).showVersion(world);
  const { run } = await command.load();
  const call: Call = { command, ...parsed, output: new Output(world, parsed.flags), world };
  return run(call);
}
