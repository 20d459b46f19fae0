import type { Call } from '../../core/command.ts';
import { copyAll } from '../../transfer/copy-all.ts';

/** `cp`: files to the store, objects to files, objects to objects, whole folders; `-` is a stream. */
export function run(call: Call): Promise<number> {
  return copyAll(call, 'keep');
}
