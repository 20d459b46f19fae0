import type { WebhookStore } from '../stores/admin/webhook-store.ts';
import type { EventStore } from '../stores/links/event-store.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { BackgroundJob } from './scheduler.ts';
import type { WebhookDelivery } from './webhook-delivery.ts';
import { queueEvents, type WebhookQueueOptions } from './webhook-queue.ts';

export type EventJobOptions = WebhookQueueOptions & {
  readonly delivery: WebhookDelivery;
  readonly diskSpace: () => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
};

const secondMs = 1_000;
const minuteMs = 60_000;

/** What one process of a server does about events: webhooks, and events that time makes. */
export function eventJobs(options: EventJobOptions): readonly BackgroundJob[] {
  const { events, webhooks, delivery, diskSpace } = options;
  return [
    {
      name: 'tell-webhooks',
      everyMs: 250,
      firstAfterMs: 250,
      runOnce: () => tellWebhooks(options, webhooks, delivery),
    },
    {
      name: 'tell-late',
      everyMs: 5 * secondMs,
      firstAfterMs: 5 * secondMs,
      async runOnce(nowMs) {
        await events.tellWithheld(nowMs);
        await events.tellExpiring(nowMs);
        return 'done';
      },
    },
    {
      name: 'sweep-webhooks',
      everyMs: 10 * minuteMs,
      firstAfterMs: minuteMs,
      async runOnce(nowMs) {
        await webhooks.sweep(nowMs);
        return 'done';
      },
    },
    watchDisk(events, diskSpace),
  ];
}

async function tellWebhooks(
  options: WebhookQueueOptions,
  webhooks: WebhookStore,
  delivery: WebhookDelivery,
): Promise<'more' | 'done'> {
  const targets = await webhooks.listTargets();
  if (targets.length === 0) return 'done';
  const outcome = await queueEvents(options, targets);
  await delivery.step(targets);
  return outcome;
}

/** EVT-9: told once when it becomes low, and again only after it was not. */
function watchDisk(events: EventStore, space: EventJobOptions['diskSpace']): BackgroundJob {
  let state: 'enough' | 'low' = 'enough';
  return {
    name: 'watch-disk',
    everyMs: minuteMs,
    firstAfterMs: 2 * secondMs,
    async runOnce(nowMs) {
      const { freeBytes, totalBytes } = await space();
      const share = totalBytes > 0 ? freeBytes / totalBytes : 1;
      if (share >= 0.12) state = 'enough';
      if (share >= 0.1 || state === 'low') return 'done';
      state = 'low';
      await events.tell([{ ...silentEvent('server.disk-low', nowMs, undefined), data: { freeBytes, totalBytes } }]);
      return 'done';
    },
  };
}
