import ipaddr from 'ipaddr.js';
import type { WireClient } from './wire.ts';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** What trusted proxies say of the client and of the host it asked for. */
export type Forwarded = WireClient & { readonly forwardedHost: string | undefined };

/** Reads the client's address from the socket and, behind proxies that are trusted, from their headers (SIG-17). */
export class ClientAddresses {
  readonly #trusted: readonly Range[];

  /** @param trustProxy addresses and CIDRs, already checked by the settings */
  constructor(trustProxy: readonly string[]) {
    this.#trusted = trustProxy.map((text) => {
      const parsed = text.includes('/') ? ipaddr.parseCIDR(text) : undefined;
      if (parsed !== undefined) return parsed;
      const address = ipaddr.parse(text);
      return [address, address.kind() === 'ipv4' ? 32 : 128];
    });
  }

  /**
   * @param peer the socket's remote address; undefined for a socket file, whose peer is on this machine
   * @param tlsVersion of the socket: what a proxy in front speaks with the client is not known
   */
  read(
    peer: string | undefined,
    encrypted: boolean,
    rawHeaders: readonly string[],
    tlsVersion?: string | undefined,
  ): Forwarded {
    const address = plainAddress(peer ?? '127.0.0.1');
    if (this.#trusted.length === 0 || !this.isTrusted(address)) {
      const plain = { address, secure: encrypted, forwardedHost: undefined };
      return tlsVersion === undefined ? plain : { ...plain, tlsVersion };
    }
    // The nearest proxy wrote the last value; those before it may be the client's own.
    const proto = lastOf(headerValue(rawHeaders, 'x-forwarded-proto'));
    return {
      address: this.#furthest(address, headerValue(rawHeaders, 'x-forwarded-for')),
      secure: proto === undefined ? encrypted : proto.toLowerCase() === 'https',
      forwardedHost: firstOf(headerValue(rawHeaders, 'x-forwarded-host')),
    };
  }

  isTrusted(address: string): boolean {
    if (this.#trusted.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#trusted.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match([base, bits]));
  }

  /** The last address of the list that no trusted proxy has: what stands before it was said by somebody unknown. */
  #furthest(peer: string, forwardedFor: string | undefined): string {
    let client = peer;
    const hops = (forwardedFor ?? '').split(',', 1000).map((hop) => hop.trim());
    for (const hop of hops.reverse()) {
      const address = plainAddress(stripPort(hop));
      if (!ipaddr.isValid(address)) return client;
      client = address;
      if (!this.isTrusted(address)) return client;
    }
    return client;
  }
}

/** IPv4-mapped IPv6 is written as IPv4; a zone is dropped. */
function plainAddress(text: string): string {
  const bare = text.includes('%') ? text.slice(0, text.indexOf('%')) : text;
  return bare.startsWith('::ffff:') && bare.includes('.') ? bare.slice('::ffff:'.length) : bare;
}

function stripPort(hop: string): string {
  if (hop.startsWith('[')) return hop.slice(1, Math.max(1, hop.indexOf(']')));
  return hop.indexOf(':') === hop.lastIndexOf(':') ? (hop.split(':')[0] ?? hop) : hop;
}

/** The group that connections are counted for: an IPv4 address, or the /64 of an IPv6 one. */
export function addressGroup(address: string): string {
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address)
    .parts.slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}

function firstOf(list: string | undefined): string | undefined {
  const first = list?.split(',', 1)[0]?.trim();
  return first === '' ? undefined : first;
}

function lastOf(list: string | undefined): string | undefined {
  const last = list?.slice(list.lastIndexOf(',') + 1).trim();
  return last === '' ? undefined : last;
}

/** All values of a header joined as a list; undefined when it was not sent. */
function headerValue(rawHeaders: readonly string[], name: string): string | undefined {
  let joined: string | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? '';
    joined = joined === undefined ? value : `${joined},${value}`;
  }
  return joined;
}
