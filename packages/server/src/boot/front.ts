import { routeConsoleListener, routeS3Listener } from '../http/handlers.ts';
import type { Listener } from '../http/listener.ts';
import { requestIds } from '../http/request-ids.ts';
import type { Metric } from '../observe/metric.ts';
import { Metrics } from '../observe/metrics.ts';
import { requestReporter } from '../observe/request-log.ts';
import type { World } from '../world/world.ts';
import { watchClock } from './clock.ts';
import type { Ports } from './console.ts';
import { createHandlers } from './handlers.ts';
import { type Listeners, listenerLimits, openListeners } from './listeners.ts';
import type { ServeParts } from './parts.ts';
import { makeServer } from './server.ts';
import { followStoredSettings } from './settings.ts';
import { followCertificate, readCertificate } from './tls.ts';
import { version } from './version.ts';

/** The half of a process that clients see: its listeners and what they answer from. */
export type Front = {
  readonly listeners: Listeners;
  readonly metrics: Metrics;
  readonly isSecure: boolean;
  readonly ports: Ports;
  /** A URL that opens the console signed in, once; undefined: it is off. */
  sessionUrl(accessKeyId: string): string | undefined;
  /** From now on it is ready. */
  begin(): void;
  /** How many transfers of links this process ended for what changed after an epoch, looked at now. */
  cutSince(epoch: number): number;
  /** Looks at the files of the certificate now. */
  readCertificate(): void;
  /**
   * `graceful`: takes nothing new, and resolves when what runs has ended or was cut after the grace time (REL-8); `now`: cuts it.
   * Stopping happens once; a second call may only make it faster.
   */
  stop(how: 'graceful' | 'now'): Promise<void>;
};

/** How a process of several differs from one that is alone. */
export type FrontRole = {
  /** Other processes listen at the same ports. */
  readonly sharesPorts?: boolean;
  /** A worker: figures that are the same for all processes are left to the first one. */
  readonly isWorker?: boolean;
  /** What the other processes have counted. */
  readonly countedElsewhere?: () => Promise<readonly (readonly Metric[])[]>;
  /** How many transfers of links the other processes ended for what changed after an epoch. */
  readonly cutElsewhere?: (sinceEpoch: number) => Promise<number>;
  /** Ports of what other processes listen on. */
  readonly portsElsewhere?: Partial<Ports>;
};

/** Opens the listeners that the settings name. @throws StartFailure */
export async function openFront(parts: ServeParts, role: FrontRole = {}): Promise<Front> {
  const { settings, live, world, log, store, disk } = parts;
  const state = { value: 'starting' as 'starting' | 'ready' | 'stopping' };
  const { cutElsewhere } = role;
  const server = makeServer(settings, world, store, { onUse: () => metrics.countLinkUse(), cutElsewhere });
  const tls = readCertificate(settings);
  const countRunning = (): number => all.reduce((sum, listener) => sum + listener.running, 0);
  const metrics = new Metrics({
    version,
    shared: role.isWorker
      ? undefined
      : {
          countStored: () => store.objects.countAll(),
          diskFreeBytes: async () => (await disk.space(settings.data)).freeBytes,
          webhooksWaiting: () => store.webhooks.countWaiting(),
          countLinks: () => store.links.countByState(),
        },
    transfersOpen: () => countRunning(),
    linkTransfersOpen: () => server.links.transfers.open,
    ledgerLagSeconds: () => store.links.lagMs() / 1000,
    logLinesDropped: () => log.droppedLines(),
    countedElsewhere: role.countedElsewhere,
  });
  const startedMs = world.clock.monotonicMs();
  const ports: Ports = {
    s3: () => portOf(listeners.s3[0]) ?? role.portsElsewhere?.s3?.(),
    console: () => portOf(listeners.console) ?? role.portsElsewhere?.console?.(),
  };
  const handlers = createHandlers(
    parts,
    server,
    metrics,
    () => state.value === 'ready',
    startedMs,
    ports,
    tls !== undefined,
  );
  const listeners: Listeners = await openListeners({
    settings,
    tls,
    s3: routeS3Listener(handlers),
    console: routeConsoleListener(handlers),
    sharesPorts: role.sharesPorts ?? false,
    shared: {
      clock: world.clock,
      nextRequestId: requestIds(world.clock, world.random),
      hostId: server.hostId,
      onHandled: requestReporter(log, metrics, settings.logRequests),
      onBug: (error, wire) => log.error('a request could not be answered', { id: wire.requestId }, error),
    },
  });
  const all: readonly Listener[] =
    listeners.console === undefined ? listeners.s3 : [...listeners.s3, listeners.console];
  const certificate = followCertificate(settings, all, world.clock, log);
  live.watch(() => {
    log.useLevel(settings.logLevel);
    for (const listener of all) listener.useLimits(listenerLimits(settings));
  });
  const stopSettings = await followStoredSettings(live, store.records, world.clock, log);
  const stopLag = measureLag(world, metrics);
  // All processes have the same clock: one of them reports.
  const stopClock = watchClock(world.clock, role.isWorker === true ? undefined : log);
  return {
    listeners,
    metrics,
    ports,
    sessionUrl: handlers.sessionUrl,
    cutSince: (epoch) => server.links.transfers.cutSince(epoch),
    readCertificate: () => certificate.check(),
    isSecure: tls !== undefined,
    begin() {
      if (state.value === 'starting') state.value = 'ready';
    },
    stop: makeStop(all, () => settings.shutdownGraceMs, world, {
      begin: () => {
        state.value = 'stopping';
        // They would run until the grace time is over.
        handlers.stopStreams();
      },
      end: () => {
        certificate.stop();
        stopSettings();
        stopLag();
        stopClock();
      },
    }),
  };
}

function portOf(listener: Listener | undefined): number | undefined {
  const address = listener?.address;
  return address === undefined || typeof address === 'string' ? undefined : address.port;
}

/** Looks once a second how late the event loop runs a timer. Returns what ends it. */
function measureLag({ clock }: World, metrics: Metrics): () => void {
  let cancel: () => void = () => undefined;
  const plan = (): void => {
    const dueMs = clock.monotonicMs() + 1000;
    cancel = clock.after(1000, () => {
      metrics.setEventLoopLag(Math.max(0, clock.monotonicMs() - dueMs) / 1000);
      plan();
    });
  };
  plan();
  return () => cancel();
}

function makeStop(
  all: readonly Listener[],
  graceMs: () => number,
  { clock }: World,
  { begin, end }: { readonly begin: () => void; readonly end: () => void },
): Front['stop'] {
  const cutAll = (): void => {
    for (const listener of all) listener.cut();
  };
  let stopping: Promise<void> | undefined;
  return (how) => {
    if (how === 'now') cutAll();
    stopping ??= (async () => {
      begin();
      const cancel = clock.after(graceMs(), cutAll);
      await Promise.all(all.map((listener) => listener.drain()));
      cancel();
      cutAll();
      end();
    })();
    return stopping;
  };
}
