import type { Clock } from '../../world/clock.ts';

/** How long one piece of a long answer may keep the event loop: far below what anybody notices (LDG-53). */
const pieceMs = 4;

const waiting: (() => void)[] = [];
let isScheduled = false;

/**
 * Resolves in a later turn of the event loop, when no other long answer has that turn: however many are made at once, requests
 * wait for one piece of one of them. How many may be made is the caller's business.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    schedule();
  });
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    waiting.shift()?.();
    if (waiting.length > 0) schedule();
  });
}

/** A long piece of work in short ones: `if (pieces.isOver) await pieces.next()` between any two steps of it. */
export class Pieces {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #endsAtMs: number;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#endsAtMs = clock.monotonicMs() + pieceMs;
  }

  /** Whether the piece has taken its time. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() >= this.#endsAtMs;
  }

  /** Lets everything else go first. */
  async next(): Promise<void> {
    await nextTurn();
    this.#endsAtMs = this.#clock.monotonicMs() + pieceMs;
  }
}
