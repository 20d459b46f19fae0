/** At most `most` requests at once; who came first goes first. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  /** Resolves to what gives the slot back. Rejects with `signal`'s reason. */
  take(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = () => {
        this.#waiting = this.#waiting.filter((other) => other !== begin);
        reject(signal.reason);
      };
      const begin = () => {
        signal.removeEventListener('abort', stop);
        this.#free--;
        resolve(() => {
          this.#free++;
          this.#waiting.shift()?.();
        });
      };
      if (this.#free > 0) return begin();
      signal.addEventListener('abort', stop);
      this.#waiting.push(begin);
    });
  }
}
