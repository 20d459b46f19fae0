import { ActorRate } from '../../admin/actor-rate.ts';
import type { AdminServer } from '../../admin/handle-request.ts';
import { RequestExaminer } from '../../admin/identify-link.ts';
import { adminEndpoints } from '../../admin/index.ts';
import { OneAtATime } from '../../admin/one-at-a-time.ts';
import { openApiDocument } from '../../admin/openapi.ts';
import type { Tickets } from '../../console/tickets.ts';
import type { EventFeed } from '../../events/feed.ts';
import type { WireRequest } from '../../http/wire.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { Judge } from '../../policy/judge.ts';
import type { Server } from '../../s3/server.ts';
import type { Settings } from '../../settings/list.ts';
import type { LiveSettings } from '../../settings/live-settings.ts';
import type { ShareContext } from '../../shares/shared-request.ts';
import type { LocalStore } from '../../stores/local/open-local-store.ts';
import type { Disk } from '../../world/disk.ts';
import { wallClock } from '../../world/server-clock.ts';
import type { World } from '../../world/world.ts';
import { makeSessionCode } from '../console.ts';
import { createSettingsEditor } from '../settings.ts';
import { version } from '../version.ts';
import { describeServer } from './description.ts';

/** Questions that one key may ask in a minute (ADM-24). */
const questionsAMinute = 30;

/** What the admin API of a process is made from. */
export type AdminParts = {
  readonly settings: Settings;
  readonly live: LiveSettings;
  readonly world: Pick<World, 'clock' | 'random'>;
  readonly store: Pick<
    LocalStore,
    'keys' | 'links' | 'temporary' | 'objects' | 'records' | 'shares' | 'events' | 'webhooks'
  >;
  readonly disk: Disk;
  readonly feed: EventFeed;
  readonly outbound: Pick<Outbound, 'check'>;
  readonly server: Server;
  readonly shareContext: Pick<ShareContext, 'passwords'>;
  readonly codes: Tickets;
  /** Where the console is opened; undefined: nowhere. */
  readonly consoleUrl: () => string | undefined;
  /** Where people reach S3, as whoever sent the request would. */
  readonly endpointOf: (wire: WireRequest) => string;
  /** Monotonic. */
  readonly startedMs: number;
  readonly log: (event: string, fields: Readonly<Record<string, string>>) => void;
};

/** Puts the admin API together. */
export function makeAdmin(parts: AdminParts): AdminServer {
  const { settings, live, world, store, server, shareContext, startedMs, log, codes, consoleUrl, endpointOf } = parts;
  const { clock, random } = world;
  const rate = new ActorRate(clock, questionsAMinute);
  const nowMonotonicMs = clock.monotonicMs();
  const wall = wallClock(clock);
  const started = { monotonicMs: startedMs, wallMs: wall.nowMs() - (nowMonotonicMs - startedMs) };
  const tools: AdminServer['tools'] = {
    keys: store.keys,
    links: store.links,
    temporary: store.temporary,
    objects: store.objects,
    // Whoever uses a share signs nothing, and acts as the key that made it.
    rightsOf: (key) => new Judge({ kind: 'signed', key, presigned: true }, server.tools),
    records: store.records,
    shares: store.shares,
    webhooks: store.webhooks,
    checkOutbound: (url) => parts.outbound.check(url),
    hashPassword: (password) => shareContext.passwords.hash(password),
    shareMaxExpiryS: settings.shareMaxExpiryS,
    examiner: new RequestExaminer(server, { maxExpiryS: settings.linkMaxExpiryS }, settings.publicEndpoint),
    cutTransfers: (epoch) => server.links.cutSince(epoch),
    region: settings.region,
    admitsSigV2: settings.sigv2 !== 'off',
    defaultExpiryS: settings.linkDefaultExpiryS,
    clock,
    random,
    describeServer: () => describeServer({ settings, objects: store.objects, clock: wall, disk: parts.disk, started }),
    settings: createSettingsEditor(live, store.records),
    mayExplain: (actor) => rate.take(actor),
    makeSessionCode: (accessKeyId) => makeSessionCode(accessKeyId, codes, consoleUrl()),
  };
  let openApi: string | undefined;
  return {
    server,
    tools,
    feed: parts.feed,
    oneAtATime: new OneAtATime(),
    tellAll: (events) => store.events.tell(events),
    log,
    endpointOf,
    jsonLimits: settings,
    openApi: () => {
      openApi ??= JSON.stringify(openApiDocument(adminEndpoints, version));
      return openApi;
    },
  };
}
