import { type LifecycleRule, S3Error } from '@tidegate/protocol';
import {
  coveredPrefixes,
  enabledRules,
  expiryOf,
  isMarkerOver,
  isOlderOver,
  isUploadOver,
} from '../s3/objects/lifecycle.ts';
import { compareKeys } from '../stores/objects/key-order.ts';
import type {
  BucketRecord,
  DeleteOutcome,
  ListedVersion,
  ObjectDelete,
  ObjectStore,
} from '../stores/objects/object-store.ts';
import { DamagedRow } from '../stores/upkeep/damaged-row.ts';
import type { Housekeeping } from '../stores/upkeep/housekeeping.ts';
import type { BackgroundJob } from './scheduler.ts';

/** Versions or uploads of one slice: some milliseconds of work (SEC-909). */
const sliceEntries = 250;
/** Slices that removed nothing between two savings of the position: a kill costs so many looks, and no sync each. */
const slicesUnsaved = 16;
const noteName = 'lifecycle';
const secondMs = 1_000;

export type LifecycleOptions = {
  readonly objects: Pick<ObjectStore, 'readBucket' | 'listVersions' | 'deleteObjects' | 'listUploads' | 'abortUpload'>;
  readonly housekeeping: Pick<Housekeeping, 'lifecycleBucket' | 'readNote' | 'writeNote'>;
  /** From the beginning of one pass through all buckets to that of the next. */
  readonly everyMs: number;
  /** Length of a day; another one than a day's is a test's. */
  readonly dayMs: number;
  /** Told of what a slice removed, when it is durable. */
  readonly onExpired?: (bucket: BucketRecord, expired: readonly ExpiredVersion[]) => Promise<void>;
  /** Told of each damaged row that was passed over (LFC-23). */
  readonly onDamaged?: (damaged: PassedOver) => void;
};

/** What a pass left as it is, since its row is damaged. */
export type PassedOver = {
  readonly bucket: string;
  /** Undefined: the rest of the bucket, or of a prefix of it. */
  readonly key: string | undefined;
  readonly failure: DamagedRow;
  readonly isFirstOfPass: boolean;
};

/** A version that rules ended. */
export type ExpiredVersion = { readonly version: ListedVersion; readonly outcome: DeleteOutcome };

/** Where a pass stands in a bucket. */
type Place = {
  readonly phase: 'versions' | 'uploads';
  readonly prefix: string;
  readonly after: string;
  readonly afterId: string;
  /** Of the key `after`: when the version before was made, and how many older versions were passed. */
  readonly older?: Chain | undefined;
};
type Chain = { readonly newerAtMs: number; readonly count: number };

/** As it is kept on disk. Without a bucket no pass is under way. */
type Progress = {
  readonly begunMs: number;
  readonly bucket?: string | undefined;
  readonly place?: Place | undefined;
};

type Slice = { readonly bucket: BucketRecord; readonly rules: readonly LifecycleRule[]; readonly nowMs: number };

/**
 * Ends what the lifecycle rules of buckets end (LFC-10 … LFC-20): passes through all buckets that have rules, slice by slice. Every
 * version is removed under the condition that it is still what the rule saw, so a slice that is done twice, after a kill, does
 * no more than one that is done once.
 */
export function lifecycleJob(options: LifecycleOptions): BackgroundJob {
  const run = new LifecycleRun(options);
  return {
    name: 'lifecycle',
    everyMs: Math.min(60 * secondMs, options.everyMs),
    firstAfterMs: Math.min(15 * secondMs, options.everyMs),
    runOnce: (nowMs) => run.step(nowMs),
  };
}

class LifecycleRun {
  readonly #options: LifecycleOptions;
  #progress: Progress | undefined;
  #unsaved = 0;
  #hasReported = false;

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  async step(nowMs: number): Promise<'more' | 'done'> {
    const progress = this.#progress ?? readProgress(await this.#options.housekeeping.readNote(noteName));
    this.#progress = progress;
    if (progress.bucket === undefined) {
      const sinceMs = nowMs - progress.begunMs;
      // A clock that was put back begins anew rather than wait for the time it had.
      if (sinceMs >= 0 && sinceMs < this.#options.everyMs) return 'done';
      this.#progress = { begunMs: nowMs, bucket: '' };
      this.#hasReported = false;
      return 'more';
    }
    if (progress.place === undefined) return await this.#nextBucket(progress, progress.bucket);
    return await this.#inBucket({ ...progress, bucket: progress.bucket, place: progress.place }, nowMs);
  }

  async #nextBucket(progress: Progress, after: string): Promise<'more' | 'done'> {
    const next = await this.#options.housekeeping.lifecycleBucket(after);
    if (next === undefined) {
      this.#progress = { begunMs: progress.begunMs };
      // Where no bucket has rules there is nothing worth a write.
      if (after !== '') await this.#save();
      return 'done';
    }
    this.#progress = { ...progress, bucket: next, place: { phase: 'versions', prefix: '', after: '', afterId: '' } };
    return 'more';
  }

