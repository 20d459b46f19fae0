import type { Call } from '../command.ts';
import { copyAll } from '../copy-all.ts';

/** `mv`: as `cp`, and each source goes once its copy is there. */
export function run(call: Call): Promise<number> {
  return copyAll(call, 'remove');
}
