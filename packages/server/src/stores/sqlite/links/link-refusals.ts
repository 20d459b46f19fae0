import type { LinkStore } from '../../links/link-store.ts';
import { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, textOf } from '../schema/rows.ts';

const groupColumns = { reason: 'reason', bucket: 'bucket', accessKeyId: 'akid' } as const;
/** Rows that one statement reads. */
const sliceRows = 250;
const mostGroups = 1_000;
/** The longest time that one row is of. */
const dayMs = 86_400_000;

type Group = { readonly group: Record<string, string>; count: number; lastMs: number };

/** Refused requests that no link could be named for, since the hour that `sinceMs` lies in (LDG-64). */
export async function listRefusals(
  { sql, clock }: Pick<Metadata, 'sql' | 'clock'>,
  { groupBy, accessKeyIds, sinceMs }: Parameters<LinkStore['listRefusals']>[0],
): Promise<readonly Group[]> {
  const pieces = new Pieces(clock);
  const names = [...new Set(groupBy)];
  const wanted = accessKeyIds === undefined ? undefined : new Set(accessKeyIds);
  const groups = new Map<string, Group>();
  const read = sql.get(
    `SELECT from_ms, to_ms, reason, bucket, akid, count, last_ms FROM refused_requests
     WHERE (from_ms, to_ms, reason, bucket, akid) > (?, ?, ?, ?, ?)
     ORDER BY from_ms, to_ms, reason, bucket, akid LIMIT ${sliceRows}`,
  );
  for (let after: [number, number, string, string, string] = [sinceMs - dayMs - 1, 0, '', '', '']; ; ) {
    const rows = read.all(...after);
    for (const row of rows) {
      if (numberOf(row, 'to_ms') <= sinceMs || wanted?.has(textOf(row, 'akid')) === false) continue;
      const group = Object.fromEntries(names.map((name) => [name, textOf(row, groupColumns[name])]));
      const key = JSON.stringify(group);
      const there = groups.get(key) ?? { group, count: 0, lastMs: 0 };
      there.count += numberOf(row, 'count');
      there.lastMs = Math.max(there.lastMs, numberOf(row, 'last_ms'));
      groups.set(key, there);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < sliceRows) break;
    const [reason, bucket, akid] = [textOf(last, 'reason'), textOf(last, 'bucket'), textOf(last, 'akid')];
    after = [numberOf(last, 'from_ms'), numberOf(last, 'to_ms'), reason, bucket, akid];
    if (pieces.isOver) await pieces.next();
  }
  return [...groups.values()].sort((one, other) => other.count - one.count).slice(0, mostGroups);
}
