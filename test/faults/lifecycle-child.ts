// A process that ends what the lifecycle of a bucket ends, and kills itself with SIGKILL before its n-th step: a call of the disk, or a
// step of a commit. It prints how many steps there were when it gets through.
import { lifecycleJob } from '../../packages/server/src/background/lifecycle.ts';
import { openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { faultyDisk } from '../../packages/server/src/stores/local/test-support/faulty-disk.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';

const [folder = '', killBefore = 'never'] = process.argv.slice(2);
const dayMs = 86_400_000;
const nowMs = systemClock.nowMs() + 10 * dayMs;
let steps = 0;
let isCounting = false;

function step(): undefined {
  if (!isCounting) return undefined;
  steps += 1;
  if (String(steps) === killBefore) process.kill(process.pid, 'SIGKILL');
  return undefined;
}

const { objects, housekeeping, close } = await openLocalStore({
  folder,
  disk: faultyDisk(systemDisk, step),
  clock: systemClock,
  random: systemRandom,
  freeSpaceReserveBytes: 0,
  onStep: step,
  onFatal: (failure) => {
    throw failure;
  },
});
const job = lifecycleJob({ objects, housekeeping, everyMs: dayMs, dayMs });
isCounting = true;
// A version is covered in one pass, removed in the next, and its marker in the one behind.
for (let pass = 0; pass < 4; pass += 1) {
  while ((await job.runOnce(nowMs + 2 * pass * dayMs)) === 'more') await housekeeping.emptyTrash();
}
while ((await housekeeping.emptyTrash()) === 'more');
isCounting = false;
await close();
console.log(`through after ${steps} steps`);
