import { parseHost } from '../console/hosts.ts';
import { hostOf, originOf } from '../console/request-address.ts';
import { Tickets } from '../console/tickets.ts';
import type { WireRequest } from '../http/wire.ts';
import type { Settings } from '../settings/list.ts';
import type { World } from '../world/world.ts';

/** How long a code waits for its browser. */
const codeMs = 5 * 60_000;

/** Ports that are known when everything listens. */
export type Ports = {
  /** Of S3, by TCP. */
  readonly s3: () => number | undefined;
  readonly console: () => number | undefined;
};

/** Codes that sign in: made by any process, taken by the one that serves the console. */
export function makeCodes(deriveKey: (purpose: string) => Uint8Array, world: Pick<World, 'clock' | 'random'>): Tickets {
  return new Tickets(deriveKey('console codes'), codeMs, world);
}

/**
 * Where people reach S3 as whoever sent a request would: where the settings say; at the S3 listener, where the request came; at
 * the console's, the same host at S3's port.
 */
export function s3EndpointOf(
  wire: WireRequest,
  { publicEndpoint }: Settings,
  ports: Ports,
  isConsole: boolean,
): string {
  if (publicEndpoint !== undefined) return publicEndpoint;
  const port = ports.s3();
  if (!isConsole || port === undefined) return originOf(wire);
  const name = parseHost(hostOf(wire))?.name ?? 'localhost';
  return `${wire.client.secure ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Where the console is opened: by its first name of the settings, else at its own address. */
export function consoleUrlOf(
  { consoleHosts, listen }: Pick<Settings, 'consoleHosts' | 'listen'>,
  ports: Ports,
  isSecure: boolean,
): string | undefined {
  const [named] = consoleHosts;
  // A name is given where a proxy stands in front, which is reached by https and at its own port.
  if (named !== undefined) return `${isSecure || !named.includes(':') ? 'https' : 'http'}://${named}/_/`;
  const port = ports.console();
  if (port === undefined) return undefined;
  const [first] = listen;
  const host = first?.kind === 'tcp' ? first.host : '127.0.0.1';
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `${isSecure ? 'https' : 'http'}://${reached.includes(':') ? `[${reached}]` : reached}:${port}/_/`;
}

/** A URL that signs in once. The code stands behind `#`: browsers send that to nobody, and no log has it. */
export function makeSessionCode(
  accessKeyId: string,
  codes: Tickets,
  consoleUrl: string | undefined,
): { readonly url: string; readonly endsAtMs: number } | undefined {
  if (consoleUrl === undefined) return undefined;
  const { ticket, endsAtMs } = codes.make(accessKeyId);
  return { url: `${consoleUrl}#k=${ticket}`, endsAtMs };
}
