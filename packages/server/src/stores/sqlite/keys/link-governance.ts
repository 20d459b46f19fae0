import { isInTime, matchKeyOf } from '../../links/link-revocations.ts';
import type {
  LinkFacts,
  LinkPolicy,
  LinkRecord,
  LinkStore,
  Page,
  Revocation,
  RevocationMatch,
  Tightening,
} from '../../links/link-store.ts';
import { neverEndsMs, neverSeenMs } from '../../links/link-times.ts';
import { Pieces } from '../../upkeep/turns.ts';
import { bumpEpoch, bumpEpochForRemoval } from '../links/link-epoch.ts';
import { policyOf, revocationColumns, revocationOf } from '../links/link-image.ts';
import { matchingNumbers } from '../links/link-matches.ts';
import type { LinkRecords } from '../links/link-records.ts';
import { factsOf, insertLink, linkRoom, readTightening, selectWhole } from '../links/link-rows.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalNumber, optionalText, type Row } from '../schema/rows.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** What people do about links: registering, tightening, taking back, policies (LDG-30 to LDG-44). */
export class LinkGovernance {
  readonly #metadata: Metadata;
  readonly #records: LinkRecords;

  constructor(metadata: Metadata, records: LinkRecords) {
    this.#metadata = metadata;
    this.#records = records;
  }

