import type { Call } from '../../core/command.ts';
import { copyAll } from '../../transfer/copy-all.ts';

/** `mv`: as `cp`, and each source goes once its copy is there. */
export function run(call: Call): Promise<number> {
  return copyAll(call, 'remove');
}
