import type { Clock } from '../../world/clock.ts';
import {
  type Delivery,
  type DeliveryOutcome,
  mostSettled,
  mostTargets,
  mostWaiting,
  type NewMessage,
  settledKeptMs,
  type WebhookChange,
  type WebhookStore,
  type WebhookTarget,
} from '../admin/webhook-store.ts';
import { eventIdOf } from '../links/link-cursor.ts';
import type { Page } from '../links/link-store.ts';

/** The model of webhooks. `lastEvent`: number of the newest event of the stream. */
export class MemoryWebhooks implements WebhookStore {
  readonly #clock: Clock;
  readonly #lastEvent: () => number;
  readonly #targets = new Map<string, { target: WebhookTarget; sinceEvent: number }>();
  #deliveries: Delivery[] = [];
  #count = 0;
  #place = 0;

  constructor(clock: Clock, lastEvent: () => number) {
    this.#clock = clock;
    this.#lastEvent = lastEvent;
  }

  createTarget(target: WebhookTarget): Promise<'created' | 'taken' | 'full'> {
    if (target.name !== undefined && this.#find(target.name) !== undefined) return Promise.resolve('taken');
    if (this.#targets.size >= mostTargets) return Promise.resolve('full');
    this.#targets.set(target.id, { target, sinceEvent: this.#lastEvent() });
    return Promise.resolve('created');
  }

  editTarget(id: string, change: WebhookChange): Promise<WebhookTarget | 'taken' | undefined> {
    const there = this.#targets.get(id);
    if (there === undefined) return Promise.resolve(undefined);
    const namesake = change.name === undefined ? undefined : this.#find(change.name);
    if (namesake !== undefined && namesake.id !== id) return Promise.resolve('taken');
    const before = there.target.state;
    there.target = { ...there.target, ...change };
    if (there.target.state === 'enabled' && before !== 'enabled') there.sinceEvent = this.#lastEvent();
    return Promise.resolve(there.target);
  }

  deleteTarget(id: string): Promise<boolean> {
    this.#deliveries = this.#deliveries.filter(({ targetId }) => targetId !== id);
    return Promise.resolve(this.#targets.delete(id));
  }

  listTargets(): Promise<readonly WebhookTarget[]> {
    return Promise.resolve([...this.#targets.values()].map(({ target }) => target));
  }

  findTarget(idOrName: string): Promise<WebhookTarget | undefined> {
    return Promise.resolve(this.#find(idOrName));
  }

  enqueue(messages: readonly NewMessage[]): Promise<number> {
    const nowMs = this.#clock.nowMs();
    let queued = 0;
    for (const { target, id, type, body } of messages) {
      const found = this.#find(target);
      if (found?.state !== 'enabled') continue;
      const waiting = this.#deliveries.filter(({ targetId, state }) => targetId === found.id && state === 'waiting');
      if (waiting.length >= mostWaiting) continue;
      this.#count += 1;
      queued += 1;
      const n = this.#count;
      this.#deliveries.push({
        n,
        targetId: found.id,
        messageId: id ?? `msg_${eventIdOf(nowMs, n)}`,
        type,
        body,
        madeAtMs: nowMs,
        tries: 0,
        state: 'waiting',
        nextAtMs: nowMs,
        lastAtMs: undefined,
        lastStatus: undefined,
        lastError: undefined,
      });
    }
    return Promise.resolve(queued);
  }

  place(): Promise<number> {
    return Promise.resolve(this.#place);
  }

  async queueEvents(messages: readonly NewMessage[], place: number): Promise<void> {
    await this.enqueue(messages);
    this.#place = Math.max(this.#place, place);
  }

  startOf(targetId: string): Promise<number> {
    return Promise.resolve(this.#targets.get(targetId)?.sinceEvent ?? Number.MAX_SAFE_INTEGER);
  }

  due(target: string, nowMs: number, limit: number): Promise<readonly Delivery[]> {
    const due = this.#deliveries.filter(
      ({ targetId, state, nextAtMs }) => targetId === target && state === 'waiting' && nextAtMs <= nowMs,
    );
    return Promise.resolve(due.sort((one, other) => one.nextAtMs - other.nextAtMs || one.n - other.n).slice(0, limit));
  }

  settle(n: number, outcome: DeliveryOutcome): Promise<void> {
    this.#change(n, (delivery) => ({ ...delivery, ...outcome, tries: delivery.tries + 1 }));
    return Promise.resolve();
  }

  retry(target: string, n: number, nowMs: number): Promise<Delivery | undefined> {
    if (!this.#deliveries.some((delivery) => delivery.n === n && delivery.targetId === target)) {
      return Promise.resolve(undefined);
    }
    this.#change(n, (delivery) => ({ ...delivery, state: 'waiting', tries: 0, nextAtMs: nowMs }));
    return Promise.resolve(this.#deliveries.find((delivery) => delivery.n === n));
  }

  listDeliveries(query: Parameters<WebhookStore['listDeliveries']>[0]): Promise<Page<Delivery>> {
    const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number.parseInt(query.cursor, 36);
    const found = this.#deliveries.filter(({ targetId, n }) => targetId === query.targetId && n < before);
    const items = found.sort((one, other) => other.n - one.n).slice(0, query.limit);
    const next = found.length > query.limit ? items.at(-1)?.n.toString(36) : undefined;
    return Promise.resolve({ items, next });
  }

  countWaiting(): Promise<number> {
    return Promise.resolve(this.#deliveries.filter(({ state }) => state === 'waiting').length);
  }

  sweep(nowMs: number): Promise<void> {
    for (const id of this.#targets.keys()) {
      const settled = this.#deliveries
        .filter(({ targetId, state }) => targetId === id && state !== 'waiting')
        .sort((one, other) => other.n - one.n);
      const gone = new Set(
        settled.filter(({ nextAtMs }, at) => at >= mostSettled || nextAtMs < nowMs - settledKeptMs).map(({ n }) => n),
      );
      this.#deliveries = this.#deliveries.filter(({ n }) => !gone.has(n));
    }
    return Promise.resolve();
  }

  #find(idOrName: string): WebhookTarget | undefined {
    return [...this.#targets.values()]
      .map(({ target }) => target)
      .find(({ id, name }) => id === idOrName || name === idOrName);
  }

  #change(n: number, change: (delivery: Delivery) => Delivery): void {
    this.#deliveries = this.#deliveries.map((delivery) => (delivery.n === n ? change(delivery) : delivery));
  }
}
