import type { Call } from '../../core/command.ts';
import { CliError, exitCodes } from '../../core/errors.ts';
import { settingsOrRefuse } from '../../upkeep/server-settings.ts';

/** `config check`: whether a server would start with these settings. Names that nothing reads count as faults here. */
export function run(call: Call): number {
  const { args, output } = call;
  const [folder] = args;
  const read = settingsOrRefuse(
    folder === undefined ? {} : { data: folder },
    call,
    'tidegate config show  lists the settings.',
  );
  const [first, ...others] = read.warnings;
  if (first !== undefined) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: first,
      why: others.length === 0 ? undefined : others.join('\n'),
    });
  }
  const file = read.configFile;
  if (output.isJson) output.json({ file: file ?? null, valid: true });
  else output.talk(file === undefined ? '  No settings file; the environment holds.' : `  ${file} holds.`);
  return exitCodes.done;
}
