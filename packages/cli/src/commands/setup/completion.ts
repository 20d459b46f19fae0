import { readFileSync } from 'node:fs';
import type { Call } from '../../core/command.ts';
import { exitCodes, wrongUse } from '../../core/errors.ts';
import { shells } from '../../help/shells.ts';
import { packageFile } from '../../package-file.ts';

/** `completion`: a script for the shell. What fits is asked of `tidegate __complete` at each TAB, so it never grows old. */
export function run({ args, output }: Call): number {
  const shell = shells.find((name) => name === args[0]);
  if (shell === undefined)
    throw wrongUse(`"${args[0] ?? ''}" is not a supported shell.`, `Supported: ${shells.join(', ')}`);
  const ending = shell === 'powershell' ? 'ps1' : shell;
  output.answer(readFileSync(packageFile(`completions/tidegate.${ending}`), 'utf8').trimEnd());
  return exitCodes.done;
}
