import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LifecycleOptions } from './background/lifecycle.ts';
import { type BackgroundJob, Scheduler } from './background/scheduler.ts';
import { storeJobs } from './background/store-jobs.ts';
import { makeEventWork, tellStarted } from './boot/events.ts';
import { StartFailure } from './boot/failure.ts';
import { type Front, openFront } from './boot/front.ts';
import { consoleAddressOf, isLoopback, urlOf, urlOfPlace } from './boot/listeners.ts';
import { openLog } from './boot/log.ts';
import type { RunningServer, ServeParts, StartOptions } from './boot/parts.ts';
import { ensureRootKey, type RootKey } from './boot/root-key.ts';
import { readAgain } from './boot/settings.ts';
import { openStore } from './boot/store.ts';
import { version } from './boot/version.ts';
import { useFileWebhooks } from './boot/webhooks.ts';
import { Workers } from './boot/workers.ts';
import type { Metrics } from './observe/metrics.ts';
import { deletedEvents, tellEvents } from './s3/operation-events.ts';
import { showAddress } from './settings/kinds.ts';
import type { Settings } from './settings/list.ts';
import { LiveSettings } from './settings/live-settings.ts';
import { completeSettings, type ServerSettings } from './settings/read-settings.ts';
import { systemDisk } from './world/disk.ts';
import { ServerClock } from './world/server-clock.ts';
import { systemWorld, type World } from './world/world.ts';

/**
 * Starts a server: the composition root. The only place that knows which store, which clock and which sockets are used.
 * @param given What differs from the defaults; the reference of settings lists every name.
 * @throws BadSetting for a setting that does not exist, with the nearest that does, or whose value is malformed
 * @throws StartFailure for what an operator can put right
 */
export async function startServer(
  given: ServerSettings = {},
  machine: World = systemWorld(),
  options: StartOptions = {},
): Promise<RunningServer> {
  const settings = completeSettings(given);
  refuseUnsafeEnvironment(machine.environment);
  const clock = new ServerClock(machine.clock);
  const world = { ...machine, clock };
  const live = new LiveSettings({ settings, sources: options.sources });
  const log = openLog(settings, world);
  const { promise: fatal, resolve: onFailed } = Promise.withResolvers<Error>();
  const disk = options.disk ?? systemDisk;
  const workers = settings.workers > 1 ? new Workers() : undefined;
  const sharing = workers === undefined ? undefined : ({ role: 'first', peers: workers } as const);
  const store = await openStore(live.values, world, onFailed, disk, sharing);
  try {
    if (settings.trustClock) await store.latestTime.reset();
    clock.raise(store.latestTime.readMs() ?? 0);
    return await serve({ settings: live.values, live, world, options, log, fatal, onFailed, store, disk, workers });
  } catch (error) {
    await store.close();
    throw error;
  }
}

type OpenParts = ServeParts & {
  /** Told when the server must end because its disk failed (REL-15). */
  readonly onFailed: (failure: Error) => void;
  /** Undefined: this process serves alone. */
  readonly workers: Workers | undefined;
};

async function serve(parts: OpenParts): Promise<RunningServer> {
  const { settings, live, world, options, log, store, workers } = parts;
  await useFileWebhooks(parts);
  const front = await (workers === undefined ? openFront(parts) : openFirstFront(parts, workers));
  const addresses = addressesOf(parts, front);
  const { s3, console } = addresses;
  const endpoint = settings.publicEndpoint ?? s3[0] ?? '';
  const rootKey = await seeToRootKey(parts, front, endpoint);
  const eventWork = makeEventWork(parts, front.metrics, endpoint);
  await tellStarted(parts);
  const scheduler = new Scheduler({
    clock: world.clock,
    jobs: [...jobsOf(parts, front.metrics), ...eventWork.jobs],
    onError: (job, error) => log.error('a background job failed', { job }, error),
  });
  const warnings = [...(options.warnings ?? []), ...startWarnings(settings, world.environment)];
  for (const warning of warnings) log.warn(warning);
  front.begin();
  workers?.serve();

  log.info('listening', { version, s3: s3.join(' '), console, data: settings.data, workers: settings.workers });
  let stopping: Promise<void> | undefined;
  return {
    addresses,
    endpoint,
    version,
    isNewFolder: store.isNew,
    rootKey,
    warnings,
    log,
    links: store.links,
    keys: store.keys,
    sessionUrl: (accessKeyId) => front.sessionUrl(accessKeyId),
    countAll: () => store.objects.countAll(),
    async reload() {
      if (readAgain(live, options, log)) workers?.tellSettings(live.given);
      front.readCertificate();
      await useFileWebhooks(parts).catch((error: unknown) =>
        log.error('the webhooks of the file cannot be used', {}, error),
      );
    },
    stop(how = 'graceful') {
      const ended = Promise.all([front.stop(how), workers?.stop(how, settings.shutdownGraceMs)]);
      stopping ??= (async () => {
        await ended;
        await Promise.all([scheduler.stop(), eventWork.stop()]);
        await store.close();
        log.info('stopped');
        log.flush();
      })();
      return stopping;
    },
    failed: parts.fatal,
  };
}

