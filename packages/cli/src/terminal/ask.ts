import { createInterface } from 'node:readline/promises';
import type { Call } from '../core/command.ts';
import { CliError, exitCodes, Interrupted } from '../core/errors.ts';

/**
 * Asks before something that cannot be undone. `--yes` answers; without a terminal on both ends, or with `--no-input`, it is refused.
 * @throws CliError
 */
export async function confirm({ flags, world }: Call, question: string): Promise<void> {
  if (flags.has('yes')) return;
  const mayAsk = world.stdin.isTTY === true && world.stderr.isTTY === true && !flags.has('no-input');
  if (!mayAsk) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: 'Needs confirmation: add --yes',
      why: question,
    });
  }
  const lines = createInterface({ input: world.stdin, output: world.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: world.interrupt });
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } catch (error) {
    // At a terminal the line itself sees Ctrl-C, and no signal comes.
    const isAborted = error instanceof Error && error.name === 'AbortError';
    if (world.interrupt.aborted || isAborted) throw new Interrupted();
    throw error;
  } finally {
    lines.close();
  }
  throw new CliError({ exit: exitCodes.wrongUse, what: 'Canceled. Nothing was changed.' });
}
