import { parseRequestTarget } from '../auth/request-target.ts';
import { withConsoleCors } from '../console/console-cors.ts';
import type { Handlers } from '../http/handlers.ts';
import type { Metrics } from '../observe/metrics.ts';
import { ReceiptSigner } from '../pages/receipt.ts';
import { SharePasswords } from '../pages/share-password.ts';
import { handleRequest } from '../s3/handle-request.ts';
import type { Server } from '../s3/server.ts';
import type { Settings } from '../settings/list.ts';
import { handleShareRequest } from '../shares/handle-request.ts';
import type { ShareContext } from '../shares/shared-request.ts';
import type { LocalStore } from '../stores/local/open-local-store.ts';
import { handleStsRequest, isStsRequest } from '../sts/handle-request.ts';
import type { World } from '../world/world.ts';
import { consoleUrlOf, makeCodes, makeSessionCode, type Ports } from './console.ts';
import { answerMetrics } from './metrics.ts';
import type { ServeParts } from './parts.ts';

/** What stands behind the listeners of a process. */
export function createHandlers(
  { settings, live, world, log, store, disk }: ServeParts,
  server: Server,
  metrics: Metrics,
  isReady: () => boolean,
  startedMs: number,
  ports: Ports,
  isSecure: boolean,
): Handlers & { readonly sessionUrl: (accessKeyId: string) => string | undefined; readonly stopStreams: () => void } {
  const audit = (event: string, fields: Readonly<Record<string, string>>) =>
    log.info(event, { ...fields, audit: true });
  const { clock, random } = world;
  const { sessionTokens: tokens } = server;
  const { temporary, records, events } = store;
  const sts = {
    ...{ tokens, clock, random, temporary, records, events, audit },
    readKey: (id: string) => store.keys.readKey(id),
    clientAddress: () => settings.linkClientAddress,
  };
  const bucketOfHost: Handlers['bucketOfHost'] = (wire) =>
    parseRequestTarget({ ...wireHead(wire), target: '/' }, server.authority.addressing).parsed.bucket;
  const shareContext = createShareContext(settings, world, store);
  const codes = makeCodes((purpose) => store.deriveKey(purpose), world);
  let isStopped = false;
  const administration = later(async () => {
    const { openAdminHandlers } = await import('./administration/admin-handlers.ts');
    const opened = openAdminHandlers({
      ...{ settings, live, world, log, store, disk, server, shareContext, codes, audit, startedMs, ports, isSecure },
    });
    if (isStopped) opened.stop();
    return opened;
  });
  const place = () => ({ port: ports.console(), hosts: settings.consoleHosts });
  return {
    isReady,
    bucketOfHost,
    s3: (wire) =>
      withConsoleCors(wire, place, (asked) =>
        isStsRequest(asked) && bucketOfHost(asked) === undefined
          ? handleStsRequest(asked, server, sts)
          : handleRequest(asked, server),
      ),
    console: async (wire) => (await administration.get()).console(wire),
    admin: async (wire) => (await administration.get()).admin(wire),
    shares: (wire) => handleShareRequest(wire, server, shareContext),
    sessionUrl: (accessKeyId) => makeSessionCode(accessKeyId, codes, consoleUrlOf(settings, ports, isSecure))?.url,
    stopStreams() {
      isStopped = true;
      administration.made()?.stop();
    },
    receiptKeys: shareContext.receipts.keysDocument(),
    metrics: settings.metricsEnabled
      ? (wire) => answerMetrics(wire, metrics, server.authority, settings.metricsToken)
      : undefined,
  };
}

function wireHead(wire: Parameters<Handlers['s3']>[0]) {
  const { method, target, rawHeaders, body, forwardedHost, expectBody } = wire;
  return { method, target, rawHeaders, body, forwardedHost, expectBody };
}

/** What shares of a process work with. The seed of receipts is made of the master key: the same in every process. */
function createShareContext(
  settings: Settings,
  { clock, random }: Pick<World, 'clock' | 'random'>,
  store: Pick<LocalStore, 'shares' | 'deriveKey' | 'earlierReceiptKeys'>,
): ShareContext {
  return {
    shares: store.shares,
    passwords: new SharePasswords(
      store.shares,
      { clock, random },
      store.deriveKey('share passwords'),
      settings.workers,
    ),
    receipts: new ReceiptSigner(store.deriveKey('receipts'), store.earlierReceiptKeys),
    random,
    clientAddress: () => settings.linkClientAddress,
    publicEndpoint: settings.publicEndpoint,
  };
}

/** Something that is made when it is first asked for. */
type Later<Value> = {
  /** Makes it, or answers what was made. After a failure the next who asks tries again. */
  get(): Promise<Value>;
  /** What was made already. */
  made(): Value | undefined;
};

/**
 * Keeps what most servers never need out of their start and their memory: its module is loaded with the first request for it. Only
 * for whole rooms behind one door, so that a reader finds the door.
 */
export function later<Value>(make: () => Promise<Value>): Later<Value> {
  let making: Promise<Value> | undefined;
  let made: Value | undefined;
  return {
    get() {
      making ??= make().then(
        (value) => {
          made = value;
          return value;
        },
        (error: unknown) => {
          making = undefined;
          throw error;
        },
      );
      return making;
    },
    made: () => made,
  };
}
