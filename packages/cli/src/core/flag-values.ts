import type { Duration, Size } from '@tidegate/presign';
import type { FlagValues } from './command.ts';
import { wrongUse } from './errors.ts';

// Reading the texts of flags. The library reads durations and sizes too; these name the flag and say how to write it.

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration flag, as the library takes it. @throws CliError */
export function durationFlag(flags: FlagValues, name: string): Duration | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  if (text === 'max') return 'max';
  return secondsOf(text) ?? refuseValue(name, text, 'a duration. Write 2h, 90m, 7d');
}

/** A flag of so many milliseconds. @throws CliError */
export function durationMsFlag(flags: FlagValues, name: string, fallbackMs: number): number {
  const text = flags.text(name);
  if (text === undefined) return fallbackMs;
  const seconds = secondsOf(text);
  if (seconds === undefined || seconds === 0) return refuseValue(name, text, 'a duration. Write 30s, 2m');
  return seconds * 1000;
}

/** Seconds of `90m`; plain digits are seconds. */
function secondsOf(text: string): number | undefined {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitSeconds[unit] ?? 1);
}

/** A size flag, as the library takes it: the text that was written, so that it can be repeated. @throws CliError */
export function sizeFlag(flags: FlagValues, name: string): Size | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (isSize(text)) return text;
  return refuseValue(name, text, 'a size. Write 500, 20MB, 5MiB');
}

function isSize(text: string): text is Exclude<Size, number> {
  return /^\d{1,12}(?:\.\d{1,6})?(?:[KMGT]i?)?B$/.test(text);
}

/** A whole number flag. @throws CliError */
export function countFlag(flags: FlagValues, name: string, least: number, most: number): number | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  return refuseValue(name, text, `a whole number from ${least} to ${most}`);
}

/** A time flag: ISO 8601, the form of SigV4, or a duration from now. @throws CliError */
export function timeFlag(flags: FlagValues, name: string, nowMs: number): Date | undefined {
  const text = flags.text(name);
  if (text === undefined) return undefined;
  const seconds = /^\d+[smhd]$/.test(text) ? secondsOf(text) : undefined;
  if (seconds !== undefined) return new Date(nowMs + seconds * 1000);
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const iso =
    compact === null ? text : `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`;
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(iso)) {
    const at = new Date(iso);
    if (!Number.isNaN(at.getTime())) return at;
  }
  return refuseValue(name, text, 'a time. Write 2026-11-24T09:00:00Z, or 2h for two hours from now');
}

/** `k=v` flags. @throws CliError */
export function pairsFlag(flags: FlagValues, name: string): Record<string, string> | undefined {
  const pairs = flags.list(name);
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) return refuseValue(name, pair, 'name=value');
      return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
    }),
  );
}

function refuseValue(name: string, text: string, what: string): never {
  throw wrongUse(`--${name} "${text}" is not ${what}.`);
}
