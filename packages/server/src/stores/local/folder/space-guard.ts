import { StoreFailure } from '@tidegate/protocol';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import { failureOfWorld } from '../../upkeep/failure-of-world.ts';

/** How long a look at the free space is good for. */
const freshMs = 1_000;
/** The reserve where none is set: 1 % of the disk, at most 256 MiB. */
const defaultReserveBytes = 268_435_456;

export type SpaceGuardOptions = {
  readonly disk: Disk;
  readonly folder: string;
  readonly clock: Clock;
  /** undefined: 1 % of the disk, at most 256 MiB. */
  readonly reserveBytes: number | undefined;
};

/** Keeps a reserve of the disk free, so that deletes, revocations and metadata still work when bodies no longer fit (REL-14). */
export class SpaceGuard {
  readonly #options: SpaceGuardOptions;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #spareBytes = 0;
  #measuring: Promise<void> | undefined;

  constructor(options: SpaceGuardOptions) {
    this.#options = options;
  }

  /** What must be waited for before bytes are taken; undefined while the last look is fresh and showed room. */
  refresh(): Promise<void> | undefined {
    const age = this.#options.clock.monotonicMs() - this.#lookedAtMs;
    if (age < freshMs && this.#spareBytes > 0) return undefined;
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  /** A body of that size is announced. Takes nothing: a sender may announce what it never sends (SEC-707).
   *  @throws StoreFailure full */
  announce(sizeBytes: number): void {
    if (sizeBytes > this.#spareBytes) throw diskFull();
  }

  /** Bytes are about to be written. @throws StoreFailure full, when they would eat into the reserve */
  take(sizeBytes: number): void {
    // Looks again in the meantime; what it finds counts for the next bytes.
    this.refresh()?.then(ignoreFailure, ignoreFailure);
    if (sizeBytes > this.#spareBytes) throw diskFull();
    this.#spareBytes -= sizeBytes;
  }

  async #measure(): Promise<void> {
    const { disk, folder, clock, reserveBytes } = this.#options;
    const { freeBytes, totalBytes } = await disk.space(folder).catch((error: unknown) => {
      throw failureOfWorld('looking at the free space', error);
    });
    const reserve = reserveBytes ?? Math.min(defaultReserveBytes, Math.floor(totalBytes / 100));
    this.#spareBytes = Math.max(0, freeBytes - reserve);
    this.#lookedAtMs = clock.monotonicMs();
  }
}

function diskFull(): StoreFailure {
  return new StoreFailure({ what: 'storing a body: the disk is full but for the reserve', kind: 'full' });
}

function ignoreFailure(): void {
  // A look that failed leaves the last one in force; the next one is made soon.
}
