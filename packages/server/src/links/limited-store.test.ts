import { test } from 'node:test';
import { refusal } from '@tidegate/protocol';
import { checkGuarded, guardedChanges } from '../stores/contract/objects/guard-rules.ts';
import { seededRandom, TestClock } from '../stores/contract/objects/subject.ts';
import { openMemoryStore } from '../stores/memory/memory-store.ts';
import type { Guard } from '../stores/objects/object-store.ts';
import { limitedStore } from './limited-store.ts';

for (const change of guardedChanges) {
  test(`LNK-31 SEC-218 a link that was taken back meanwhile leaves nothing of ${change.what}`, async () => {
    const { objects } = openMemoryStore({ clock: new TestClock(), random: seededRandom(1) });
    let taken = false;
    const guard: Guard = () => {
      if (taken) throw refusal('AccessDenied', {});
    };
    // No operation passes a guard: the store that it works with does.
    const limited = limitedStore(objects, { terms: undefined, guard });
    const unguarded = {
      ...change,
      make: (_: unknown, prepared: Parameters<typeof change.make>[1]) => change.make(limited, prepared),
    };
    await checkGuarded(objects, unguarded, async (make) => {
      taken = true;
      try {
        return await make(guard);
      } finally {
        taken = false;
      }
    });
  });
}
