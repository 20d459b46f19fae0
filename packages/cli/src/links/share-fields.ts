import type { Limits } from '@tidegate/presign';
import type { Call, FlagGroup } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { durationFlag } from '../core/flag-values.ts';
import { describeClock, describeUntil } from '../terminal/format.ts';
import { limitFlags } from './limit-flags.ts';
import { limitsOf } from './limit-options.ts';

/** Limits that a share can have. */
const shareLimits = new Set([
  'uses',
  'grace',
  'ip',
  'clients',
  'policy',
  'https',
  'not-before',
  'total-bytes',
  'rate',
  'confirm',
]);
/** … and a file request. */
const requestLimits = new Set([
  'ip',
  'clients',
  'policy',
  'https',
  'not-before',
  'max-bytes',
  'min-bytes',
  'total-bytes',
  'rate',
  'types',
]);

/** The limits of shares as flags. Others are understood, so that the server says why not. */
export const shareLimitFlags: FlagGroup = shownOf(shareLimits);
/** The limits of file requests as flags. */
export const requestLimitFlags: FlagGroup = shownOf(requestLimits);

function shownOf(names: ReadonlySet<string>): FlagGroup {
  return {
    title: limitFlags.title,
    topic: limitFlags.topic,
    flags: limitFlags.flags.map((flag) => (names.has(flag.name) ? flag : { ...flag, hidden: true })),
  };
}

/** Limits as the admin API takes them. */
export type JsonLimits = Omit<Limits, 'notBefore' | 'grant' | 'id' | 'https' | 'writeOnce' | 'confirm'> & {
  notBefore?: string;
  https?: true;
  writeOnce?: true;
  confirm?: true;
};

/** The limits that the flags ask for; undefined: none. @throws CliError */
export function sharedLimits({ flags, world }: Call): JsonLimits | undefined {
  const limits = limitsOf(flags, world.nowMs());
  if (limits === undefined) return undefined;
  const { notBefore, https, writeOnce, confirm, grant: _, ...rest } = limits;
  return {
    ...rest,
    ...(notBefore !== undefined && { notBefore: notBefore.toISOString() }),
    ...(https === true && { https }),
    ...(writeOnce === true && { writeOnce }),
    ...(confirm === true && { confirm }),
  };
}

/** What `--expires` and `--never` ask for; nothing: the server's default, or the end it has. @throws CliError */
export function endOf({ flags }: Call): { expiresIn?: number | string; expiresAt?: null } {
  const text = flags.text('expires');
  if (flags.has('never')) {
    if (text !== undefined && text !== 'never') throw wrongUse('--expires and --never contradict each other.');
    return { expiresAt: null };
  }
  if (text === 'never') return { expiresAt: null };
  const expiresIn = durationFlag(flags, 'expires');
  return expiresIn === undefined ? {} : { expiresIn: expiresIn === 'max' ? '7d' : expiresIn };
}

/** When a new share or file request expires: `until 24 Dec 2026 10:15 (30 d)`. */
export function describeEnd(expiresAt: string | null, nowMs: number): string {
  if (expiresAt === null) return 'never expires';
  const atMs = Date.parse(expiresAt);
  return `until ${describeClock(atMs, nowMs)} (${describeUntil(atMs, nowMs)})`;
}
