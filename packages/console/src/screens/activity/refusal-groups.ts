import type { Output } from '../../data/api.ts';

/** Refusals that have reason, signer and bucket in common. */
export type RefusalGroup = {
  readonly reason: string;
  readonly signer: string;
  readonly bucket: string;
  readonly count: number;
  /** Absent: only how many there were is kept of those that no link could be named for. */
  readonly first: string | undefined;
  readonly last: string;
  /** One of the links. */
  readonly link: string | undefined;
};

type Named = Pick<Output<'listActivity'>['items'][number], 'reason' | 'signer' | 'target' | 'count' | 'time' | 'link'>;
type Unnamed = Output<'listRefusals'>['items'][number];

/** Puts refusals of known links and those that no link could be named for into groups, the most frequent first. */
export function groupRefusals(named: readonly Named[], unnamed: readonly Unnamed[]): readonly RefusalGroup[] {
  const groups = new Map<string, RefusalGroup>();
  const add = (group: RefusalGroup): void => {
    const key = JSON.stringify([group.reason, group.signer, group.bucket]);
    const known = groups.get(key);
    groups.set(key, known === undefined ? group : merge(known, group));
  };
  for (const { reason, signer, target, count, time, link } of named) {
    add({
      reason: reason ?? 'Unknown',
      signer: signer ?? '',
      bucket: target?.bucket ?? '',
      count,
      first: time,
      last: time,
      link: link ?? undefined,
    });
  }
  for (const { reason = 'Unknown', accessKeyId = '', bucket = '', count, last } of unnamed) {
    add({ reason, signer: accessKeyId, bucket, count, first: undefined, last, link: undefined });
  }
  return [...groups.values()].toSorted((one, other) => other.count - one.count || (one.last < other.last ? 1 : -1));
}

function merge(one: RefusalGroup, other: RefusalGroup): RefusalGroup {
  return {
    ...one,
    count: one.count + other.count,
    first: one.first === undefined || other.first === undefined ? undefined : earlier(one.first, other.first),
    last: one.last > other.last ? one.last : other.last,
    link: one.link ?? other.link,
  };
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
