import ipaddr from 'ipaddr.js';

/** Whether a text is an IP address, or one with a prefix length. Four decimal numbers without leading zeros for IPv4. */
export function isIPAddressOrRange(text: string): boolean {
  const [host = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || !(ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host))) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (host.includes(':') ? 128 : 32));
}
