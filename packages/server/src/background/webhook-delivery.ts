import { createHmac } from 'node:crypto';
import type { Outbound } from '../outbound/outbound.ts';
import type { Delivery, DeliveryOutcome, WebhookStore, WebhookTarget } from '../stores/admin/webhook-store.ts';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';

/** EVT-25: waits between the tries, each a tenth shorter or longer at random. */
export const retryAfterMs = [5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000, 86_400_000] as const;

/** Requests under way at once: of one target, so that one that hangs holds up nobody else, and of all. */
const mostOfTarget = 4;
const mostOfAll = 32;
const longestError = 200;

export type WebhookDeliveryOptions = {
  readonly webhooks: WebhookStore;
  readonly outbound: Pick<Outbound, 'post'>;
  readonly clock: Clock;
  readonly random: Random;
  /** `tidegate/1.0.0`. */
  readonly userAgent: string;
  readonly onOutcome: (outcome: 'delivered' | 'retried' | 'failed', fields: Readonly<Record<string, string>>) => void;
};

/** Sends what is queued, until somebody took it or all tries are used up. One process of a server does this. */
export class WebhookDelivery {
  readonly #options: WebhookDeliveryOptions;
  readonly #running = new Map<number, { readonly targetId: string; readonly work: Promise<void> }>();
  readonly #stop = new AbortController();

  constructor(options: WebhookDeliveryOptions) {
    this.#options = options;
  }

  /** Begins what is due and has room. */
  async step(targets: readonly WebhookTarget[]): Promise<void> {
    const { webhooks, clock } = this.#options;
    for (const target of targets) {
      if (target.state !== 'enabled') continue;
      const own = [...this.#running.values()].filter(({ targetId }) => targetId === target.id).length;
      const room = Math.min(mostOfTarget - own, mostOfAll - this.#running.size);
      if (room <= 0) continue;
      // Those under way are still due: their outcome is not written yet.
      for (const delivery of await webhooks.due(target.id, clock.nowMs(), room + own)) {
        if (this.#stop.signal.aborted) return;
        if (this.#running.has(delivery.n) || this.#running.size >= mostOfAll) continue;
        const work = this.#deliver(target, delivery).finally(() => this.#running.delete(delivery.n));
        this.#running.set(delivery.n, { targetId: target.id, work });
        // What fails here is the store; the next step meets it again and says so.
        work.catch(() => undefined);
      }
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()].map(({ work }) => work));
  }

  /** Ends what is under way; it is sent again at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.settled();
  }

  async #deliver(target: WebhookTarget, delivery: Delivery): Promise<void> {
    const { webhooks, clock } = this.#options;
    const tried = await this.#try(target, delivery);
    if (this.#stop.signal.aborted && tried.status === undefined) return;
    const outcome = this.#outcomeOf(delivery, tried);
    if (tried.status === 410) await webhooks.editTarget(target.id, { state: 'gone' });
    await webhooks.settle(delivery.n, { ...outcome, lastAtMs: clock.nowMs() });
    this.#options.onOutcome(outcome.state === 'waiting' ? 'retried' : outcome.state, {
      webhook: target.id,
      type: delivery.type,
      message: delivery.messageId,
      tries: String(delivery.tries + 1),
      ...(outcome.lastError !== undefined && { why: outcome.lastError }),
    });
  }

  async #try({ url, secrets }: WebhookTarget, { messageId, body }: Delivery): Promise<Tried> {
    const { outbound, clock, userAgent } = this.#options;
    const nowMs = clock.nowMs();
    const timestamp = String(Math.floor(nowMs / 1000));
    const signatures = secrets
      .filter(({ retireAtMs }) => retireAtMs === undefined || retireAtMs > nowMs)
      .map(({ text }) => signatureOf(text, `${messageId}.${timestamp}.${body}`));
    const headers = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      'webhook-id': messageId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    };
    try {
      return { status: await outbound.post(url, headers, body, this.#stop.signal), error: undefined };
    } catch (error) {
      return { status: undefined, error: error instanceof Error ? error.message : String(error) };
    }
  }

  #outcomeOf({ tries }: Delivery, { status, error }: Tried): Omit<DeliveryOutcome, 'lastAtMs'> {
    const nowMs = this.#options.clock.nowMs();
    if (status !== undefined && status >= 200 && status < 300) {
      return { state: 'delivered', nextAtMs: nowMs, lastStatus: status, lastError: undefined };
    }
    const lastError = (error ?? `It answered ${status}.`).slice(0, longestError);
    const waitMs = status === 410 ? undefined : retryAfterMs[tries];
    if (waitMs === undefined) return { state: 'failed', nextAtMs: nowMs, lastStatus: status, lastError };
    return { state: 'waiting', nextAtMs: nowMs + Math.round(waitMs * this.#jitter()), lastStatus: status, lastError };
  }

  /** 0.9 to 1.1. */
  #jitter(): number {
    const [high = 0, low = 0] = this.#options.random.bytes(2);
    return 0.9 + ((high * 256 + low) / 65_535) * 0.2;
  }
}

type Tried = { readonly status: number | undefined; readonly error: string | undefined };

/** EVT-23. @param secret `whsec_` and base64 of the key */
function signatureOf(secret: string, signed: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
