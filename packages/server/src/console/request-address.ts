import { receivedHeader } from '../auth/received.ts';
import type { WireRequest } from '../http/wire.ts';

/** The host that a request was sent to, as its client named it. */
export function hostOf({ forwardedHost, rawHeaders }: WireRequest): string {
  return forwardedHost ?? receivedHeader(rawHeaders, 'host') ?? '';
}

/** The same as an origin. */
export function originOf(wire: WireRequest): string {
  return `${wire.client.secure ? 'https' : 'http'}://${hostOf(wire)}`;
}
