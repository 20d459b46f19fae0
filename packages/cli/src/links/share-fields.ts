import type { Limits } from '@tidegate/presign';
import { type LimitName, limitMeanings } from '@tidegate/presign/internal';
import type { Call, FlagGroup } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { durationFlag } from '../core/flag-values.ts';
import { describeClock, describeUntil } from '../terminal/format.ts';
import { limitFlagsOf } from './limit-flags.ts';
import { limitsOf } from './limit-options.ts';

/** The limits of shares as flags. */
export const shareLimitFlags: FlagGroup = limitFlagsOf((name) => limitMeanings[name].carriers.includes('share'));
/** The limits of file requests as flags; their uses are `--max-files`. */
export const requestLimitFlags: FlagGroup = limitFlagsOf(
  (name) => name !== 'uses' && limitMeanings[name].carriers.includes('request'),
);

/** Limits as the admin API takes them: a time is a text. */
export type JsonLimits = {
  [Name in LimitName]?: Exclude<Limits[Name], Date> | (Date extends Limits[Name] ? string : never);
};

/** The limits that the flags ask for; undefined: none. @throws CliError */
export function sharedLimits({ flags, world }: Call): JsonLimits | undefined {
  const limits = limitsOf(flags, world.nowMs());
  // Sound: a time is written as a text, and everything else as it is.
  return limits === undefined ? undefined : (JSON.parse(JSON.stringify(limits)) as JsonLimits);
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
