import type { BucketConfig, CommonOptions, Inspection, Limits } from '@tidegate/presign';
import { fingerprint } from '@tidegate/presign/sign';
import type { Call } from '../core/command.ts';
import { durationFlag } from '../core/flag-values.ts';
import { type Connection, connect } from '../s3/connection.ts';
import { describeClock, describeDuration } from '../terminal/format.ts';
import { limitFlagNames } from './limit-flags.ts';
import { describeLimits, limitsOf } from './limit-options.ts';
import { warnOfLoopback } from './made-link.ts';

/** What all kinds of links need to be signed. */
export type LinkSetup = {
  readonly connection: Connection;
  readonly config: BucketConfig;
  readonly options: CommonOptions;
  readonly limits: Limits | undefined;
  readonly nowMs: number;
};

/**
 * Credentials, place, expiry and limits of a link. Nothing is asked over the network, but once whether a store that is not known
 * as a Tidegate is one, and only where a limit is asked for.
 * @throws CliError
 */
export async function setUpLink(call: Call, moreLimitFlags: readonly string[] = []): Promise<LinkSetup> {
  const { flags, world } = call;
  const nowMs = world.nowMs();
  const limits = limitsOf(flags, nowMs);
  const expiresIn = durationFlag(flags, 'expires');
  const connection = connect(flags, world);
  const limitFlag = [...limitFlagNames, ...moreLimitFlags].find((name) => flags.has(name));
  if (limitFlag !== undefined && !flags.has('assume-tidegate')) {
    // Loaded where it is needed: `node:http` alone takes 17 ms of a start.
    const { requireTidegate } = await import('../s3/tidegate-check.ts');
    await requireTidegate(connection, `--${limitFlag}`, call);
  }
  const publicEndpoint = flags.text('public-endpoint');
  const style = flags.text('style');
  const config: BucketConfig = {
    ...(connection.isAws ? {} : { endpoint: connection.endpoint }),
    ...(publicEndpoint !== undefined && { publicEndpoint }),
    region: connection.region,
    credentials: connection.credentials,
    signatureVersion: connection.signatureVersion,
    ...(limitFlag !== undefined && { store: 'tidegate' as const }),
    ...(style === 'path' || style === 'virtual' ? { style } : connection.isAws ? {} : { style: connection.style }),
    now: () => new Date(nowMs),
  };
  const options: CommonOptions = {
    ...(expiresIn !== undefined && { expiresIn }),
    ...(limits !== undefined && { limits }),
  };
  return { connection, config, options, limits, nowMs };
}

/** The line under a link: method, target, end, limits, name. Then what may surprise. */
export async function describeLink(
  call: Call,
  link: { readonly method: string; readonly target: string; readonly url: string; readonly words?: readonly string[] },
  setup: LinkSetup,
): Promise<void> {
  const { output } = call;
  if (output.isQuiet) return;
  const seen = await readLink(link.url, setup.nowMs);
  const parts = [`${link.method} ${link.target}`];
  if (seen.expiresAt !== undefined) {
    const endsAtMs = seen.expiresAt.getTime();
    // The signing time has whole seconds: what is left now is up to one second less than what was asked for.
    const lasts = describeDuration(Math.ceil((endsAtMs - setup.nowMs) / 1000));
    parts.push(`until ${describeClock(endsAtMs, setup.nowMs)} (${lasts})`);
  }
  parts.push(...(link.words ?? []), ...describeLimits({ ...seen.limits, ...setup.limits }, link.method, setup.nowMs));
  if (seen.fingerprint !== undefined) parts.push(seen.fingerprint);
  output.talk(`  ${output.talkPaint.quiet(parts.join(' · '))}`);
  warnOfSigned(call, link.url);
  if (setup.connection.signatureVersion === 'v2') {
    output.warn(
      'Signed with SigV2, as the profile says: it cannot have limits and covers only the path. Set signature_version = s3v4.',
    );
  }
}

/** What a link that was just signed says of itself. */
async function readLink(url: string, nowMs: number): Promise<Pick<Inspection, 'expiresAt' | 'limits' | 'fingerprint'>> {
  const query = new URL(url).searchParams;
  const signedAt = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  if (signedAt === null || /[?&]x-link-/.test(url)) {
    // Limits and SigV2 are read by the whole library, which takes as long to load as all the rest.
    const { inspect } = await import('@tidegate/presign');
    return inspect(url, { now: new Date(nowMs) });
  }
  const [year = 0, month = 1, ...rest] = signedAt.slice(1).map(Number);
  const expiresAt = new Date(Date.UTC(year, month - 1, ...rest) + Number(query.get('X-Amz-Expires')) * 1000);
  const name = fingerprint(url);
  return { expiresAt, limits: {}, ...(name !== undefined && { fingerprint: name }) };
}

/** Warns about a signed URL that works on this machine only. */
export function warnOfSigned(call: Call, url: string): void {
  warnOfLoopback(call, url, 'Sign it with --public-endpoint URL.');
}

/** A word for a POSIX shell. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The curl command of a signed request. */
export function curlCommand(
  options: readonly string[],
  headers: Readonly<Record<string, string>>,
  url: string,
): string {
  const sent = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  // curl tidies dot segments up unless told, and the signature covers the path as it stands.
  const asIs = /\/\.{1,2}(?:\/|$)/.test(url.split('?', 1)[0] ?? '') ? ['--path-as-is'] : [];
  return ['curl', ...options, ...asIs, ...sent.map(shellQuote), `'${url.replaceAll("'", '%27')}'`].join(' ');
}
