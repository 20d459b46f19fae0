import { isInTime } from '../../links/link-revocations.ts';
import { neverSeenMs } from '../../links/link-times.ts';
import type { Pieces } from '../../upkeep/turns.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalNumber, type Row } from '../schema/rows.ts';
import { type LinkImage, revocationColumns, revocationOf } from './link-image.ts';
import { matchingNumbers } from './link-matches.ts';
import type { LinkRecords } from './link-records.ts';

/** Rows that one read takes. */
const sliceRows = 200;
const chunkBits = 16;

/** Numbers of links, a bit each. */
class LinkNumbers {
  readonly #chunks = new Map<number, Uint8Array>();

  get isEmpty(): boolean {
    return this.#chunks.size === 0;
  }

  add(n: number): void {
    const at = Math.floor(n / 2 ** chunkBits);
    let chunk = this.#chunks.get(at);
    if (chunk === undefined) {
      chunk = new Uint8Array(2 ** (chunkBits - 3));
      this.#chunks.set(at, chunk);
    }
    const bit = n % 2 ** chunkBits;
    chunk[bit >> 3] = (chunk[bit >> 3] ?? 0) | (1 << (bit & 7));
  }

  *[Symbol.iterator](): Iterator<number> {
    for (const [at, chunk] of this.#chunks) {
      for (const [index, byte] of chunk.entries()) {
        for (let bits = byte, bit = 0; bits > 0; bits >>= 1, bit += 1) {
          if ((bits & 1) === 1) yield at * 2 ** chunkBits + index * 8 + bit;
        }
      }
    }
  }

  has(n: number): boolean {
    const bit = n % 2 ** chunkBits;
    return (((this.#chunks.get(Math.floor(n / 2 ** chunkBits))?.[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  }
}

/**
 * Which links of the ledger a revocation covers, for counting: found once from the revocations, through the indexes of what they
 * match, and kept while none is made or undone. Links that were written since are looked at one by one.
 */
export class RevokedLinks {
  readonly #metadata: Metadata;
  readonly #records: LinkRecords;
  readonly #image: LinkImage;
  #numbers = new LinkNumbers();
  /** What `#numbers` hold for: the epoch, and links up to this one. */
  #epoch = -1;
  #newest = 0;

  constructor(metadata: Metadata, records: LinkRecords, image: LinkImage) {
    this.#metadata = metadata;
    this.#records = records;
    this.#image = image;
  }

  get isEmpty(): boolean {
    return this.#numbers.isEmpty;
  }

  has(n: number): boolean {
    return this.#numbers.has(n);
  }

  /** All of them, some at a time. */
  *slices(most: number): Iterable<readonly number[]> {
    let slice: number[] = [];
    for (const n of this.#numbers) {
      if (slice.push(n) < most) continue;
      yield slice;
      slice = [];
    }
    if (slice.length > 0) yield slice;
  }

  /** Brings it up to date, as of the epoch and the newest link of this moment or a later one. */
  async refresh(pieces: Pieces): Promise<void> {
    const { sql } = this.#metadata;
    const epoch = this.#image.refresh();
    const newest = Number(sql.get('SELECT max(n) AS newest FROM links').get()?.['newest'] ?? 0);
    if (epoch === this.#epoch) {
      await this.#readNew(newest, pieces);
      return;
    }
    const numbers = new LinkNumbers();
    const readRevocations = sql.get(
      `SELECT ${revocationColumns} FROM link_revocations WHERE n > ? ORDER BY n LIMIT ${sliceRows}`,
    );
    for (let after = 0; ; ) {
      const rows = readRevocations.all(after);
      for (const row of rows) {
        after = numberOf(row, 'n');
        await this.#addCovered(row, numbers, pieces);
      }
      if (rows.length < sliceRows) break;
    }
    this.#numbers = numbers;
    this.#epoch = epoch;
    this.#newest = newest;
  }

  async #addCovered(row: Row, numbers: LinkNumbers, pieces: Pieces): Promise<void> {
    const { sql } = this.#metadata;
    const revocation = revocationOf(row);
    const read = sql.get('SELECT signed_ms, first_seen_ms FROM links WHERE n = ?');
    for (const n of matchingNumbers(sql, revocation.match)) {
      if (pieces.isOver) await pieces.next();
      const link = read.get(n);
      if (link === undefined) continue;
      const seenMs = numberOf(link, 'first_seen_ms');
      const firstSeenMs = seenMs === neverSeenMs ? undefined : seenMs;
      if (isInTime(revocation, optionalNumber(link, 'signed_ms'), () => firstSeenMs)) numbers.add(n);
    }
    if (pieces.isOver) await pieces.next();
  }

  async #readNew(newest: number, pieces: Pieces): Promise<void> {
    const read = this.#metadata.sql.get(
      `SELECT n, id, akid, label, bucket, key, session_hash, signed_ms, first_seen_ms FROM links
       WHERE n > ? AND n <= ? ORDER BY n LIMIT ${sliceRows}`,
    );
    while (this.#newest < newest) {
      const rows = read.all(this.#newest, newest);
      for (const row of rows) {
        const n = numberOf(row, 'n');
        if (this.#records.revocationOf(row) !== undefined) this.#numbers.add(n);
        this.#newest = n;
      }
      if (rows.length < sliceRows) this.#newest = newest;
      if (pieces.isOver) await pieces.next();
    }
  }
}
