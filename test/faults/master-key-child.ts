// Changes the master key of a folder, and is killed at one of its steps: a call of the disk, a value, before or after the commit.
import { writeSync } from 'node:fs';
import { rotateMasterKey } from '../../packages/server/src/stores/local/folder/rotate-master-key.ts';
import { faultyDisk } from '../../packages/server/src/stores/local/test-support/faulty-disk.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';

const [folder = '', at = ''] = process.argv.slice(2);
let left = Number(at);

function step(): undefined {
  if (left === 0) process.kill(process.pid, 'SIGKILL');
  left -= 1;
  return undefined;
}

await rotateMasterKey({
  folder,
  masterKey: undefined,
  newKey: undefined,
  insecureModes: 'refuse',
  receiptKeyOf: () => 'public',
  disk: faultyDisk(systemDisk, step),
  random: systemRandom,
  onStep: step,
});
writeSync(1, 'done');