  async #inBucket(
    progress: Progress & { readonly bucket: string; readonly place: Place },
    nowMs: number,
  ): Promise<'more'> {
    let removed = 0;
    let place: Place | undefined;
    try {
      const bucket = await this.#options.objects.readBucket(progress.bucket);
      const rules = rulesOf(progress.place.phase, enabledRules(bucket?.config.lifecycle));
      const at = resumed(progress.place, coveredPrefixes(rules));
      if (bucket === undefined || at === undefined) {
        place = nextPhase(progress.place);
      } else {
        const done = await this.#slice({ bucket, rules, nowMs }, at);
        removed = done.removed;
        place = done.next;
      }
    } catch (error) {
      if (error instanceof DamagedRow) this.#passOver(progress.bucket, undefined, error);
      // The bucket went while it was looked through.
      else if (!(error instanceof S3Error && error.code === 'NoSuchBucket')) throw error;
      place = undefined;
    }
    this.#progress = { ...progress, place };
    this.#unsaved += 1;
    if (removed > 0 || this.#unsaved >= slicesUnsaved) await this.#save();
    return 'more';
  }

  /** A list that cannot be read on ends its prefix, not the pass (LFC-23). */
  async #slice(slice: Slice, place: Place): Promise<{ readonly removed: number; readonly next: Place }> {
    try {
      return await (place.phase === 'versions' ? this.#versions(slice, place) : this.#uploads(slice, place));
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error;
      this.#passOver(slice.bucket.name, undefined, error);
      return { removed: 0, next: passedPrefix(place) };
    }
  }

  #passOver(bucket: string, key: string | undefined, failure: DamagedRow): void {
    this.#options.onDamaged?.({ bucket, key, failure, isFirstOfPass: !this.#hasReported });
    this.#hasReported = true;
  }

  async #versions(slice: Slice, place: Place): Promise<{ readonly removed: number; readonly next: Place }> {
    const { bucket, rules, nowMs } = slice;
    const { objects, dayMs } = this.#options;
    const { prefix, after, afterId } = place;
    const query = { bucket: bucket.name, prefix, delimiter: undefined, after, afterVersionId: afterId };
    const page = await objects.listVersions({ ...query, limit: sliceEntries });
    const versions = page.entries.flatMap((each) => (each.kind === 'entry' ? [each.entry] : []));
    const over: { readonly version: ListedVersion; readonly wanted: ObjectDelete }[] = [];
    let chain: Chain | undefined = place.older;
    let key = after;
    for (const [index, version] of versions.entries()) {
      if (version.isLatest || version.key !== key) chain = undefined;
      key = version.key;
      const isFollowed = versions[index + 1]?.key === key;
      const wanted = chain === undefined ? newestOver(version, isFollowed) : olderOver(version, chain);
      if (wanted !== undefined) over.push({ version, wanted });
      chain = { newerAtMs: version.modifiedAtMs, count: chain === undefined ? 0 : chain.count + 1 };
    }
    const last = versions.at(-1);
    const next =
      page.next === undefined || last === undefined
        ? passedPrefix(place)
        : { ...place, after: last.key, afterId: last.versionId, older: chain };
    const removed = await this.#remove(bucket, over);
    return { removed, next };

    function newestOver(version: ListedVersion, isFollowed: boolean): ObjectDelete | undefined {
      const { key, versionId, tags = [] } = version;
      if (version.isMarker) {
        if (isFollowed || !isMarkerOver(version, rules, nowMs, dayMs)) return undefined;
        return { key, versionId, condition: { place: { is: 'alone', versionId } } };
      }
      const expiry = expiryOf(version, rules, dayMs);
      if (expiry === undefined || expiry.atMs > nowMs) return undefined;
      return { key, condition: { tags, place: { is: 'current', versionId } } };
    }

    function olderOver(version: ListedVersion, { newerAtMs, count }: Chain): ObjectDelete | undefined {
      const { key, versionId, tags = [] } = version;
      const older = { ...version, olderSinceMs: newerAtMs, newerOnes: count };
      if (!isOlderOver(older, rules, nowMs, dayMs)) return undefined;
      return { key, versionId, condition: { tags, place: { is: 'older', versionId } } };
    }
  }

  async #remove(
    bucket: BucketRecord,
    over: readonly { readonly version: ListedVersion; readonly wanted: ObjectDelete }[],
  ): Promise<number> {
    if (over.length === 0) return 0;
    const outcomes = await this.#options.objects.deleteObjects(
      bucket.name,
      over.map(({ wanted }) => wanted),
    );
    for (const { key, damaged } of outcomes) if (damaged !== undefined) this.#passOver(bucket.name, key, damaged);
    const expired = over.flatMap(({ version }, index) => {
      const outcome = outcomes[index];
      return outcome?.deleted === true ? [{ version, outcome }] : [];
    });
    if (expired.length > 0) await this.#options.onExpired?.(bucket, expired);
    return expired.length;
  }

  async #uploads(
    { bucket, rules, nowMs }: Slice,
    place: Place,
  ): Promise<{ readonly removed: number; readonly next: Place }> {
    const { objects, dayMs } = this.#options;
    const { prefix, after, afterId } = place;
    const query = { bucket: bucket.name, prefix, delimiter: undefined, after, afterUploadId: afterId };
    const page = await objects.listUploads({ ...query, limit: sliceEntries });
    const uploads = page.entries.flatMap((each) => (each.kind === 'entry' ? [each.entry] : []));
    const over = uploads.filter((upload) => isUploadOver(upload, rules, nowMs, dayMs));
    await Promise.all(
      over.map(async ({ key, uploadId }) => {
        try {
          await objects.abortUpload({ bucket: bucket.name, key, uploadId });
        } catch (error) {
          if (error instanceof DamagedRow) this.#passOver(bucket.name, key, error);
          // Completed or aborted meanwhile.
          else if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error;
        }
      }),
    );
    const last = uploads.at(-1);
    const next =
      page.next === undefined || last === undefined
        ? passedPrefix(place)
        : { ...place, after: last.key, afterId: last.uploadId };
    return { removed: over.length, next };
  }

  async #save(): Promise<void> {
    this.#unsaved = 0;
    await this.#options.housekeeping.writeNote(noteName, JSON.stringify(this.#progress));
  }
}

