import ipaddr from 'ipaddr.js';

/** Whether an address lies in one of the entries of a list; mapped IPv6 counts as IPv4 on both sides (SEC-211, SEC-212). */
export function addressIn(address: string, entries: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const client = ipaddr.process(address);
  return entries.some((entry) => {
    const range = rangeOf(entry);
    return range !== undefined && range[0].kind() === client.kind() && client.match(range);
  });
}

/** Whether every entry of a list lies within one entry of another: then it admits no further address. */
export function addressesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.every((entry) => {
    const range = rangeOf(entry);
    return (
      range !== undefined &&
      outer.some((wider) => {
        const around = rangeOf(wider);
        const isSameKind = around !== undefined && around[0].kind() === range[0].kind();
        return isSameKind && around[1] <= range[1] && range[0].match(around);
      })
    );
  });
}

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

function rangeOf(entry: string): Range | undefined {
  const [text = '', bits] = entry.split('/');
  if (!ipaddr.isValid(text)) return undefined;
  const written = ipaddr.parse(text);
  const base = ipaddr.process(text);
  const full = base.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [base, full];
  // `::ffff:10.0.0.0/104` is `10.0.0.0/8` written otherwise; what is shorter than the mapping itself covers more than IPv4.
  const mapped = written.kind() !== base.kind();
  if (mapped && Number(bits) < 96) return [written, Number(bits)];
  return [base, Number(bits) - (mapped ? 96 : 0)];
}

const plainIPv4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** What counts as one client: an IPv4 address, or the /64 of an IPv6 one (SEC-231). */
export function clientPrefix(address: string): string {
  // Nearly every address is this, and comes from the socket: there is nothing to normalise.
  if (plainIPv4.test(address)) return address;
  if (!ipaddr.isValid(address)) return address;
  const client = ipaddr.process(address);
  if (client.kind() === 'ipv4') return client.toString();
  return `${network(client, 64)}/64`;
}

/** How much of a client's address the ledger keeps. */
export type ClientAddressPolicy = 'full' | 'prefix' | 'none';

/** The address as the operator lets it be kept: whole, its /24 or /48, or not at all. */
export function keptAddress(address: string, policy: ClientAddressPolicy): string {
  if (policy === 'full') return address;
  if (policy === 'none' || !ipaddr.isValid(address)) return '';
  const client = ipaddr.process(address);
  const bits = client.kind() === 'ipv4' ? 24 : 48;
  return `${network(client, bits)}/${bits}`;
}

function network(address: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string {
  const octets = address.toByteArray().map((octet, at) => (at * 8 < bits ? octet : 0));
  return ipaddr.fromByteArray(octets).toString();
}
