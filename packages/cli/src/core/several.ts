import type { Call } from './command.ts';
import { exitCodes, failureOf, Interrupted } from './errors.ts';
import { reportOf } from './report.ts';

/**
 * Does the same with several targets. One failure does not stop the others; each is reported on stderr, and the exit code is the
 * highest that happened. A number that `act` resolves to is an exit code, too.
 */
export async function forEachTarget(
  call: Call,
  targets: readonly string[],
  act: (target: string) => Promise<unknown>,
): Promise<number> {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    return codeOf(await act(only));
  }
  const { output, world } = call;
  let highest: number = exitCodes.done;
  for (const target of targets) {
    try {
      highest = Math.max(highest, codeOf(await act(target)));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const failure = failureOf(error);
      const style = { json: output.isJson, verbose: output.isVerbose, paint: output.talkPaint };
      world.stderr.write(await reportOf(failure, style));
      highest = Math.max(highest, failure.exit);
    }
  }
  return highest;
}

function codeOf(result: unknown): number {
  return typeof result === 'number' ? result : exitCodes.done;
}
