import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemDisk } from '../../../world/disk.ts';
import { type Subject, seededRandom, TestClock } from '../../contract/objects/subject.ts';
import { type LocalStore, type LocalStoreOptions, openLocalStore } from '../open-local-store.ts';

export type LocalSubject = Subject & { readonly store: LocalStore; readonly folder: string };

/** In memory where there is such a place: hundreds of stores are made, and none of these tests is about the disk. */
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** A fresh folder, removed by the returned function. */
export async function freshFolder(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(base, 'tidegate-store-'));
  // The checkpoint thread may still create a file here while its store is being closed.
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The local store on a folder with a clock and random of the test's. Timers that nobody moves never fire. */
export function openOn(
  folder: string,
  clock: TestClock,
  changes: Partial<LocalStoreOptions> = {},
): Promise<LocalStore> {
  return openLocalStore({
    folder,
    disk: systemDisk,
    clock,
    random: seededRandom(Number(process.hrtime.bigint() & 0xffff_ffffn)),
    freeSpaceReserveBytes: 0,
    onFatal: (failure) => {
      throw failure;
    },
    ...changes,
  });
}

/** The local store in a fresh folder, as the contract suites open it. */
export async function openLocalSubject(changes: Partial<LocalStoreOptions> = {}): Promise<LocalSubject> {
  const { folder, remove } = await freshFolder();
  const clock = new TestClock();
  const store = await openOn(folder, clock, changes);
  return {
    objects: store.objects,
    keys: store.keys,
    store,
    folder,
    clock,
    async close() {
      await store.close();
      await remove();
    },
  };
}