/** The rules that a phase works for. */
function rulesOf(phase: Place['phase'], rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  return rules.filter((rule) =>
    phase === 'uploads'
      ? rule.abortUploads !== undefined
      : rule.expiration !== undefined || rule.noncurrentExpiration !== undefined,
  );
}

/** Where a place goes on among the prefixes of the rules as they are now; undefined: behind the last. */
function resumed(place: Place, prefixes: readonly string[]): Place | undefined {
  if (place.after === '\0') {
    const later = prefixes.find((prefix) => compareKeys(prefix, place.prefix) > 0);
    return later === undefined ? undefined : { phase: place.phase, prefix: later, after: '', afterId: '' };
  }
  if (prefixes.includes(place.prefix)) return place;
  const later = prefixes.find((prefix) => compareKeys(prefix, place.prefix) >= 0);
  return later === undefined ? undefined : { phase: place.phase, prefix: later, after: '', afterId: '' };
}

/** No key holds NUL: this place is behind the whole prefix. */
function passedPrefix({ phase, prefix }: Place): Place {
  return { phase, prefix, after: '\0', afterId: '' };
}

function nextPhase({ phase }: Place): Place | undefined {
  return phase === 'versions' ? { phase: 'uploads', prefix: '', after: '', afterId: '' } : undefined;
}

/** What cannot be read is begun anew. */
function readProgress(text: string | undefined): Progress {
  const none = { begunMs: Number.NEGATIVE_INFINITY };
  if (text === undefined) return none;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('begunMs' in value)) return none;
    // Sound: written by this file, to a folder that no other program writes to; an older form begins anew.
    return typeof value.begunMs === 'number' ? (value as Progress) : none;
  } catch (error) {
    if (error instanceof SyntaxError) return none;
    throw error;
  }
}
