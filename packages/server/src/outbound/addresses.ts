import ipaddr from 'ipaddr.js';

/** A stretch of addresses. */
export type AddressRange = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

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
