import { showEvent } from '../../admin/endpoints/link-history.ts';
import { handleAdminRequest } from '../../admin/handle-request.ts';
import { handleConsoleRequest } from '../../console/handle-request.ts';
import type { Tickets } from '../../console/tickets.ts';
import { EventFeed } from '../../events/feed.ts';
import type { Handlers } from '../../http/handlers.ts';
import type { WireRequest } from '../../http/wire.ts';
import type { Server } from '../../s3/server.ts';
import type { ShareContext } from '../../shares/shared-request.ts';
import { consoleUrlOf, type Ports, s3EndpointOf } from '../console.ts';
import { makeOutbound } from '../events.ts';
import type { ServeParts } from '../parts.ts';
import { makeAdmin } from './admin.ts';
import { createConsoleContext } from './console-context.ts';

/** What the faces for administrators are made from, beside what every face is. */
export type AdminHandlerParts = Pick<ServeParts, 'settings' | 'live' | 'world' | 'log' | 'store' | 'disk'> & {
  readonly server: Server;
  readonly shareContext: Pick<ShareContext, 'passwords'>;
  readonly codes: Tickets;
  readonly audit: (event: string, fields: Readonly<Record<string, string>>) => void;
  /** Monotonic. */
  readonly startedMs: number;
  readonly ports: Ports;
  readonly isSecure: boolean;
};

/** The admin API and the console, with the stream of events that both give. */
export type AdminHandlers = Pick<Handlers, 'admin' | 'console'> & {
  /** Ends every stream of events. */
  readonly stop: () => void;
};

/** Puts together what only administrators ask for: loaded with the first of their requests, not with the server. */
export function openAdminHandlers(parts: AdminHandlerParts): AdminHandlers {
  const { settings, live, world, log, store, disk, server, shareContext, startedMs, audit, codes, ports, isSecure } =
    parts;
  const feed = new EventFeed({
    store: store.events,
    clock: world.clock,
    show: (event) => showEvent(event, event.link?.kind ?? 'link'),
  });
  const admin = makeAdmin({
    ...{ settings, live, world, store, disk, server, shareContext, startedMs, log: audit, codes, feed },
    outbound: makeOutbound(settings, world, log),
    consoleUrl: () => consoleUrlOf(settings, ports, isSecure),
    endpointOf: (wire) => s3EndpointOf(wire, settings, ports, false),
  });
  const consoleAdmin = { ...admin, endpointOf: (wire: WireRequest) => s3EndpointOf(wire, settings, ports, true) };
  const consoleContext = createConsoleContext(consoleAdmin, codes, settings, world);
  return {
    admin: (wire) => handleAdminRequest(wire, admin),
    console: (wire) => handleConsoleRequest(wire, consoleContext),
    stop: () => feed.stop(),
  };
}
