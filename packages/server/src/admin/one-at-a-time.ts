import { nextTurn } from '../stores/upkeep/turns.ts';
import type { AdminEndpoint } from './endpoint.ts';
import { AdminProblem } from './json/problem.ts';

/** Heavy questions of one key, and of all, that wait for their turn; more are refused. */
const mostOfKey = 32;
const mostWaiting = 256;

/**
 * What questions cost requests beside them (ADM-51): each begins in a turn of the event loop of its own, and of the heavy ones
 * a key has one answered at a time.
 */
export class OneAtATime {
  /** By key: who waits behind the question that is being answered. */
  readonly #queues = new Map<string, (() => void)[]>();
  #waiting = 0;

  /** @throws AdminProblem 503 when too many wait */
  async run<Value>(actor: string, cost: AdminEndpoint['cost'], answer: () => Promise<Value>): Promise<Value> {
    if (cost === 'light') {
      await nextTurn();
      return await answer();
    }
    await this.#enter(actor);
    try {
      await nextTurn();
      return await answer();
    } finally {
      this.#leave(actor);
    }
  }

  #enter(actor: string): Promise<void> | undefined {
    const queue = this.#queues.get(actor);
    if (queue === undefined) {
      this.#queues.set(actor, []);
      return undefined;
    }
    if (queue.length >= mostOfKey || this.#waiting >= mostWaiting) throw tooMany();
    this.#waiting += 1;
    return new Promise((resolve) => queue.push(resolve));
  }

  #leave(actor: string): void {
    const next = this.#queues.get(actor)?.shift();
    if (next === undefined) {
      this.#queues.delete(actor);
      return;
    }
    this.#waiting -= 1;
    next();
  }
}

function tooMany(): AdminProblem {
  return new AdminProblem({
    status: 503,
    code: 'SlowDown',
    title: 'Too many questions at once',
    detail: `A key has one large question answered at a time, and ${mostOfKey} waiting.`,
    hint: 'Ask again in a second.',
    headers: { 'Retry-After': '1' },
  });
}
