import type { WireRequest } from '../http/wire.ts';
import type { EventOrigin } from './operation-events.ts';
import type { Server } from './server.ts';

/** Who caused an event, and with which request. `principalId`: an account; undefined for an anonymous caller or a share. */
export function eventOrigin(principalId: string | undefined, wire: WireRequest, { hostId }: Server): EventOrigin {
  return { principalId, address: wire.client.address, requestId: wire.requestId, hostId };
}
