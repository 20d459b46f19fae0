import type { Revocable } from '../../links/link-revocations.ts';
import type { LinkRecord, LinkState, Revocation } from '../../links/link-store.ts';
import { neverSeenMs, stateOf } from '../../links/link-times.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
import type { LinkImage } from './link-image.ts';
import { factsOf, readTightening, selectWhole } from './link-rows.ts';
import { countsOf } from './request-files.ts';

/** What people see of an identity. */
const shownCharacters = 16;

/** Rows of the ledger as records. The image must be up to date. */
export class LinkRecords {
  readonly #metadata: Metadata;
  readonly #image: LinkImage;

  constructor(metadata: Metadata, image: LinkImage) {
    this.#metadata = metadata;
    this.#image = image;
  }

  /** By whole identity, or by its first 16 characters with or without `lk_`, `sh_` or `rq_`. */
  read(idOrShown: string): LinkRecord | undefined {
    const row = this.row(idOrShown);
    return row === undefined ? undefined : this.recordOf(row);
  }

  row(idOrShown: string): Row | undefined {
    const id = idOrShown.replace(/^(?:lk|sh|rq)_/, '');
    if (!/^[a-z2-7]+$/.test(id) || id.length < shownCharacters) return undefined;
    // After every character of an identity comes `~`.
    const [row, another] = this.#metadata.sql.get(`${selectWhole} WHERE id >= ? AND id < ? LIMIT 2`).all(id, `${id}~`);
    return another === undefined ? row : undefined;
  }

  byNumber(n: number): LinkRecord | undefined {
    const row = this.#metadata.sql.get(`${selectWhole} WHERE n = ?`).get(n);
    return row === undefined ? undefined : this.recordOf(row);
  }

  recordOf(row: Row): LinkRecord {
    const { sql, clock, sessionMs } = this.#metadata;
    const n = numberOf(row, 'n');
    const nowMs = clock.nowMs();
    const revocation = this.revocationOf(row);
    const open = sql
      .get('SELECT count(*) AS open FROM link_sessions WHERE link = ? AND closed = 0 AND last_ms + grace_ms >= ?')
      .get(n, sessionMs());
    const usesLimit = optionalNumber(row, 'max_uses');
    const facts = factsOf(row);
    // Of a file request the files that came are counted, not the requests that sent them (SHR-26).
    const came = facts.kind === 'request' ? countsOf(sql, facts.id) : undefined;
    const notedUses = usesLimit === undefined ? numberOf(row, 'noted_uses') : numberOf(row, 'spent_uses');
    return {
      ...facts,
      state: this.stateOf(row, revocation, nowMs),
      note: optionalText(row, 'note'),
      firstSeenMs: seenAt(numberOf(row, 'first_seen_ms')),
      lastSeenMs: seenAt(Math.max(numberOf(row, 'last_seen_ms'), numberOf(row, 'seen_ms'))),
      firstUsedMs: numberOf(row, 'first_used_ms') || undefined,
      lastUsedMs: numberOf(row, 'last_used_ms') || undefined,
      registeredAtMs: optionalNumber(row, 'registered_ms'),
      uses: {
        count: came?.files ?? notedUses,
        limit: usesLimit,
        open: came?.open ?? (open === undefined ? 0 : numberOf(open, 'open')),
      },
      bytes: {
        out: numberOf(row, 'bytes_out'),
        in: came?.bytes ?? numberOf(row, 'bytes_in'),
        limit: optionalNumber(row, 'max_bytes'),
      },
      clients: Math.max(numberOf(row, 'clients'), clientsIn(row['seen_clients'])),
      refusals: numberOf(row, 'refused') === 0 ? {} : this.#refusalsOf(n),
      tightening: readTightening(optionalText(row, 'tightening')),
      revocation,
    };
  }

  revocationOf(row: Row): Revocation | undefined {
    return this.#image.find(revocableOf(row), undefined, () => seenAt(numberOf(row, 'first_seen_ms')));
  }

  stateOf(row: Row, revocation: Revocation | undefined, nowMs: number): LinkState {
    return stateOf(
      {
        isRevoked: revocation !== undefined,
        endsAtMs: numberOf(row, 'ended_ms'),
        usesSpent: numberOf(row, 'spent_uses'),
        usesLimit: optionalNumber(row, 'max_uses'),
        bytesCounted: numberOf(row, 'counted_bytes'),
        bytesLimit: optionalNumber(row, 'max_bytes'),
      },
      nowMs,
    );
  }

  #refusalsOf(n: number): Record<string, number> {
    const rows = this.#metadata.sql.get('SELECT reason, count FROM link_refusals WHERE link = ?').all(n);
    return Object.fromEntries(rows.map((row) => [textOf(row, 'reason'), numberOf(row, 'count')]));
  }
}

function revocableOf(row: Row): Revocable {
  return {
    id: textOf(row, 'id'),
    accessKeyId: textOf(row, 'akid'),
    label: optionalText(row, 'label'),
    bucket: textOf(row, 'bucket'),
    key: textOf(row, 'key'),
    sessionTokenHash: optionalText(row, 'session_hash'),
    signedAtMs: optionalNumber(row, 'signed_ms'),
  };
}

function seenAt(seenMs: number): number | undefined {
  return seenMs === neverSeenMs ? undefined : seenMs;
}

function clientsIn(seen: unknown): number {
  return seen instanceof Uint8Array ? seen.length / 4 : 0;
}