/** Tells webhooks of what lifecycle rules removed (NTF-12). */
function tellExpired({ store, world, settings }: OpenParts): NonNullable<LifecycleOptions['onExpired']> {
  const tools = { store: store.objects, clock: world.clock, region: settings.region, webhooks: store.webhooks };
  const origin = { principalId: 's3.amazonaws.com', address: '127.0.0.1', requestId: '', hostId: '' };
  return async (bucket, expired) => {
    const done = expired.map(({ version, outcome }) => ({ outcome, versionId: version.versionId }));
    await tellEvents(tools, bucket.name, deletedEvents('s3:LifecycleExpiration', done), origin);
  };
}

/** What keeps the store tidy. */
function jobsOf(parts: OpenParts, metrics: Metrics): readonly BackgroundJob[] {
  const { settings, world, store, log } = parts;
  return storeJobs({
    housekeeping: store.housekeeping,
    links: store.links,
    records: store.records,
    temporary: store.temporary,
    shares: store.shares,
    resumables: store.resumables,
    startedAtMs: world.clock.nowMs(),
    abortUploadsAfterMs: () => settings.abortUploadsAfterS * 1000,
    lifecycle: {
      objects: store.objects,
      everyMs: settings.lifecycleEveryS * 1000,
      dayMs: settings.lifecycleDayS * 1000,
      onExpired: tellExpired(parts),
      onDamaged({ bucket, key, failure, isFirstOfPass }) {
        metrics.countDamaged();
        // Once for each pass: the figure tells how many there are.
        if (isFirstOfPass)
          log.error('lifecycle passed over what is damaged: tidegate check names it', { bucket, key }, failure);
      },
    },
  });
}

/** The first process of several: S3 is its workers', health and metrics at the console's address are its own. */
async function openFirstFront(parts: OpenParts, workers: Workers): Promise<Front> {
  const { settings, live } = parts;
  const own = live.with({ listen: [], consoleListen: consoleAddressOf(settings) });
  const front = await openFront(
    { ...parts, settings: own },
    {
      countedElsewhere: () => workers.countedElsewhere(),
      cutElsewhere: (sinceEpoch) => workers.cutSince(sinceEpoch),
      portsElsewhere: {
        s3: () => workers.addresses(settings.listen).find((address) => address.kind === 'tcp')?.port,
      },
    },
  );
  try {
    await workers.open(parts, front, parts.onFailed);
    return front;
  } catch (error) {
    await front.stop('now');
    throw error;
  }
}

/** Where the server is reached, as URLs. */
function addressesOf({ settings, workers }: OpenParts, { listeners, isSecure }: Front): RunningServer['addresses'] {
  const s3 =
    workers === undefined
      ? listeners.s3.map((listener) => urlOf(listener, isSecure))
      : workers.addresses(settings.listen).map((address) => urlOfPlace(address, isSecure));
  return { s3, console: listeners.console === undefined ? undefined : urlOf(listeners.console, isSecure) };
}

/** Behind the listeners: a first key that nobody was told of, because a port was taken, could never be used. */
async function seeToRootKey(parts: OpenParts, front: Front, endpoint: string): Promise<RootKey> {
  const { settings, world, options, log, store, disk, workers } = parts;
  try {
    return await ensureRootKey({
      settings,
      keys: store.keys,
      random: world.random,
      disk,
      log,
      firstKey: options.firstKey ?? 'file',
      endpoint,
    });
  } catch (error) {
    await Promise.all([front.stop('now'), workers?.stop('now', 0)]);
    throw error;
  }
}

/** SEC-607: with certificate checks off nothing that is fetched can be trusted, now or when a later version fetches. */
function refuseUnsafeEnvironment(environment: World['environment']): void {
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  throw new StartFailure(
    'UnsafeEnvironment',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 switches off all checks of certificates in this process.',
    'Take it out of the environment: unset NODE_TLS_REJECT_UNAUTHORIZED',
  );
}

/** What works and is still worth telling, at every start (SEC-516, SEC-1011). */
function startWarnings(settings: Settings, environment: World['environment']): string[] {
  const warnings: string[] = [];
  const console = consoleAddressOf(settings);
  const open = [...settings.listen, ...(console === 'off' ? [] : [console])].filter((address) => !isLoopback(address));
  if (open.length > 0 && settings.tlsCert === undefined && !settings.behindTlsProxy) {
    const where = open.map(showAddress).join(', ');
    warnings.push(
      `${where} can be reached from other machines without TLS: links and sessions can be read on the way. ` +
        'Give --tls-cert and --tls-key, or set behind_tls_proxy = true behind a proxy that has them.',
    );
  }
  if (settings.allowInsecureFileModes) warnings.push('allow_insecure_file_modes is on: key files are not checked.');
  if (existsSync(join(settings.data, 'first-key.env'))) {
    warnings.push(
      `${join(settings.data, 'first-key.env')} holds the first key in plain text. Move it to ~/.aws:  tidegate profiles add`,
    );
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major === 24 && minor < 14) warnings.push(`Node ${process.versions.node} lacks security fixes of 24.14.`);
  if (environment['HTTP_PROXY'] !== undefined || environment['HTTPS_PROXY'] !== undefined) {
    warnings.push('HTTP_PROXY and HTTPS_PROXY are not used by this server.');
  }
  return warnings;
}
