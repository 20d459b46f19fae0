import { fail } from './presign-error.ts';

/** Seconds, or a number with a unit. `'max'`: as long as the signature allows, 7 days or until temporary credentials end. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}` | 'max';

/** A presigned SigV4 URL lives at most this long (SIG-40g, SIG-111). */
export const maxExpiresSeconds = 604_800;

const units: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/**
 * Whole seconds of a duration; `'max'` is 7 days. `name` is used in the message.
 * @throws PresignError DurationInvalid
 */
export function durationSeconds(name: string, duration: Duration | string): number {
  if (typeof duration === 'number' && Number.isSafeInteger(duration)) return duration;
  if (duration === 'max') return maxExpiresSeconds;
  const [, digits, unit] = /^(\d{1,12}(?:\.\d{1,6})?)([smhd])$/.exec(String(duration)) ?? [];
  // A product such as 1.1 × 86,400 is not whole in binary.
  const seconds = Number((Number(digits) * (units[unit ?? ''] ?? Number.NaN)).toFixed(6));
  if (!Number.isSafeInteger(seconds))
    fail('DurationInvalid', `${name}: '${duration}' is not a duration.`, name, "Write '15m', '36h', '7d' or seconds.");
  return seconds;
}

/** A number of seconds with the largest unit that divides it: 5400 is `90m`. */
export function writeDuration(seconds: number): string {
  const [letter = '', factor = 1] = Object.entries(units).find(([, size]) => seconds % size === 0) ?? [];
  return seconds / factor + letter;
}

/** A length of time for people: the two largest units, `1 h 30 min`. */
export function describeSeconds(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.abs(seconds);
  for (const [letter, factor] of Object.entries(units)) {
    const count = Math.floor(rest / factor);
    rest -= count * factor;
    if (count && parts.length < 2) parts.push(`${count} ${letter === 'm' ? 'min' : letter}`);
  }
  return (seconds < 0 ? '-' : '') + (parts.join(' ') || '0 s');
}
