const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes for people: `4.2 MiB`. */
export function describeBytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  // 1023.97 KiB would round to 1024.0.
  if (unit > 0 && Number(value.toFixed(1)) >= 1024 && unit < binaryUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${binaryUnits[unit] ?? ''}`;
}

/** A count with its digits grouped: `1,204`. */
export function describeCount(count: number): string {
  return count.toLocaleString('en-US');
}

const spans: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A length of time with one unit, the largest that fits: `41 min`, `30 d`. */
export function describeSpan(spanMs: number): string {
  const seconds = Math.round(Math.abs(spanMs) / 1000);
  for (const [size, unit] of spans) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return '0 s';
}

/** Exact length of time: `2 h`, `1 h 30 min`. */
export function describeDuration(seconds: number): string {
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [size, unit] of spans) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ') || '0 s';
}

/** How long from now until then, for who has just asked for a length: the seconds that asking took are not told of what lasts hours. */
export function describeUntil(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000;
  const step = seconds > 3000 ? 60 : 1;
  return describeDuration(Math.round(seconds / step) * step);
}

/** Relative time: `4 min ago`, `in 41 min`, `now`. */
export function describeAgo(atMs: number, nowMs: number): string {
  const span = atMs - nowMs;
  if (Math.abs(span) < 1000) return 'now';
  return span < 0 ? `${describeSpan(span)} ago` : `in ${describeSpan(span)}`;
}

/** Time of day here; with the day when it is not today's. */
export function describeClock(atMs: number, nowMs: number): string {
  return describeSecond(atMs, nowMs).slice(0, -3);
}

/** The same to the second: `14:03:07`. */
export function describeSecond(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][at.getMonth()];
  return `${at.getDate()} ${month ?? ''} ${at.getFullYear()} ${time}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
