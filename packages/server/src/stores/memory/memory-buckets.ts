import { refusal } from '@tidegate/protocol';
import { newBucketConfig, patchConfig } from '../objects/bucket.ts';
import { compareKeys } from '../objects/key-order.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { bucketOf, type MemoryState, ownerOf } from './memory-state.ts';

export function memoryBuckets(
  state: MemoryState,
): Pick<ObjectStore, 'createBucket' | 'readBucket' | 'listBuckets' | 'patchBucket' | 'deleteBucket'> {
  return {
    async createBucket(wanted, guard) {
      await Promise.resolve();
      guard?.();
      const { name, owner, region } = wanted;
      const existing = state.buckets.get(name);
      if (existing !== undefined) {
        const isOwn = existing.record.owner.id === owner.id;
        throw refusal(isOwn ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', { BucketName: name });
      }
      const config = newBucketConfig(wanted);
      const record = { name, owner: ownerOf(state, owner), region, createdAtMs: state.clock.nowMs(), config };
      state.buckets.set(name, { record, versions: new Map() });
      return record;
    },
    readBucket: (name) => Promise.resolve(state.buckets.get(name)?.record),
    listBuckets({ ownerId, prefix, after, limit }) {
      const all = [...state.buckets.values()]
        .map((bucket) => bucket.record)
        .filter(({ owner, name }) => owner.id === ownerId && name.startsWith(prefix) && compareKeys(name, after) > 0)
        .sort((left, right) => compareKeys(left.name, right.name));
      const buckets = all.slice(0, limit);
      return Promise.resolve({ buckets, next: all.length > limit ? buckets.at(-1)?.name : undefined });
    },
    async patchBucket(name, patch, guard) {
      await Promise.resolve();
      guard?.();
      const bucket = bucketOf(state, name);
      const config = patchConfig(bucket.record.config, patch);
      bucket.record = { ...bucket.record, config };
      return bucket.record;
    },
    async deleteBucket(name, guard) {
      await Promise.resolve();
      guard?.();
      if (bucketOf(state, name).versions.size > 0) throw refusal('BucketNotEmpty', { BucketName: name });
      state.buckets.delete(name);
      for (const [id, upload] of state.uploads) if (upload.record.bucket === name) state.uploads.delete(id);
    },
  };
}
