import type { Authenticated } from '../auth/authenticate.ts';
import type { WireRequest } from '../http/wire.ts';
import type { EventOrigin } from './operation-events.ts';
import type { Server } from './server.ts';

/** Who caused, with which request, what webhooks are told of; `known` is undefined where a share acts for who made it. */
export function originOf(known: Authenticated | undefined, wire: WireRequest, { hostId }: Server): EventOrigin {
  const caller = known?.caller;
  const principalId = caller === undefined || caller.kind === 'anonymous' ? undefined : caller.key.account.id;
  return { principalId, address: wire.client.address, requestId: wire.requestId, hostId };
}
