import type { Authority, KeySource } from '../auth/authenticate.ts';
import { GrantCookies } from '../links/grant-cookie.ts';
import { Links, type LinksParts } from '../links/links.ts';
import { RunningUploads } from '../links/resumable/running-uploads.ts';
import { ExplainBudget } from '../observe/explain-budget.ts';
import { createPageTheme } from '../pages/page-theme.ts';
import { defaultOperationLimits, type OperationTools } from '../s3/operation-tools.ts';
import { operations } from '../s3/operations/index.ts';
import { createRouter } from '../s3/route.ts';
import type { Server } from '../s3/server.ts';
import type { Settings } from '../settings/list.ts';
import type { WebhookStore } from '../stores/admin/webhook-store.ts';
import type { KeyStore } from '../stores/keys/key-store.ts';
import type { LinkStore } from '../stores/links/link-store.ts';
import type { ObjectStore } from '../stores/objects/object-store.ts';
import type { ResumableStore } from '../stores/objects/resumable-store.ts';
import { sessionKeys } from '../sts/session-keys.ts';
import { SessionTokens } from '../sts/session-tokens.ts';
import { wallClock } from '../world/server-clock.ts';
import type { World } from '../world/world.ts';

/** What the request path works with, made from settings and stores. */
export function makeServer(
  settings: Settings,
  world: Pick<World, 'clock' | 'random'>,
  stores: {
    readonly objects: ObjectStore;
    readonly keys: KeyStore;
    readonly links: LinkStore;
    readonly webhooks: Pick<WebhookStore, 'findTarget' | 'enqueue'>;
    readonly resumables: ResumableStore;
    readonly deriveKey: (purpose: string) => Uint8Array;
  },
  callbacks: Pick<LinksParts, 'onUse' | 'cutElsewhere'>,
): Server {
  const tokens = new SessionTokens(stores.deriveKey('session tokens'), world.random);
  const tools: OperationTools = {
    store: stores.objects,
    clock: world.clock,
    region: settings.region,
    isOnlyRegion: settings.strictRegion,
    publicAccess: settings.publicAccess,
    webhooks: stores.webhooks,
    newBuckets: settings.newBuckets,
    limits: operationLimits(settings),
  };
  return {
    router: createRouter(operations),
    tools,
    authority: makeAuthority(settings, world, sessionKeys(stores.keys, tokens, stores.links)),
    sessionTokens: tokens,
    links: new Links({
      store: stores.links,
      clock: world.clock,
      rules: { maxExpiryS: settings.linkMaxExpiryS },
      cookies: new GrantCookies(stores.deriveKey('grant cookie'), world.random),
      clientAddress: () => settings.linkClientAddress,
      ledger: settings.linkLedger,
      ...callbacks,
    }),
    resumables: stores.resumables,
    runningUploads: new RunningUploads(),
    hostId: Buffer.from(world.random.bytes(48)).toString('base64'),
    explain: settings.explain,
    htmlErrors: settings.htmlErrors,
    pageTheme: createPageTheme({
      name: settings.shareName,
      footer: settings.shareFooter,
      accent: settings.shareAccent,
    }),
    objectCsp: settings.objectCsp,
    customerKeysOverHttp: settings.customerKeysOverHttp,
    bodyLimits: settings,
  };
}

/** As the settings say now (ADM-48). */
function operationLimits(settings: Settings): OperationTools['limits'] {
  return {
    ...defaultOperationLimits,
    lifecycleDayMs: settings.lifecycleDayS * 1000,
    get maxSinglePutBytes() {
      return settings.maxSinglePutBytes;
    },
    get maxObjectBytes() {
      return settings.maxObjectBytes;
    },
    get minPartBytes() {
      return settings.minPartBytes;
    },
    get maxPartBytes() {
      return settings.maxPartBytes;
    },
  };
}

function makeAuthority(settings: Settings, { clock }: Pick<World, 'clock'>, keys: KeySource): Authority {
  const budget = new ExplainBudget(
    () => settings.explainCpuPercent,
    () => clock.monotonicMs(),
  );
  return {
    keys,
    clock: wallClock(clock),
    addressing: { domains: settings.domains, awsDomains: true },
    regions: settings.strictRegion ? [settings.region] : undefined,
    sigv2: settings.sigv2,
    allowHeadWithGetUrl: settings.allowHeadWithGetUrl,
    formLimits: settings,
    explainWithin: (search) => (settings.explain ? budget.run(search) : undefined),
  };
}
