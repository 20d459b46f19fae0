import type { Link } from '@tidegate/presign/admin';

/** From when to when a link lives, as far as that is known; one without an end is shown to a little behind now. */
export function lifeSpan(link: Link, nowMs: number) {
  const began = link.signedAt ?? ('createdAt' in link && typeof link.createdAt === 'string' ? link.createdAt : null);
  const fromMs = Date.parse(began ?? link.firstSeen ?? new Date(nowMs).toISOString());
  const endMs = link.expiresAt === null ? undefined : Date.parse(link.expiresAt);
  const toMs = endMs ?? Math.max(nowMs, fromMs) + Math.max(60_000, (nowMs - fromMs) * 0.1);
  return { fromMs, toMs: Math.max(toMs, fromMs + 1000), hasBeginning: began !== null, hasEnd: endMs !== undefined };
}

/** Where a moment lies between two others, 0 to 100. */
export function percent(ms: number, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(100, ((ms - fromMs) / (toMs - fromMs)) * 100));
}

const stepsMs = [60, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000].map(
  (seconds) => seconds * 1000,
);

/** Of the width: how much of it time without events takes on each side, at most. */
const restPercent = 12;

/**
 * A scale over a whole life that gives most of its width to the time in which something happened: the first hours of a link that is
 * valid for a week are no single dot. What comes before and after is compressed to both ends.
 */
export function zoomedScale(
  fromMs: number,
  toMs: number,
  eventsMs: readonly number[],
): { readonly at: (ms: number) => number; readonly window: readonly [fromMs: number, toMs: number] | undefined } {
  const whole = toMs - fromMs;
  const inside = eventsMs.filter((ms) => ms >= fromMs && ms <= toMs);
  const [first, last] = [Math.min(...inside), Math.max(...inside)];
  const pad = Math.max((last - first) * 0.1, Math.min(60_000, whole / 20));
  const [startMs, endMs] = [Math.max(fromMs, first - pad), Math.min(toMs, last + pad)];
  if (inside.length === 0 || endMs - startMs > whole / 2) {
    return { at: (ms) => percent(ms, fromMs, toMs), window: undefined };
  }
  const before = Math.min(restPercent, percent(startMs, fromMs, toMs));
  const after = Math.min(restPercent, 100 - percent(endMs, fromMs, toMs));
  const at = (ms: number): number => {
    if (ms < startMs) return (percent(ms, fromMs, startMs) / 100) * before;
    if (ms > endMs) return 100 - after + (percent(ms, endMs, toMs) / 100) * after;
    return before + (percent(ms, startMs, endMs) / 100) * (100 - before - after);
  };
  return { at, window: [startMs, endMs] };
}

/** Marks that would cover each other, as one with their sum. */
export type Cluster<Event> = { readonly left: number; readonly count: number; readonly events: readonly Event[] };

/** @param apart how far marks are from each other at least, in percent */
export function clusters<Event extends { readonly time: string; readonly count: number }>(
  events: readonly Event[],
  at: (ms: number) => number,
  apart = 1.5,
): readonly Cluster<Event>[] {
  const found: { left: number; count: number; events: Event[] }[] = [];
  for (const event of events.toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time))) {
    const left = at(Date.parse(event.time));
    const last = found.at(-1);
    const uses = Math.max(1, event.count);
    if (last !== undefined && left - last.left < apart) {
      last.count += uses;
      last.events.push(event);
    } else found.push({ left, count: uses, events: [event] });
  }
  return found;
}

/** Round moments between two others, at most `most`. */
export function ticks(fromMs: number, toMs: number, most: number): readonly number[] {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? (toMs - fromMs) / most;
  const found: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at < toMs && found.length < most; at += stepMs) found.push(at);
  return found;
}
