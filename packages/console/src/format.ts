const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const number = new Intl.NumberFormat('en-US');

/** `4.2 MiB` */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.95 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${units[unit] ?? 'B'}`;
}

/** A size that somebody chose, as they may have written it: `20 MB`, `2 GiB`; else as `formatBytes` has it. */
export function formatLimit(bytes: number): string {
  for (let power = units.length - 1; power > 0; power -= 1) {
    for (const base of [1024, 1000]) {
      const unit = units[power] ?? 'B';
      const count = bytes / base ** power;
      if (count >= 1 && Number.isInteger(count))
        return `${formatCount(count)} ${base === 1024 ? unit : unit.replace('i', '')}`;
    }
  }
  return formatBytes(bytes);
}

/** `24 ms`, `1.3 s` */
export function formatTook(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `2,113` */
export function formatCount(count: number): string {
  return number.format(count);
}

/** `1 use`, `3 uses` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const steps = [
  ['y', 31_536_000],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The largest unit alone: `30 d`, `41 min`. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  for (const [unit, size] of steps) {
    // A year and a half in days says more than "1 y"; what lacks less than a hundredth of a unit counts as whole.
    if (whole >= size * (unit === 'y' ? 2 : 0.99)) return `${formatCount(Math.round(whole / size))} ${unit}`;
  }
  return '0 s';
}

/** `4 min ago`, `in 30 d`, `now`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000;
  if (Math.abs(seconds) < 10) return 'now';
  return seconds < 0 ? `${formatSpan(-seconds)} ago` : `in ${formatSpan(seconds)}`;
}

/** In which zone times are shown: the reader's, or UTC. */
export type Zone = 'local' | 'utc';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = zone + JSON.stringify(options);
  let found = formats.get(name);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', {
      ...options,
      hourCycle: 'h23',
      ...(zone === 'utc' && { timeZone: 'UTC' }),
    });
    formats.set(name, found);
  }
  return found;
}

/** `12:15` today, else `24 Dec, 10:15`, with the year where it is another. */
export function formatMoment(atMs: number, nowMs: number, zone: Zone): string {
  const at = new Date(atMs);
  const time = format(zone, { hour: '2-digit', minute: '2-digit' }).format(at);
  const day = format(zone, { dateStyle: 'short' });
  if (day.format(at) === day.format(new Date(nowMs))) return time;
  const isSameYear = format(zone, { year: 'numeric' }).format(at) === format(zone, { year: 'numeric' }).format(nowMs);
  const date = format(zone, { day: 'numeric', month: 'short', ...(!isSameYear && { year: 'numeric' }) }).format(at);
  return `${date}, ${time}`;
}

/** `24 Nov 2026`: a day of the server, which counts in UTC. */
export function formatDay(atMs: number): string {
  return format('utc', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(atMs));
}

/** `11:02:10` */
export function formatClock(atMs: number, zone: Zone): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(atMs));
}

/** `24 Nov 2026, 10:15:00 UTC` */
export function formatExact(atMs: number, zone: Zone): string {
  const options = { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  const text = format(zone, { ...options, second: '2-digit' }).format(new Date(atMs));
  return zone === 'utc' ? `${text} UTC` : text;
}

/** `lk_5kq2…mb4c`: long ids in few letters, whose both ends people compare. */
export function shortId(id: string): string {
  return id.length <= 15 ? id : `${id.slice(0, 7)}…${id.slice(-4)}`;
}

/** `TGAK5QXW…4C2A` */
export function shortKey(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

/** A browser or program as a person would name it: `Firefox 145`, `curl/8.14`. */
export function shortAgent(userAgent: string): string {
  const browser =
    /\b(Edg|OPR|Firefox|Chrome)\/(\d+)/.exec(userAgent) ?? /\bVersion\/(\d+)[\d.]* .*\b(Safari)\//.exec(userAgent);
  if (browser !== null && userAgent.startsWith('Mozilla/')) {
    const [, first = '', second = ''] = browser;
    const [name, version] = second === 'Safari' ? [second, first] : [first, second];
    return `${name.replace('Edg', 'Edge').replace('OPR', 'Opera')} ${version}`;
  }
  const program = /^([\w.+-]{1,40})\/(\d+(?:\.\d+)?)/.exec(userAgent);
  return program === null ? userAgent.slice(0, 40) : `${program[1]}/${program[2]}`;
}
