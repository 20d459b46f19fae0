import { useSyncExternalStore } from 'react';
import { formatExact, formatMoment, formatRelative, type Zone } from '../format.ts';

const watchers = new Set<() => void>();
let nowMs = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(notify: () => void): () => void {
  watchers.add(notify);
  timer ??= setInterval(() => {
    nowMs = Date.now();
    for (const notify of watchers) notify();
  }, 5_000);
  return () => {
    watchers.delete(notify);
    if (watchers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time as the page shows it: one clock for all, which steps each five seconds. */
export function useNow(): number {
  return useSyncExternalStore(watch, () => {
    if (timer === undefined) nowMs = Date.now();
    return nowMs;
  });
}

const zoneKey = 'tidegate-zone';
let zone: Zone = readZone();
const zoneWatchers = new Set<() => void>();

function readZone(): Zone {
  try {
    return localStorage.getItem(zoneKey) === 'utc' ? 'utc' : 'local';
  } catch {
    return 'local';
  }
}

/** In which zone times are shown. */
export function useZone(): Zone {
  return useSyncExternalStore(
    (tell) => {
      zoneWatchers.add(tell);
      return () => zoneWatchers.delete(tell);
    },
    () => zone,
  );
}

export function chooseZone(next: Zone): void {
  zone = next;
  try {
    localStorage.setItem(zoneKey, next);
  } catch {
    // Shown all the same, until the page is left.
  }
  for (const tell of zoneWatchers) tell();
}

/** `4 min ago`; the exact time is its title. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow();
  const shown = useZone();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(atMs, shown)}>
      {formatRelative(atMs, now)}
    </time>
  );
}

/** `24 Dec, 10:15` */
export function Moment({ at }: { readonly at: string }) {
  const now = useNow();
  const shown = useZone();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={formatExact(atMs, shown)}>
      {formatMoment(atMs, now, shown)}
    </time>
  );
}
