import ipaddr from 'ipaddr.js';
import type { Clock } from '../world/clock.ts';
import type { Network } from '../world/network.ts';

/** Why nothing is sent to a URL. Its message may be shown to the operator. */
export class OutboundRefused extends Error {
  override readonly name = 'OutboundRefused';
}

export type OutboundOptions = {
  readonly network: Network;
  readonly clock: Pick<Clock, 'after'>;
  /** `outbound_allow`. */
  readonly allow: readonly string[];
  /** Told of each address that was refused. */
  readonly onBlocked: (fields: Readonly<Record<string, string>>) => void;
};

/** How long one request may take, names and connection included. */
export const outboundTimeoutMs = 10_000;
const longestUrl = 2_048;

/** Requests to others: to addresses that were looked at, and nowhere else (SEC-601 to SEC-604). */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #allowed: readonly AddressRange[];

  constructor(options: OutboundOptions) {
    this.#options = options;
    this.#allowed = rangesOf(options.allow);
  }

  /**
   * A URL that may be configured. A name that cannot be resolved now may be later; its addresses are looked at again each time.
   * @throws OutboundRefused
   */
  async check(text: string): Promise<URL> {
    const url = parseTarget(text);
    let addresses: readonly string[];
    try {
      addresses = await this.#options.network.resolve(url.hostname);
    } catch {
      return url;
    }
    this.#judge(url, addresses);
    return url;
  }

  /** @returns the status of the answer. @throws OutboundRefused; Error when there is no answer in time */
  async post(
    target: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    stop: AbortSignal,
  ): Promise<number> {
    const url = parseTarget(target);
    const late = new AbortController();
    const cancel = this.#options.clock.after(outboundTimeoutMs, () => late.abort());
    const signal = AbortSignal.any([late.signal, stop]);
    try {
      const addresses = await orAborted(this.#options.network.resolve(url.hostname), signal);
      const address = this.#judge(url, addresses);
      const request = { method: 'POST', url, address, headers, body } as const;
      return await orAborted(this.#options.network.send(request, signal), signal);
    } catch (error) {
      if (late.signal.aborted) throw new Error(`No answer within ${outboundTimeoutMs / 1000} s.`, { cause: error });
      throw error;
    } finally {
      cancel();
    }
  }

  /** SEC-602: one address that may not be reached refuses them all. @returns the one to connect to */
  #judge(url: URL, addresses: readonly string[]): string {
    const blocked = addresses.find((address) => !mayReach(address, this.#allowed));
    const [first] = addresses;
    if (blocked === undefined && first !== undefined) return first;
    this.#options.onBlocked({ host: url.hostname, address: blocked ?? 'none' });
    throw new OutboundRefused(
      blocked === undefined
        ? `${url.hostname} has no address.`
        : `${url.hostname} leads to ${blocked}, which is not public. outbound_allow may name it.`,
    );
  }
}

function parseTarget(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new OutboundRefused('It is not a URL.');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new OutboundRefused('It is not http or https.');
  if (url.username !== '' || url.password !== '') throw new OutboundRefused('It holds a user name or password.');
  if (text.length > longestUrl) throw new OutboundRefused(`It is longer than ${longestUrl} characters.`);
  return url;
}

/** The world may not hear the signal: a resolver does not. */
function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('It was ended.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => signal.removeEventListener('abort', abort);
    work.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

/** A stretch of addresses. */
type AddressRange = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** @param texts addresses and CIDRs, already checked by the settings */
export function rangesOf(texts: readonly string[]): readonly AddressRange[] {
  return texts.map((text) => {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  });
}

/**
 * SEC-601: whether an address may be connected to. Public unicast addresses, and what the operator allows by name; judged by its
 * bytes, an IPv4 address in IPv6 as the one that it is.
 */
export function mayReach(address: string, allowed: readonly AddressRange[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  for (const [base, bits] of allowed) {
    if (base.kind() === parsed.kind() && parsed.match([base, bits])) return true;
  }
  if (parsed.range() !== 'unicast') return false;
  // Of IPv6 only 2000::/3 is handed out as global unicast; the rest that has no name yet is nobody's to reach.
  return parsed.kind() === 'ipv4' || parsed.match([ipaddr.parse('2000::'), 3]);
}
