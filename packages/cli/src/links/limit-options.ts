import type { Duration, Limits } from '@tidegate/presign';
import { type LimitKind, type LimitName, limitRules, limitWords } from '@tidegate/presign/internal';
import type { FlagValues } from '../core/command.ts';
import { countFlag, durationFlag, sizeFlag, timeFlag } from '../core/flag-values.ts';
import { describeClock, describeDuration } from '../terminal/format.ts';
import { limitFlag, limitFlagNames } from './limit-flags.ts';

type Reader = (flags: FlagValues, name: string, nowMs: number) => Limits[LimitName];

/** What the flag of a limit of each kind asks for; undefined: nothing. */
const readers: { readonly [Kind in LimitKind]: Reader } = {
  label: (flags, name) => flags.text(name),
  count: (flags, name) => countFlag(flags, name, 1, 1_000_000),
  bytes: sizeFlag,
  someBytes: sizeFlag,
  duration: durationFlag,
  addresses: listFlag,
  flag: switchFlag,
  time: timeFlag,
  mediaTypes: listFlag,
  sha256: (flags, name) => flags.text(name),
  prefix: switchFlag,
};

function listFlag(flags: FlagValues, name: string): string[] | undefined {
  const entries = flags.list(name).flatMap((entry) => entry.split(','));
  return entries.length > 0 ? entries : undefined;
}

function switchFlag(flags: FlagValues, name: string): true | undefined {
  return flags.has(name) || undefined;
}

/** The limits of the flags; `undefined` without any. @throws CliError */
export function limitsOf(flags: FlagValues, nowMs: number): Limits | undefined {
  if (limitFlagNames.every((name) => !flags.has(name))) return undefined;
  const limits: Limits = {};
  for (const { property, kind } of limitRules) {
    const value = readers[kind](flags, limitFlag(property), nowMs);
    if (value !== undefined) Object.assign(limits, { [property]: value });
  }
  return limits;
}

/** The limits in words, for the line under a link. A random label (`~…`) is not shown. */
export function describeLimits(limits: Limits, method: string, nowMs: number): string[] {
  return limitWords(limits, {
    use: method === 'GET' ? 'download' : method === 'DELETE' ? 'use' : 'upload',
    count: (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`,
    size: spacedSize,
    span: (duration: Duration) => (typeof duration === 'number' ? describeDuration(duration) : duration),
    moment: (moment) => describeClock(moment.getTime(), nowMs),
  });
}

const sizeUnits = [
  ...['TiB', 'GiB', 'MiB', 'KiB'].map((name, at) => ({ name, bytes: 1024 ** (4 - at) })),
  ...['TB', 'GB', 'MB', 'kB'].map((name, at) => ({ name, bytes: 1000 ** (4 - at) })),
].sort((a, b) => b.bytes - a.bytes);

/** `20MB` and 20000000 are `20 MB`: in the largest unit that says it exactly with one digit behind the point, else in bytes. */
export function spacedSize(size: number | string): string {
  if (typeof size === 'string') return size.replace(/([kKMGT]?i?B)$/, ' $1');
  const unit = sizeUnits.find(({ bytes }) => size >= bytes && (size * 10) % bytes === 0);
  return unit === undefined ? `${size.toLocaleString('en-US')} B` : `${size / unit.bytes} ${unit.name}`;
}
