import type { Clock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { memoryBuckets } from './memory-buckets.ts';
import { MemoryKeys } from './memory-keys.ts';
import { memoryObjects } from './memory-objects.ts';
import { currentOf, newMemoryState } from './memory-state.ts';
import { memoryUploads } from './memory-uploads.ts';
import { memoryVersions } from './memory-versions.ts';

/**
 * The model of a store: what every engine must do, without a disk. Tests compare the engines with it and run the
 * operations on it; the server never uses it.
 */
export function openMemoryStore(world: { readonly clock: Clock; readonly random: Random }): {
  readonly objects: ObjectStore;
  readonly keys: KeyStore;
} {
  const state = newMemoryState(world.clock, world.random);
  const keys = new MemoryKeys(world);
  const objects: ObjectStore = {
    ...memoryBuckets(state),
    ...memoryObjects(state),
    ...memoryVersions(state),
    ...memoryUploads(state),
    readOwner(id) {
      const displayName = state.owners.get(id);
      return Promise.resolve(displayName === undefined ? keys.findAccount(id) : { id, displayName });
    },
    countAll() {
      const all = [...state.buckets.values()].flatMap((bucket) =>
        [...bucket.versions.keys()].flatMap((key) => currentOf(bucket, key) ?? []),
      );
      const storedBytes = all.reduce((sum, { record }) => sum + record.sizeBytes, 0);
      return Promise.resolve({ buckets: state.buckets.size, objects: all.length, storedBytes });
    },
    close: () => Promise.resolve(),
  };
  return { objects, keys };
}
