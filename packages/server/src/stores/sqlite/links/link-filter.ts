import type { LinkFilter } from '../../links/link-store.ts';
import { successor } from '../../objects/key-order.ts';

/** Values of a statement by name. */
export type Named = Record<string, string | number | null>;

/** Uses as people see them: of a link without that limit they are noted, of any other claimed. */
export const usesCount = 'CASE WHEN max_uses IS NULL THEN noted_uses ELSE spent_uses END';

/**
 * Whether a row of `links` fits a filter, but for its state, which hangs on revocations in memory. The text is constant, since prepared
 * statements are kept for ever: a parameter that is null asks nothing. Values: `filterValues`.
 */
export const fitsFilter = `((:account IS NULL OR account = :account)
  AND (:bucket IS NULL OR bucket = :bucket)
  AND (:prefix IS NULL OR (key >= :prefix AND key < :prefixEnd))
  AND (:accessKey IS NULL OR akid = :accessKey)
  AND (:session IS NULL OR session_hash = :session)
  AND (:label IS NULL OR label = :label)
  AND (:labelStart IS NULL OR (label >= :labelStart AND label < :labelEnd))
  AND (:kinds IS NULL OR instr(:kinds, ' ' || kind || ' '))
  AND (:refused IS NULL OR refused > 0)
  AND (:seenFrom IS NULL OR last_seen_ms >= :seenFrom)
  AND (:seenTo IS NULL OR (last_seen_ms <= :seenTo AND last_seen_ms > 0)))`;

/** The same for links that nobody has used. */
const fitsUnused = `(:unused IS NULL OR ${usesCount} = 0)`;

/** What of a row says whether it fits: all but its state, for that what its state hangs on. */
export const scannedColumns = `n, id, akid, label, bucket, key, signed_ms, session_hash, first_seen_ms, last_seen_ms, ended_ms,
  max_uses, max_bytes, spent_uses, counted_bytes, (${fitsFilter} AND ${fitsUnused}) AS fits`;

/** What `fitsFilter` is bound to. */
export function filterValues(filter: LinkFilter): Named {
  const { label, prefix, kinds } = filter;
  const labelStart = label?.endsWith('*') === true ? label.slice(0, -1) : undefined;
  return {
    account: filter.accountId ?? null,
    bucket: filter.bucket ?? null,
    prefix: prefix ?? null,
    prefixEnd: prefix === undefined ? null : pastPrefix(prefix),
    accessKey: filter.accessKeyId ?? null,
    session: filter.sessionTokenHash ?? null,
    label: labelStart === undefined ? (label ?? null) : null,
    labelStart: labelStart ?? null,
    labelEnd: labelStart === undefined ? null : pastPrefix(labelStart),
    kinds: kinds === undefined ? null : ` ${kinds.join(' ')} `,
    refused: filter.refusedOnly === true ? 1 : null,
    seenFrom: filter.seenFromMs ?? null,
    seenTo: filter.seenToMs ?? null,
  };
}

/** What `fitsUnused` is bound to. */
export function unusedValue({ unusedOnly }: LinkFilter): Named {
  return { unused: unusedOnly === true ? 1 : null };
}

/** The least text behind all that begin so; there is always one for texts that people write. */
export function pastPrefix(prefix: string): string {
  return successor(prefix) ?? '\u{10FFFF}'.repeat(1_024);
}
