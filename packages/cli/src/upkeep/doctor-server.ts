import type { Call } from '../core/command.ts';
import { CliError } from '../core/errors.ts';
import { type Answered, askApi } from '../s3/admin-api.ts';
import type { Connection } from '../s3/connection.ts';
import type { Check } from '../terminal/check-line.ts';
import { describeBytes, describeDuration } from '../terminal/format.ts';
import { diskLeastFree, makeRoom } from './doctor-checks.ts';

const oldBackupS = 7 * 86_400;

/** What a Tidegate says of itself, as far as the key may ask. */
export type ServerFacts = {
  readonly me: Answered<'whoAmI'> | undefined;
  readonly server: Answered<'readServer'> | undefined;
  /** Every setting as text, by its path in the file; empty for who may not see them. */
  readonly settings: ReadonlyMap<string, string>;
};

/** Asks the admin API three questions; what is refused is left out. */
export async function askServer(call: Call): Promise<ServerFacts> {
  const me = await orNothing(askApi(call, 'whoAmI', {}, 'this key'));
  const server = await orNothing(askApi(call, 'readServer', {}, 'this server'));
  const settings = await orNothing(askApi(call, 'readSettings', {}, 'settings'));
  const shown = (settings?.items ?? []).map(({ name, shown: text }) => [name, text ?? ''] as const);
  return { me, server, settings: new Map(shown) };
}

async function orNothing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

/** Whether a proxy in front of the public address is trusted: told by a request that comes through it. */
export async function publicProxyChecks(call: Call, publicEndpoint: string): Promise<Check[]> {
  const me = await orNothing(askApi(call, 'whoAmI', {}, 'this key', publicEndpoint.replace(/\/+$/, '')));
  return me === undefined ? [] : forwardedChecks(me);
}

/** The checks of what the server said: role, version, addresses, TLS, proxies. */
export function serverChecks({ me, server, settings }: ServerFacts, connection: Connection, nowMs: number): Check[] {
  return [
    ...(me === undefined ? [] : keyChecks(me, connection)),
    ...(server === undefined ? [] : [{ outcome: 'holds' as const, text: `Tidegate ${server.version}` }]),
    ...consoleChecks(settings, connection),
    ...openChecks(settings),
    ...(me === undefined ? [] : forwardedChecks(me)),
    ...(server === undefined ? [] : [...healthChecks(server), ...diskChecks(server), ...backupChecks(server, nowMs)]),
    ...(server?.publicEndpoint?.startsWith('http:') && !isLocal(server.publicEndpoint)
      ? [plainPublic(server.publicEndpoint)]
      : []),
  ];
}

function keyChecks({ accessKeyId, role, account }: Answered<'whoAmI'>, { endpoint }: Connection): Check[] {
  const checks: Check[] = [{ outcome: 'holds', text: `key ${accessKeyId}, role ${role}, account ${account.name}` }];
  // On the machine itself the first key is what a person has. Elsewhere it is a program that may do everything.
  if (role === 'owner' && account.name === 'root' && !isLocal(endpoint)) {
    checks.push({
      outcome: 'warning',
      text: 'this key is allowed to do everything on this server; programs need less',
      fix: ['tidegate keys create --role write --bucket BUCKET'],
    });
  }
  return checks;
}

/** A proxy that is not trusted: its header came with this very request. */
function forwardedChecks({ client }: Answered<'whoAmI'>): Check[] {
  if (client.forwarded !== 'ignored') return [];
  return [
    {
      outcome: 'warning',
      text: `a proxy sends X-Forwarded-For but is not trusted: every client appears as ${client.address}`,
      fix: [`trust_proxy = ["${client.address}"]  in tidegate.toml, or --trust-proxy ${client.address}`],
    },
  ];
}

/** The checks behind a server's readiness, in the order in which they are printed. */
export const healthNames = ['metadata', 'blobs', 'disk', 'clock'] as const;

