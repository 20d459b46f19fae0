import { readFileSync, unlinkSync } from 'node:fs';
import { connect, createServer, isIPv4, isIPv6 } from 'node:net';
import { Listener, type ListenerLimits, type ListenerOptions, type Place } from '../http/listener.ts';
import { type ListenAddress, showAddress } from '../settings/kinds.ts';
import type { Settings } from '../settings/list.ts';
import type { Clock } from '../world/clock.ts';
import { StartFailure } from './failure.ts';

/** Open listeners: S3's, and the console's if there is one. */
export type Listeners = {
  readonly s3: readonly Listener[];
  readonly console: Listener | undefined;
};

/** What both kinds of listener share, and what each answers. */
export type ListenerParts = {
  readonly settings: Settings;
  readonly tls: ListenerOptions['tls'];
  /** Other processes of this server listen at the same ports. */
  readonly sharesPorts: boolean;
  readonly shared: Omit<ListenerOptions, 'handle' | 'limits' | 'tls' | 'trustProxy'>;
  readonly s3: ListenerOptions['handle'];
  readonly console: ListenerOptions['handle'];
};

/** Opens all listeners, or none. @throws StartFailure AddressTaken, AddressNotAllowed */
export async function openListeners(parts: ListenerParts): Promise<Listeners> {
  const { settings } = parts;
  const opened: Listener[] = [];
  const limits = listenerLimits(settings);
  const open = async (address: ListenAddress, handle: ListenerOptions['handle'], flag: string): Promise<Listener> => {
    const listener = new Listener({
      ...parts.shared,
      handle,
      limits,
      tls: address.kind === 'unix' ? undefined : parts.tls,
      trustProxy: settings.trustProxy,
    });
    try {
      if (address.kind === 'unix') await removeStaleSocket(address.path);
      await listener.listen(placeOf(address, parts.sharesPorts));
    } catch (error) {
      throw listenFailure(error, address, flag);
    }
    opened.push(listener);
    return listener;
  };
  try {
    const s3: Listener[] = [];
    for (const address of settings.listen) s3.push(await open(address, parts.s3, '--listen'));
    const consoleAddress = consoleAddressOf(settings);
    const console =
      consoleAddress === 'off' ? undefined : await open(consoleAddress, parts.console, '--console-listen');
    return { s3, console };
  } catch (error) {
    for (const listener of opened) listener.cut();
    throw error;
  }
}

/** The limits of the settings, as far as this process has descriptors. */
export function listenerLimits(settings: Settings): ListenerLimits {
  return { ...settings, maxConnections: Math.min(settings.maxConnections, connectionsForDescriptors()) };
}

/** Where the console listens: as told, else beside the first S3 address. */
export function consoleAddressOf(settings: Pick<Settings, 'listen' | 'consoleListen'>): ListenAddress | 'off' {
  if (settings.consoleListen !== undefined) return settings.consoleListen;
  const [first] = settings.listen;
  if (first === undefined || first.kind === 'unix') return 'off';
  if (first.port === 0) return first;
  return first.port < 65_535 ? { ...first, port: first.port + 1 } : 'off';
}

/** Descriptors that files and the database may need while all connections are taken (security.md, section I). */
const otherDescriptors = 512;

/** As many connections as the process may have descriptors, less those for files; without bound where that cannot be read. */
function connectionsForDescriptors(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Math.max(16, Number(soft) - otherDescriptors);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** A socket file that nobody listens on was left by a process that was killed; it would keep its place taken for ever. */
async function removeStaleSocket(path: string): Promise<void> {
  const outcome = await new Promise<unknown>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve('somebody listens');
    });
    probe.on('error', (error) => resolve('code' in error ? error.code : undefined));
  });
  if (outcome === 'ECONNREFUSED') unlinkSync(path);
}

function placeOf(address: ListenAddress, sharesPorts: boolean): Place {
  if (address.kind === 'unix') return { path: address.path };
  const { host, port } = address;
  return sharesPorts ? { host, port, reusePort: true } : { host, port };
}

/** How long the processes of a server that was killed may take to let go of their port. */
const probeForMs = 1_500;
const probeEveryMs = 100;

/**
 * Sees that nobody listens at the addresses yet. Processes that share a port would share it with those of another server too:
 * the kernel does not tell them apart. @throws StartFailure AddressTaken, AddressNotAllowed
 */
export async function probeAddresses({ listen }: Pick<Settings, 'listen'>, clock: Clock): Promise<void> {
  for (const address of listen) {
    if (address.kind === 'unix') continue;
    for (let waitedMs = 0; ; waitedMs += probeEveryMs) {
      const error = await listenOnce(address);
      if (error === undefined) break;
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || waitedMs >= probeForMs) throw listenFailure(error, address, '--listen');
      await new Promise<void>((resolve) => clock.after(probeEveryMs, resolve));
    }
  }
}

function listenOnce({ host, port }: Extract<ListenAddress, { kind: 'tcp' }>): Promise<unknown> {
  return new Promise((resolve) => {
    const probe = createServer((socket) => socket.destroy());
    probe.on('error', resolve);
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}

function listenFailure(error: unknown, address: ListenAddress, flag: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = showAddress(address);
  if (code === 'EADDRINUSE') {
    const other = address.kind === 'tcp' ? showAddress({ ...address, port: address.port + 10 }) : 'unix:/another/path';
    const what = address.kind === 'tcp' ? `Port ${address.port} is taken by another program.` : `${where} is taken.`;
    return new StartFailure('AddressTaken', what, `Take another: ${flag} ${other}`, error);
  }
  if (code === 'ENOTSUP' || code === 'ENOPROTOOPT') {
    return new StartFailure(
      'BadSetting',
      'On this system several processes cannot listen at one port.',
      'Take one process: --workers 1',
      error,
    );
  }
  if (
    code === 'EACCES' ||
    code === 'EADDRNOTAVAIL' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'ENOENT'
  ) {
    const why = code === 'EACCES' ? 'this user may not listen there' : 'this machine has no such address';
    return new StartFailure(
      'AddressNotAllowed',
      `Cannot listen on ${where}: ${why}.`,
      `Take another: ${flag} 127.0.0.1:9000`,
      error,
    );
  }
  return error;
}

/** The address of an open listener as a URL; `unix:/path` for a socket file. */
export function urlOf({ address }: Pick<Listener, 'address'>, secure: boolean): string {
  if (typeof address === 'string') return `unix:${address}`;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'https' : 'http'}://${host}:${address.port}`;
}

/** The same of an address that others listen at. */
export function urlOfPlace(address: ListenAddress, secure: boolean): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { host, port } = address;
  return urlOf({ address: { address: host, family: host.includes(':') ? 'IPv6' : 'IPv4', port } }, secure);
}

/** Whether an address can be reached from this machine alone. */
export function isLoopback(address: ListenAddress): boolean {
  if (address.kind === 'unix') return true;
  const { host } = address;
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) ? host === '::1' : host === 'localhost';
}
