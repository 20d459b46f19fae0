import { aborted, isOnline, unreachable } from './failures.ts';
import { UploadError } from './upload-error.ts';

/** 0.5 s to 30 s, doubled each time; a third of it by chance, so that pages that failed together do not come back together. */
export function backoffMs(tries: number, random: number): number {
  return Math.min(30_000, 500 * 2 ** tries) * (1 - random / 3);
}

/** Ends a wait when `signal` is aborted or `wake` is called, whatever comes first. */
function waitFor(signal: AbortSignal, begin: (wake: () => void) => () => void): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      signal.removeEventListener('abort', wake);
      clear();
      resolve();
    };
    const clear = begin(wake);
    signal.addEventListener('abort', wake);
  });
}

/** Calls `wake` when a network is back. Only browsers tell. */
function onOnline(wake: () => void): () => void {
  globalThis.addEventListener?.('online', wake);
  return () => globalThis.removeEventListener?.('online', wake);
}

/** Carries work through cuts, pauses and missing networks, and gives up where that helps nobody. */
export class Patience {
  readonly #retriesFor: (error: unknown) => number;
  readonly #onChange: () => void;
  #end = new AbortController();
  #hold = new AbortController();
  #wake: (() => void)[] = [];
  #isPaused = false;
  /** How many pieces of work wait for a better time. */
  waiting = 0;
  /** What failed last. */
  reason: unknown;

  /** @param retriesFor how often work that failed so is repeated: 0 never, Infinity always */
  constructor(retriesFor: (error: unknown) => number, onChange: () => void) {
    this.#retriesFor = retriesFor;
    this.#onChange = onChange;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  pause(): void {
    if (this.#isPaused || this.isEnded) return;
    this.#isPaused = true;
    this.#hold.abort();
    this.#onChange();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#hold = new AbortController();
    for (const wake of this.#wake.splice(0)) wake();
    this.#onChange();
  }

  /** Everything under way rejects with `Aborted`. */
  end(): void {
    this.#end.abort();
    this.#hold.abort();
  }

  /**
   * Repeats `work` while it fails for passing reasons. What stops with its signal is repeated after the pause, and not counted; nor
   * is what failed before `work` called its second argument.
   */
  async carry<T>(work: (signal: AbortSignal, restart: () => void) => Promise<T>): Promise<T> {
    let tries = 0;
    let counted = 0;
    const restart = () => {
      tries = 0;
      counted = 0;
    };
    for (;;) {
      await this.#ready();
      const { signal } = this.#hold;
      try {
        return await work(signal, restart);
      } catch (error) {
        if (this.isEnded) throw aborted();
        if (signal.aborted) continue;
        const retries = this.#retriesFor(error);
        if (counted >= retries) throw error;
        if (retries !== Number.POSITIVE_INFINITY) counted++;
        this.reason = error;
        const isOffline = error instanceof UploadError && error.code === 'Offline';
        await this.#waitWhile(() => this.#sleep(isOffline ? 0 : backoffMs(tries++, Math.random())));
      }
    }
  }

  async #waitWhile(wait: () => Promise<void>): Promise<void> {
    this.waiting++;
    this.#onChange();
    await wait();
    this.waiting--;
    this.#onChange();
  }

  /** A network that comes back ends it early. */
  #sleep(ms: number): Promise<void> {
    return waitFor(this.#end.signal, (wake) => {
      const timer = setTimeout(wake, ms);
      const stop = onOnline(wake);
      return () => {
        clearTimeout(timer);
        stop();
      };
    });
  }

  async #ready(): Promise<void> {
    while (!this.isEnded) {
      if (this.#isPaused) {
        await waitFor(this.#end.signal, (wake) => {
          this.#wake.push(wake);
          return () => undefined;
        });
      } else if (!isOnline()) {
        this.reason = unreachable('');
        if (this.#retriesFor(this.reason) === 0) throw this.reason;
        await this.#waitWhile(() => waitFor(this.#end.signal, onOnline));
      } else return;
    }
    throw aborted();
  }
}
