import type { LinkState } from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf } from '../schema/rows.ts';

/** How old a count may be: at a million links one is some ten milliseconds of an index. */
const keptMs = 60_000;

/** Links by state for metrics, counted in indexes alone. */
export class LinkCounts {
  readonly #metadata: Metadata;
  #counted: Readonly<Record<LinkState, number>> | undefined;
  #countedAtMs = 0;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  read(): Readonly<Record<LinkState, number>> {
    const { clock } = this.#metadata;
    const atMs = clock.monotonicMs();
    if (this.#counted === undefined || atMs - this.#countedAtMs >= keptMs) {
      this.#counted = this.#count(clock.nowMs());
      this.#countedAtMs = atMs;
    }
    return this.#counted;
  }

  #count(nowMs: number): Readonly<Record<LinkState, number>> {
    const row = this.#metadata.sql
      .get(
        `SELECT
           (SELECT links FROM link_epoch WHERE one = 1) AS links,
           (SELECT count(*) FROM links WHERE ended_ms <= ?1) AS expired,
           (SELECT count(*) FROM links INDEXED BY links_by_spending
              WHERE (spent_uses >= max_uses OR counted_bytes >= max_bytes) AND ended_ms > ?1) AS spent,
           (SELECT count(DISTINCT l.n) FROM link_revocations r JOIN links l ON l.id = r.value
              WHERE r.kind = 'link' AND l.ended_ms > ?1
                AND NOT coalesce(l.spent_uses >= l.max_uses OR l.counted_bytes >= l.max_bytes, 0)) AS revoked`,
      )
      .get(nowMs);
    if (row === undefined) return { active: 0, spent: 0, revoked: 0, expired: 0 };
    const [expired, spent, revoked] = [numberOf(row, 'expired'), numberOf(row, 'spent'), numberOf(row, 'revoked')];
    return { active: Math.max(0, numberOf(row, 'links') - expired - spent - revoked), spent, revoked, expired };
  }
}
