import type { Clock } from '../world/clock.ts';

/** Bytes that may pass at once after a pause: a tenth of a second's worth. */
const burstS = 0.1;

/** Lets bytes through at a rate, for all who share it, in the order in which they ask (LNK-28). */
export class TokenBucket {
  readonly bytesPerS: number;
  readonly #clock: Clock;
  /** Monotonic time at which everything that was given out has had its time. */
  #paidUntilMs: number;

  constructor(bytesPerS: number, clock: Clock) {
    this.bytesPerS = bytesPerS;
    this.#clock = clock;
    this.#paidUntilMs = clock.monotonicMs();
  }

  /** Most that should be taken at once, so that several transfers take turns. */
  get sliceBytes(): number {
    return Math.max(1, Math.min(65_536, Math.floor(this.bytesPerS * burstS)));
  }

  /** Waits until `bytes` may pass. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const startMs = Math.max(this.#paidUntilMs, nowMs - burstS * 1000);
    this.#paidUntilMs = startMs + (bytes / this.bytesPerS) * 1000;
    const waitMs = this.#paidUntilMs - nowMs;
    if (waitMs <= 0 && !signal.aborted) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : new Error('The transfer was cut.'));
        else resolve();
      };
      const cancel = this.#clock.after(Math.max(0, waitMs), end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
  }
}

/** One bucket for each link that has transfers under way in this process; a link without any has none. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #shared = new Map<string, { readonly bucket: TokenBucket; holders: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The bucket of a link, shared by its transfers. A new rate counts for the transfers that begin from now on. */
  hold(linkId: string, bytesPerS: number): { readonly bucket: TokenBucket; readonly release: () => void } {
    const name = `${linkId} ${bytesPerS}`;
    const held = this.#shared.get(name) ?? { bucket: new TokenBucket(bytesPerS, this.#clock), holders: 0 };
    held.holders += 1;
    this.#shared.set(name, held);
    let released = false;
    return {
      bucket: held.bucket,
      release: () => {
        if (released) return;
        released = true;
        held.holders -= 1;
        if (held.holders === 0) this.#shared.delete(name);
      },
    };
  }
}
