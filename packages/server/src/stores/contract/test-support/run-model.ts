import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openLocalSubject } from '../../local/test-support/open-subject.ts';
import { openMemoryStore } from '../../memory/memory-store.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { alice, seededRandom, TestClock } from '../objects/subject.ts';
import { modelCommands } from './model-commands.ts';
import type { Run } from './model-run.ts';

/** Random sequences of calls on the engine and the model: every answer and refusal must be equal. The seed is printed. */
export async function runModel({ seed, runs }: { readonly seed: number; readonly runs: number }): Promise<void> {
  console.log(`model seed=${seed} runs=${runs}`);
  // One engine for all runs, its bucket emptied in between: opening a folder costs more than a run.
  const subject = await openLocalSubject({ inlineMaxBytes: 64 });
  let round = 0;
  const commands = fc.commands([...modelCommands], { maxCommands: 60, size: 'max' });
  try {
    await fc.assert(
      fc.asyncProperty(commands, async (program) => {
        round += 1;
        const clock = new TestClock();
        const model = openMemoryStore({ clock, random: seededRandom(round) }).objects;
        subject.clock.advance(clock.nowMs() - subject.clock.nowMs());
        const bucket = `round-${round}`;
        const setup = async (): Promise<{ model: Run; real: ObjectStore }> => {
          const made = { name: bucket, owner: alice, region: 'x', acl: 'private' as const };
          await Promise.all([model.createBucket(made), subject.objects.createBucket(made)]);
          return {
            model: { store: model, bucket, uploads: new Map(), clocks: [clock, subject.clock] },
            real: subject.objects,
          };
        };
        await fc.asyncModelRun(setup, program);
        while ((await subject.store.housekeeping.emptyTrash()) === 'more');
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
    assert.ok(round > 0);
  } finally {
    await subject.close();
  }
}
