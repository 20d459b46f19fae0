import { eventJobs } from '../background/event-jobs.ts';
import type { BackgroundJob } from '../background/scheduler.ts';
import { WebhookDelivery } from '../background/webhook-delivery.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { Outbound } from '../outbound/outbound.ts';
import type { Settings } from '../settings/list.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { World } from '../world/world.ts';
import type { ServeParts } from './parts.ts';
import { version } from './version.ts';

/** The way out of this process, guarded (SEC-601). */
export function makeOutbound(settings: Settings, world: Pick<World, 'clock' | 'network'>, log: Log): Outbound {
  return new Outbound({
    network: world.network,
    clock: world.clock,
    allow: settings.outboundAllow,
    onBlocked: (fields) => log.warn('outbound.blocked', fields),
  });
}

/** What the first process does about events, and what ends it. */
export type EventWork = { readonly jobs: readonly BackgroundJob[]; readonly stop: () => Promise<void> };

export function makeEventWork(
  { settings, world, log, store, disk }: ServeParts,
  metrics: Pick<Metrics, 'countDelivery'>,
  endpoint: string,
): EventWork {
  const delivery = new WebhookDelivery({
    webhooks: store.webhooks,
    outbound: makeOutbound(settings, world, log),
    clock: world.clock,
    random: world.random,
    userAgent: `tidegate/${version}`,
    onOutcome(outcome, fields) {
      metrics.countDelivery(outcome);
      if (outcome === 'failed') log.warn('a webhook could not be told', fields);
    },
  });
  const jobs = eventJobs({
    events: store.events,
    links: store.links,
    webhooks: store.webhooks,
    shares: store.shares,
    server: hostOf(endpoint),
    delivery,
    diskSpace: () => disk.space(settings.data),
  });
  return { jobs, stop: () => delivery.stop() };
}

/** The first event of every start. */
export async function tellStarted({ world, store, settings }: ServeParts): Promise<void> {
  const data = { version, workers: settings.workers };
  await store.events.tell([{ ...silentEvent('server.started', world.clock.nowMs(), undefined), data }]);
}

function hostOf(endpoint: string): string {
  return endpoint.startsWith('http') ? new URL(endpoint).host : endpoint;
}
