/** A host of a URL or a Host header, taken apart. `name` is lower case, without the brackets of IPv6. */
export type Host = { readonly name: string; readonly port: string; readonly isAddress: boolean };

/** @returns undefined for what is no host */
export function parseHost(text: string): Host | undefined {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9.-]{1,253}))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const name = (bracketed ?? plain)?.toLowerCase();
  const isAddress = bracketed !== undefined || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name ?? '');
  return name === undefined ? undefined : { name, port, isAddress };
}

function isOnThisMachine(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * SEC-506: a page of somebody else whose name was made to point here asks with its own name. An address is nobody's name, and
 * `localhost` is not looked up.
 */
export function isConsoleHost(text: string, named: readonly string[]): boolean {
  const host = parseHost(text);
  if (host === undefined) return false;
  if (host.name === 'localhost' || host.isAddress) return true;
  return named.some((one) => one === host.name || one === text.toLowerCase());
}

/** What decides whether an origin is the console's own. */
export type ConsolePlace = {
  /** Port that the console listens on; undefined: it does not, or not by TCP. */
  readonly port: number | undefined;
  readonly hosts: readonly string[];
};

/**
 * Whether pages of an origin are the console of this server, asked from a listener that was reached at `host`: the console's
 * port at the same name or on the reader's own machine (through a tunnel), or a name that the settings give.
 */
export function isConsoleOrigin(origin: string, host: string, { port, hosts }: ConsolePlace): boolean {
  const [, scheme = '', authority = ''] = /^(https?):\/\/([^/?#@\s]+)$/.exec(origin) ?? [];
  const asking = parseHost(authority);
  if (asking === undefined) return false;
  if (hosts.some((one) => one === asking.name || one === authority.toLowerCase())) return true;
  if (port === undefined || Number(asking.port || (scheme === 'https' ? 443 : 80)) !== port) return false;
  return isOnThisMachine(asking.name) || asking.name === parseHost(host)?.name;
}
