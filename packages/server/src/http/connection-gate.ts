import type { Socket } from 'node:net';
import { addressGroup, type ClientAddresses } from './client-address.ts';

type MostConnections = { readonly maxConnections: number; readonly maxConnectionsPerIp: number };

/** Counts connections, all and by address (security.md, section I). */
export class ConnectionGate {
  #limits: MostConnections;
  readonly #addresses: ClientAddresses;
  readonly #byGroup = new Map<string, number>();
  #open = 0;

  constructor(limits: MostConnections, addresses: ClientAddresses) {
    this.#limits = limits;
    this.#addresses = addresses;
  }

  /** Other limits for connections from now on; those that are open stay. */
  useLimits(limits: MostConnections): void {
    this.#limits = limits;
  }

  /** Takes a place for a connection, given back when it closes. `full`: there is none, and nothing was taken. */
  enter(socket: Socket): 'entered' | 'full' {
    const peer = socket.remoteAddress;
    const group = peer === undefined || this.#addresses.isTrusted(peer) ? undefined : addressGroup(peer);
    const ofGroup = group === undefined ? 0 : (this.#byGroup.get(group) ?? 0);
    if (this.#open >= this.#limits.maxConnections || ofGroup >= this.#limits.maxConnectionsPerIp) return 'full';
    this.#open += 1;
    if (group !== undefined) this.#byGroup.set(group, ofGroup + 1);
    socket.once('close', () => this.#leave(group));
    return 'entered';
  }

  get open(): number {
    return this.#open;
  }

  #leave(group: string | undefined): void {
    this.#open -= 1;
    if (group === undefined) return;
    const left = (this.#byGroup.get(group) ?? 1) - 1;
    if (left === 0) this.#byGroup.delete(group);
    else this.#byGroup.set(group, left);
  }
}
