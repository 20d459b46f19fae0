/** How far an upload is. */
export type Progress = {
  /** Bytes that are sent, or were before. Falls when a part has to be sent again. */
  readonly loaded: number;
  readonly total: number;
  /** 0 to 1. */
  readonly fraction: number;
  /** Over the last seconds; 0 before there is anything to say. */
  readonly bytesPerSecond: number;
  readonly secondsLeft?: number;
};

const windowMs = 8000;

/** Turns counts of bytes into a rate, over the last eight seconds. */
export class Rate {
  #samples: (readonly [atMs: number, bytes: number])[] = [];

  /** `bytes`: all that was sent in this session, also what had to be sent again. */
  perSecond(bytes: number, nowMs: number): number {
    const recent = this.#samples.filter(([atMs]) => nowMs - atMs < windowMs);
    // At most ten samples a second are worth keeping.
    if (nowMs - (recent.at(-1)?.[0] ?? -100) >= 100) recent.push([nowMs, bytes]);
    this.#samples = recent;
    const [atMs, before] = recent[0] ?? [nowMs, bytes];
    return nowMs - atMs < 250 ? 0 : Math.max(0, ((bytes - before) * 1000) / (nowMs - atMs));
  }

  /** After a pause nothing before it counts. */
  clear(): void {
    this.#samples = [];
  }
}

/** @returns `Progress` of a file of `total` bytes */
export function progressOf(loaded: number, total: number, bytesPerSecond: number): Progress {
  const left = bytesPerSecond > 0 ? { secondsLeft: (total - loaded) / bytesPerSecond } : {};
  return { loaded, total, fraction: total === 0 ? 1 : loaded / total, bytesPerSecond, ...left };
}