function healthChecks({ checks }: Answered<'readServer'>): Check[] {
  return healthNames.flatMap((name) =>
    checks[name] === 'ok' ? [] : [{ outcome: 'fault' as const, text: `${name} of the server: ${checks[name]}` }],
  );
}

function diskChecks({ disk }: Answered<'readServer'>): Check[] {
  if (disk === null) return [];
  const text = `disk of the server ${describeBytes(disk.freeBytes)} free`;
  if (disk.freeBytes >= disk.totalBytes * diskLeastFree) return [{ outcome: 'holds', text }];
  return [{ outcome: 'warning', text: `${text}, less than 10 %`, fix: [makeRoom] }];
}

function backupChecks({ lastBackup }: Answered<'readServer'>, nowMs: number): Check[] {
  if (lastBackup === null) return [];
  const ageS = Math.max(0, Math.round((nowMs - Date.parse(lastBackup)) / 1000));
  const text = `last backup ${describeDuration(ageS)} ago`;
  if (ageS <= oldBackupS) return [{ outcome: 'holds', text }];
  return [{ outcome: 'warning', text, fix: ['tidegate backup DIR --data DATA  on the server'] }];
}

function consoleChecks(settings: ReadonlyMap<string, string>, { endpoint }: Connection): Check[] {
  const listen = settings.get('listen');
  if (listen === undefined) return [];
  const given = settings.get('console_listen') ?? '';
  if (given === 'off') return [{ outcome: 'holds', text: 'no console' }];
  const address = given === '' ? nextPort(listen.split(', ')[0] ?? '', endpoint) : given;
  // Port 0 is any that was free: which one, the server alone knows.
  const shown = address.endsWith(':0') ? 'console' : `console http://${address}`;
  if (isLoopback(address)) return [{ outcome: 'holds', text: `${shown}, this machine only` }];
  if (hasTls(settings)) return [{ outcome: 'holds', text: `console ${address}, behind TLS` }];
  return [
    {
      outcome: 'fault',
      text: `console ${address} is reachable from outside without TLS`,
      fix: ['tidegate serve --console-listen 127.0.0.1:9001  and an SSH tunnel, or --tls-cert and --tls-key'],
    },
  ];
}

/** The console's address where none is set: that of S3, its port and one. */
function nextPort(listen: string, endpoint: string): string {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(listen) ?? [];
  const own = port === '0' ? new URL(endpoint).port : port;
  return `${host}:${Number(own) + 1}`;
}

function openChecks(settings: ReadonlyMap<string, string>): Check[] {
  const checks: Check[] = [];
  const open = (settings.get('listen') ?? '').split(', ').filter((address) => address !== '' && !isLoopback(address));
  if (open.length > 0 && !hasTls(settings)) {
    checks.push({
      outcome: 'warning',
      text: `listening on ${open.join(', ')} without TLS: anyone who sees the traffic can read every link`,
      fix: ['--tls-cert and --tls-key, or behind_tls_proxy = true behind a proxy that has them'],
    });
  }
  if (settings.get('behind_tls_proxy') === 'true' && (settings.get('trust_proxy') ?? '') === '') {
    checks.push({
      outcome: 'warning',
      text: 'behind a proxy that is not trusted: every client appears as the proxy, and --https refuses everybody',
      fix: ['trust_proxy = ["127.0.0.1/32"]  in tidegate.toml, or --trust-proxy'],
    });
  }
  return checks;
}

function plainPublic(endpoint: string): Check {
  return {
    outcome: 'warning',
    text: `public endpoint ${endpoint} is plain HTTP: anyone who sees the traffic can read every link`,
  };
}

function hasTls(settings: ReadonlyMap<string, string>): boolean {
  return (settings.get('tls.cert') ?? '') !== '' || settings.get('behind_tls_proxy') === 'true';
}

function isLoopback(address: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]|unix:.*)(?::\d+)?$/.test(address);
}

function isLocal(endpoint: string): boolean {
  return /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(endpoint);
}
