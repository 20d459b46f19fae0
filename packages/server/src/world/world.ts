import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { type Network, systemNetwork } from './network.ts';
import type { Random } from './random.ts';
import { systemRandom } from './random.ts';
import { Stderr } from './stderr.ts';

/** Everything outside the program that the server reads or is driven by, but for files and listeners. Passed in; tests pass another. */
export type World = {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Where log lines go. `isTerminal` decides between text and JSON. `write` throws when the text cannot be written, with the code
   * `EAGAIN` when it may be tried again.
   */
  readonly stderr: { write(text: string): void; readonly isTerminal: boolean };
};

/** The process's own clock, randomness, environment and standard error. */
export function systemWorld(): World {
  return {
    clock: systemClock,
    random: systemRandom,
    network: systemNetwork,
    environment: process.env,
    stderr: new Stderr(process.stderr),
  };
}
