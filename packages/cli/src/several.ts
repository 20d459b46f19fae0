import type { Call } from './command.ts';
import { exitCodes, failureOf, Interrupted } from './errors.ts';
import { reportOf } from './report.ts';

/**
 * Does the same with several targets: one failure does not stop the others, each is told on stderr, and the exit code is the highest
 * that happened.
 */
export async function forEachTarget(
  call: Call,
  targets: readonly string[],
  act: (target: string) => Promise<void>,
): Promise<number> {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) {
    await act(only);
    return exitCodes.done;
  }
  const { output, world } = call;
  let highest: number = exitCodes.done;
  for (const target of targets) {
    try {
      await act(target);
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