  async register(link: LinkFacts, by: Parameters<LinkStore['register']>[1]): Promise<LinkRecord> {
    const { sql, clock } = this.#metadata;
    await this.#write(link.id, () => {
      const row = sql.get('SELECT n, registered_ms FROM links WHERE id = ?').get(link.id);
      if (row !== undefined && optionalNumber(row, 'registered_ms') !== undefined) return;
      const registeredAtMs = clock.nowMs();
      if (row === undefined) insertLink(sql, link, { seenAtMs: neverSeenMs, registeredAtMs, ...by });
      else {
        sql
          .get('UPDATE links SET registered_ms = ?, note = coalesce(note, ?), label = coalesce(label, ?) WHERE n = ?')
          .run(registeredAtMs, by.note ?? null, by.label ?? null, numberOf(row, 'n'));
      }
      bumpEpoch(this.#metadata);
    });
    const record = this.#records.read(link.id);
    if (record === undefined) throw new Error('A link that was registered is not in the ledger.');
    return record;
  }

  /** The terms of `change` replace those of an earlier one; none is ever wider than what was signed. */
  async tighten(id: string, change: Tightening): Promise<LinkRecord | undefined> {
    const { sql } = this.#metadata;
    const isKnown = await this.#write(id, () => {
      const row = sql.get(`${selectWhole} WHERE id = ?`).get(id);
      if (row === undefined) return false;
      const { expiresAtMs, limits } = factsOf(row);
      const terms: Tightening = { ...readTightening(optionalText(row, 'tightening')), ...change };
      const text = JSON.stringify(terms);
      sql
        .get('UPDATE links SET tightening = ?, ended_ms = ?, max_uses = ? WHERE n = ?')
        .run(
          text,
          Math.min(expiresAtMs ?? neverEndsMs, terms.expiresAtMs ?? neverEndsMs),
          usesAfter(row, limits.uses, terms.uses),
          numberOf(row, 'n'),
        );
      sql.get('INSERT OR REPLACE INTO link_tightenings (id, terms) VALUES (?, ?)').run(id, text);
      bumpEpoch(this.#metadata);
      return true;
    });
    return isKnown ? this.#records.read(id) : undefined;
  }

  revoke(revocation: Omit<Revocation, 'id' | 'atMs'>): Promise<Revocation> {
    const { sql, clock, random } = this.#metadata;
    const id = `rv_${Array.from(random.bytes(16), (byte) => alphabet[byte & 31]).join('')}`;
    const { kind, scope, value } = matchKeyOf(revocation.match);
    return this.#write(id, () => {
      const made = { ...revocation, id, atMs: clock.nowMs() };
      sql
        .get(
          `INSERT INTO link_revocations (id, kind, scope, value, before_ms, at_ms, by, reason, kept_until_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(id, kind, scope, value, made.beforeMs, made.atMs, made.by, made.reason ?? null, made.keptUntilMs ?? null);
      bumpEpoch(this.#metadata);
      return made;
    });
  }

  undoRevocation(id: string): Promise<boolean> {
    const { sql } = this.#metadata;
    return this.#write(id, () => {
      const { changes } = sql.get('DELETE FROM link_revocations WHERE id = ?').run(id);
      if (Number(changes) === 0) return false;
      bumpEpochForRemoval(this.#metadata);
      return true;
    });
  }

  readRevocation(id: string): Revocation | undefined {
    const row = this.#metadata.sql.get(`SELECT ${revocationColumns} FROM link_revocations WHERE id = ?`).get(id);
    return row === undefined ? undefined : revocationOf(row);
  }

  /** Newest first. */
  listRevocations({ cursor, limit }: { cursor: string | undefined; limit: number }): Page<Revocation> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    if (!Number.isSafeInteger(before)) return { items: [], next: undefined };
    const rows = this.#metadata.sql
      .get(`SELECT ${revocationColumns} FROM link_revocations WHERE n < ? ORDER BY n DESC LIMIT ?`)
      .all(before, limit + 1);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const next = rows.length > limit && last !== undefined ? String(numberOf(last, 'n')) : undefined;
    return { items: items.map(revocationOf), next };
  }

  async countMatches(
    match: RevocationMatch,
    beforeMs: number,
    most: number,
  ): Promise<{ matched: number; active: number }> {
    const { sql, clock } = this.#metadata;
    const read = sql.get(`${selectWhole} WHERE n = ?`);
    const pieces = new Pieces(clock);
    let [matched, active] = [0, 0];
    for (const n of matchingNumbers(sql, match)) {
      if (matched === most) break;
      if (pieces.isOver) await pieces.next();
      const row = read.get(n);
      if (row === undefined) continue;
      const firstSeenMs = numberOf(row, 'first_seen_ms');
      const seenMs = firstSeenMs === neverSeenMs ? undefined : firstSeenMs;
      if (!isInTime({ match, beforeMs }, optionalNumber(row, 'signed_ms'), () => seenMs)) continue;
      matched += 1;
      if (this.#records.stateOf(row, this.#records.revocationOf(row), clock.nowMs()) === 'active') active += 1;
    }
    return { matched, active };
  }

  putPolicy({ accessKeyId, name, limits }: Omit<LinkPolicy, 'changedAtMs'>): Promise<LinkPolicy> {
    const { sql, clock } = this.#metadata;
    return this.#write(accessKeyId, () => {
      const changedAtMs = clock.nowMs();
      sql
        .get(
          `INSERT INTO link_policies (akid, name, limits, changed_ms) VALUES (?, ?, ?, ?)
           ON CONFLICT (akid, name) DO UPDATE SET limits = excluded.limits, changed_ms = excluded.changed_ms`,
        )
        .run(accessKeyId, name, JSON.stringify(limits), changedAtMs);
      bumpEpoch(this.#metadata);
      return { accessKeyId, name, limits, changedAtMs };
    });
  }

  deletePolicy(accessKeyId: string, name: string): Promise<boolean> {
    const { sql } = this.#metadata;
    return this.#write(accessKeyId, () => {
      const { changes } = sql.get('DELETE FROM link_policies WHERE akid = ? AND name = ?').run(accessKeyId, name);
      if (Number(changes) === 0) return false;
      bumpEpoch(this.#metadata);
      return true;
    });
  }

  listPolicies(accessKeyId: string): readonly LinkPolicy[] {
    return this.#metadata.sql
      .get('SELECT akid, name, limits, changed_ms FROM link_policies WHERE akid = ? ORDER BY name')
      .all(accessKeyId)
      .map(policyOf);
  }

  #write<Value>(name: string, work: () => Value): Promise<Value> {
    return this.#metadata.commits.write({ room: linkRoom, names: [name] }, work);
  }
}

/** What the next claim will go by, as far as it is known now: it brings key's and policy's terms itself. */
function usesAfter(row: Row, signed: number | undefined, tightened: number | undefined): number | null {
  const known = optionalNumber(row, 'max_uses') ?? signed;
  if (tightened === undefined) return known ?? null;
  return Math.min(known ?? tightened, tightened);
}
