import { readDayCursor, writeDayCursor } from '../links/link-cursor.ts';
import type { DaySum, LinkStore, Page } from '../links/link-store.ts';
import { type MemoryLink, type MemoryLinkState, recordPartsOf } from './memory-link-state.ts';

const dayMs = 86_400_000;
const daysKeptMs = 400 * dayMs;

/** What happened with a link that is swept goes into the sums of its last day. */
export function addToDays({ days }: MemoryLinkState, link: MemoryLink): void {
  const { uses, bytes, refusals } = recordPartsOf(link, 0);
  const { bucket, accessKeyId } = link.facts;
  const place = { dayMs: link.lastSeenMs - (link.lastSeenMs % dayMs), bucket, accessKeyId };
  const known = days.get(writeDayCursor(place));
  days.set(writeDayCursor(place), {
    ...place,
    links: (known?.links ?? 0) + 1,
    uses: (known?.uses ?? 0) + uses.count,
    bytesIn: (known?.bytesIn ?? 0) + bytes.in,
    bytesOut: (known?.bytesOut ?? 0) + bytes.out,
    refused: (known?.refused ?? 0) + Object.values(refusals).reduce((sum, count) => sum + count, 0),
  });
}

export function sweepDays({ days }: MemoryLinkState, nowMs: number): void {
  for (const [place, sum] of days) if (sum.dayMs < nowMs - daysKeptMs) days.delete(place);
}

export function listDaysInMemory(
  { days }: MemoryLinkState,
  { bucket, accessKeyIds, fromMs, toMs, cursor, limit }: Parameters<LinkStore['listDays']>[0],
): Page<DaySum> {
  const after = cursor === undefined ? undefined : readDayCursor(cursor);
  const fitting = [...days.values()]
    .filter((sum) => sum.dayMs >= fromMs && sum.dayMs < toMs && (bucket === undefined || sum.bucket === bucket))
    .filter((sum) => accessKeyIds === undefined || accessKeyIds.includes(sum.accessKeyId))
    .sort((one, other) => compare(other, one))
    .filter((sum) => after === undefined || compare(sum, after) < 0);
  const items = fitting.slice(0, limit);
  const last = items.at(-1);
  return { items, next: fitting.length > limit && last !== undefined ? writeDayCursor(last) : undefined };
}

type DayPlace = ReturnType<typeof readDayCursor>;

function compare(one: DayPlace, other: DayPlace): number {
  return one.dayMs - other.dayMs || order(one.bucket, other.bucket) || order(one.accessKeyId, other.accessKeyId);
}

function order(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
