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

/** Round moments between two others, at most `most`. */
export function ticks(fromMs: number, toMs: number, most: number): readonly number[] {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? (toMs - fromMs) / most;
  const found: number[] = [];
  for (let at = Math.ceil(fromMs / stepMs) * stepMs; at < toMs && found.length < most; at += stepMs) found.push(at);
  return found;
}
