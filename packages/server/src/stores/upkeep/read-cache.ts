import type { BucketRecord, ObjectStore } from '../objects/object-store.ts';

/** Most names that are kept of each kind; past it all are forgotten and read anew. */
const maxKept = 1024;

/**
 * Values by name that are read on the path of every request and changed rarely. A change forgets its name before it begins and when
 * it has ended, and nothing that was read meanwhile is kept: so whoever reads after a change was acknowledged sees it.
 */
export class ReadCache<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #changing = new Map<string, number>();
  #epoch = 0;

  get(name: string): Value | undefined {
    return this.#kept.get(name);
  }

  /** Taken before a value is read, and given to `keep` with it. */
  get epoch(): number {
    return this.#epoch;
  }

  keep(name: string, value: Value, epoch: number): void {
    if (epoch !== this.#epoch || this.#changing.has(name)) return;
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(name, value);
  }

  async change<Result>(name: string, make: () => Promise<Result>): Promise<Result> {
    this.#forget(name);
    this.#changing.set(name, (this.#changing.get(name) ?? 0) + 1);
    try {
      return await make();
    } finally {
      const left = (this.#changing.get(name) ?? 1) - 1;
      if (left === 0) this.#changing.delete(name);
      else this.#changing.set(name, left);
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    this.#epoch += 1;
    this.#kept.delete(name);
  }
}

type BucketCalls = Pick<ObjectStore, 'readBucket' | 'createBucket' | 'patchBucket' | 'deleteBucket'>;

/** The calls of an object store that read and change buckets, with buckets kept. For the one process that owns a store. */
export function keepBuckets(store: BucketCalls): BucketCalls {
  const kept = new ReadCache<BucketRecord>();
  const readAnew = async (name: string): Promise<BucketRecord | undefined> => {
    const { epoch } = kept;
    const record = await store.readBucket(name);
    // What is not there is not kept: names that nobody has are without number.
    if (record !== undefined) kept.keep(name, record, epoch);
    return record;
  };
  return {
    readBucket: (name) => kept.get(name) ?? readAnew(name),
    createBucket: (bucket, guard) => kept.change(bucket.name, () => store.createBucket(bucket, guard)),
    patchBucket: (name, patch, guard) => kept.change(name, () => store.patchBucket(name, patch, guard)),
    deleteBucket: (name, guard) => kept.change(name, () => store.deleteBucket(name, guard)),
  };
}
