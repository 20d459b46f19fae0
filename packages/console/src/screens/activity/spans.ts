import type { Zone } from '../../format.ts';
import { formatClock, formatMoment } from '../../format.ts';

/** How far back the log looks, and in what steps its chart counts. */
export type Span = { readonly text: string; readonly spanS: number; readonly stepS: number };

export const spans: Readonly<Record<string, Span>> = {
  '1h': { text: 'Last hour', spanS: 3600, stepS: 60 },
  '24h': { text: 'Last day', spanS: 86_400, stepS: 3600 },
  '7d': { text: 'Last 7 days', spanS: 7 * 86_400, stepS: 6 * 3600 },
  '30d': { text: 'Last 30 days', spanS: 30 * 86_400, stepS: 86_400 },
};

export const dayWords = '24h';

/** When a span begins, on a whole step: so it is asked anew once a step alone. */
export function spanStart({ spanS, stepS }: Span, nowMs: number): string {
  const stepMs = stepS * 1000;
  return new Date((Math.floor(nowMs / stepMs) + 1) * stepMs - spanS * 1000).toISOString();
}

/** `10:00 to 11:00`, `24 Nov, 10:00 to 16:00` */
export function stepWords(fromMs: number, stepS: number, nowMs: number, zone: Zone): string {
  const toMs = fromMs + stepS * 1000;
  const end = formatMoment(toMs, nowMs, zone).replace(/^.*, /, '');
  return stepS >= 86_400
    ? formatMoment(fromMs, nowMs, zone).replace(/, .*$/, '')
    : `${formatMoment(fromMs, nowMs, zone)} to ${end}`;
}

/** The clock today, with the day before that. */
export function logTime(atMs: number, nowMs: number, zone: Zone): string {
  return nowMs - atMs < 20 * 3_600_000 ? formatClock(atMs, zone) : formatMoment(atMs, nowMs, zone);
}

/** Where nothing is said: the last day in hours. */
export const fallbackSpan: Span = { text: 'Last day', spanS: 86_400, stepS: 3600 };
