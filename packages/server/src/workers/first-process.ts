import type { Clock } from '../world/clock.ts';
import type { FromWorker, QuestionToFirst } from './messages.ts';

/** The first process, as a worker asks it. */
export class FirstProcess {
  readonly #clock: Clock;
  readonly #send: (message: FromWorker) => void;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #asked = 0;

  constructor(clock: Clock, send: (message: FromWorker) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** @returns `'late'` when it did not answer in time */
  ask(question: QuestionToFirst, patienceMs: number): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const cancel = this.#clock.after(patienceMs, () => this.take(id, 'late'));
      this.#waiting.set(id, (answer) => {
        cancel();
        resolve(answer);
      });
      this.#send({ kind: 'ask-first', id, question });
    });
  }

  /** What it answered. */
  take(id: number, answer: unknown): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(answer);
  }
}
