import type { AdminStore } from '../stores/admin/admin-store.ts';
import type { TemporaryStore } from '../stores/keys/temporary-store.ts';
import type { LinkStore } from '../stores/links/link-store.ts';
import type { ShareStore } from '../stores/links/share-store.ts';
import { completionKeptMs } from '../stores/objects/completion.ts';
import type { ResumableStore } from '../stores/objects/resumable-store.ts';
import type { Housekeeping } from '../stores/upkeep/housekeeping.ts';
import { type LifecycleOptions, lifecycleJob } from './lifecycle.ts';
import type { BackgroundJob } from './scheduler.ts';

const secondMs = 1_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;

export type StoreJobOptions = {
  readonly housekeeping: Housekeeping;
  readonly links: LinkStore;
  readonly shares: Pick<ShareStore, 'sweep'>;
  readonly resumables: Pick<ResumableStore, 'sweep'>;
  readonly records: AdminStore;
  readonly temporary: Pick<TemporaryStore, 'sweep'>;
  /** When this process began: files that are older and have no row were left by another one. */
  readonly startedAtMs: number;
  /** `abort_uploads_after_s`, as the settings say now. */
  readonly abortUploadsAfterMs: () => number;
  readonly lifecycle: Omit<LifecycleOptions, 'housekeeping'>;
};

/** The jobs that keep a store tidy. */
export function storeJobs({
  housekeeping,
  links,
  shares,
  resumables,
  records,
  temporary,
  startedAtMs,
  abortUploadsAfterMs,
  lifecycle,
}: StoreJobOptions): readonly BackgroundJob[] {
  const jobs: BackgroundJob[] = [
    {
      name: 'empty-trash',
      everyMs: secondMs,
      firstAfterMs: secondMs,
      runOnce: () => housekeeping.emptyTrash(),
    },
    {
      name: 'abort-uploads',
      everyMs: hourMs,
      firstAfterMs: 10 * secondMs,
      runOnce: (nowMs) => housekeeping.abortUploads(nowMs - abortUploadsAfterMs()),
    },
    {
      name: 'forget-completions',
      everyMs: hourMs,
      firstAfterMs: 20 * secondMs,
      runOnce: (nowMs) => housekeeping.forgetCompletions(nowMs - completionKeptMs),
    },
    {
      // Notes are written by the store itself, at most a second after they came (LDG-60).
      name: 'sweep-links',
      everyMs: 60 * secondMs,
      firstAfterMs: 30 * secondMs,
      async runOnce(nowMs) {
        await links.sweep(nowMs);
        await shares.sweep(nowMs);
        await resumables.sweep(nowMs);
        return 'done';
      },
    },
    {
      name: 'sweep-admin',
      everyMs: hourMs,
      firstAfterMs: 40 * secondMs,
      async runOnce(nowMs) {
        await records.sweep(nowMs);
        await temporary.sweep(nowMs);
        return 'done';
      },
    },
    {
      name: 'weekly-sweep',
      everyMs: weekMs,
      firstAfterMs: weekMs,
      runOnce: (nowMs) => housekeeping.sweepOrphans(nowMs - dayMs),
    },
    lifecycleJob({ ...lifecycle, housekeeping }),
  ];
  if (housekeeping.wasUnclean) jobs.push(sweepAfterCrash(housekeeping, startedAtMs));
  return jobs;
}

/** Once after a process that was killed: the files it left (REL-9). */
function sweepAfterCrash(housekeeping: Housekeeping, startedAtMs: number): BackgroundJob {
  let outcome: 'more' | 'done' = 'more';
  return {
    name: 'sweep-after-crash',
    everyMs: weekMs,
    firstAfterMs: 5 * secondMs,
    async runOnce() {
      if (outcome === 'more') outcome = await housekeeping.sweepOrphans(startedAtMs);
      return outcome;
    },
  };
}
