import { type LinkNotes, NoteBook, noteBounds, type RefusedCount } from '../../links/link-notes.ts';
import type { LinkEvent, LinkUseNote, RefusalNote } from '../../links/link-store.ts';
import { noteLatestTime } from '../commit/latest-time.ts';
import type { Statements } from '../schema/connection.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf } from '../schema/rows.ts';
import { takeOver } from './link-additions.ts';
import type { LinkClaims } from './link-claims.ts';
import { type EventRoom, type KnownLink, type PendingNotes, writeEvent, writeNotes } from './link-note-rows.ts';
import { linkRoom } from './link-rows.ts';

/** What was told waits no longer than this. */
const flushEveryMs = 1_000;
/** So many links are written without waiting. */
const flushAtLinks = 10_000;
/**
 * Links of one transaction: few milliseconds, so that requests are served in between (SEC-909). A link that was written before
 * costs a twentieth of one that is new.
 */
const sliceWeight = 2_000;
const newLinkWeight = 20;
/** Links whose rows are known to this process, and links whose place in the order waits to be brought up to date. */
const mostKnown = 20_000;
/** Rows that take over what was added, with each flush: so many, and a sixtieth of all that wait (LDG-65). */
const orderedAtOnce = 100;
/** Kinds of refused request of one hour; further ones count without bucket and key (LDG-63). */
const mostRefusalsOfHour = 500;

const touches = { room: linkRoom, names: ['ledger'] };

/** Notes in memory, and their way into the tables. */
export class LinkLedger {
  readonly #metadata: Metadata;
  readonly #claims: LinkClaims;
  #book = new NoteBook();
  #writing: NoteBook | undefined;
  readonly #known = new Map<string, KnownLink>();
  /** Numbers of links that something was added to: the order by time last seen has them at an earlier place (LDG-65). */
  readonly #behind = new Set<number>();
  #flushing: Promise<void> | undefined;
  /** Since when what is in the book, and what is being written, waits. */
  #waitsSinceMs: number | undefined;
  #writesSinceMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(metadata: Metadata, claims: LinkClaims) {
    this.#metadata = metadata;
    this.#claims = claims;
  }

  note(use: LinkUseNote): void {
    this.#book.note(use);
    if (this.#book.links.size >= flushAtLinks) this.#flushSoon(0);
    else this.#flushSoon(flushEveryMs);
  }

  refuse(note: RefusalNote): void {
    this.#book.refuse(note);
    this.#flushSoon(flushEveryMs);
  }

  append(event: Omit<LinkEvent, 'id' | 'count'>): void {
    this.#book.append(event);
    this.#flushSoon(flushEveryMs);
  }

  /** A claim was made: its session must be kept from looking idle. */
  keepAlive(): void {
    this.#flushSoon(flushEveryMs);
  }

  /** When a link was first seen, as far as that is not written yet. */
  findFirstSeen(id: string): number | undefined {
    return (this.#writing?.links.get(id) ?? this.#book.links.get(id))?.firstSeenMs;
  }

  /** How much waits, for those who want to read what was told. */
  get waiting(): number {
    return this.#book.links.size + this.#book.events.length + this.#book.refusals.size;
  }

  /** How long the oldest of it has waited. */
  get lagMs(): number {
    const sinceMs = this.#writesSinceMs ?? this.#waitsSinceMs;
    return sinceMs === undefined ? 0 : this.#metadata.clock.monotonicMs() - sinceMs;
  }

  holds(id: string): boolean {
    return this.#book.links.has(id) || this.#writing?.links.has(id) === true;
  }

  async flush(): Promise<void> {
    // What was told before this call may be in the book that is being written, or in the next.
    while (this.#flushing !== undefined) await this.#flushing;
    this.#flushing = this.#writeBook().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    await this.flush();
    while (this.#behind.size > 0) await this.order(sliceWeight / newLinkWeight);
  }

  #flushSoon(delayMs: number): void {
    this.#waitsSinceMs ??= this.#metadata.clock.monotonicMs();
    if (this.#isClosed || (this.#cancelTimer !== undefined && delayMs > 0)) return;
    if (delayMs === 0 && this.#flushing !== undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#metadata.clock.after(delayMs, () => {
      this.#cancelTimer = undefined;
      this.flush().then(
        () => this.#goOn(),
        // What could not be written is back in the book.
        () => this.#goOn(),
      );
    });
  }

  #goOn(): void {
    if (!this.#book.isEmpty || this.#behind.size > 0 || this.#claims.hasRunning) this.#flushSoon(flushEveryMs);
  }

  async #writeBook(): Promise<void> {
    const { commits } = this.#metadata;
    const book = this.#book;
    await this.order(Math.max(orderedAtOnce, Math.ceil(this.#behind.size / 60)));
    this.#writesSinceMs = this.#waitsSinceMs;
    this.#waitsSinceMs = undefined;
    if (book.isEmpty && !this.#claims.hasRunning) {
      this.#writesSinceMs = undefined;
      return;
    }
    this.#book = new NoteBook();
    this.#writing = book;
    const written: (readonly PendingNotes[])[] = [];
    try {
      await commits.write(touches, () => {
        this.#claims.beat();
        this.#writeRest(book);
        noteLatestTime(this.#metadata);
      });
      book.refusals.clear();
      const room: EventRoom = { book, firstUses: noteBounds.firstUses };
      for (const slice of this.#slicesOf(book.links.values())) {
        await this.#writeSlice(slice, room);
        written.push(slice);
      }
      const overflow = book.overflow();
      if (overflow !== undefined) await commits.write(touches, () => writeEvent(this.#metadata.sql, overflow));
    } catch (error) {
      for (const { notes } of written.flat()) book.links.delete(notes.link.id);
      this.#book.takeBack(book);
      this.#waitsSinceMs = this.#writesSinceMs;
      throw error;
    } finally {
      this.#writesSinceMs = undefined;
      this.#writing = undefined;
    }
  }

  /** What an earlier process left beside the rows is taken over little by little, as what this one adds. */
  takeUp(): void {
    const left = this.#metadata.sql.get(`SELECT link FROM link_additions LIMIT ${mostKnown}`).all();
    for (const row of left) this.#behind.add(numberOf(row, 'link'));
    if (left.length > 0) this.#flushSoon(flushEveryMs);
  }

  /** Brings the order by time last seen up to date for so many links. */
  async order(most: number): Promise<void> {
    if (this.#behind.size === 0) return;
    const numbers: number[] = [];
    for (const n of this.#behind) {
      if (numbers.length === most) break;
      numbers.push(n);
      this.#behind.delete(n);
    }
    await this.#metadata.commits.write(touches, () => {
      for (const n of numbers) takeOver(this.#metadata.sql, n);
    });
  }

  *#slicesOf(waiting: Iterable<LinkNotes>): Iterable<readonly PendingNotes[]> {
    let slice: PendingNotes[] = [];
    let weight = 0;
    for (const notes of waiting) {
      const known = this.#known.get(notes.link.id);
      slice.push({ notes, known });
      weight += known === undefined ? newLinkWeight : 1;
      if (weight < sliceWeight) continue;
      yield slice;
      slice = [];
      weight = 0;
    }
    if (slice.length > 0) yield slice;
  }

  async #writeSlice(slice: readonly PendingNotes[], room: EventRoom): Promise<void> {
    const { sql, commits } = this.#metadata;
    const mayWait = (n: number): boolean => this.#behind.size < mostKnown || this.#behind.has(n);
    const written = await commits.write(touches, () => writeNotes(sql, slice, mayWait, room));
    for (const [index, { notes, known }] of slice.entries()) {
      const now = written[index];
      if (now === undefined) {
        if (known !== undefined) this.#behind.add(known.n);
        continue;
      }
      if (this.#known.size >= mostKnown) this.#known.clear();
      this.#known.set(notes.link.id, now);
      this.#behind.delete(now.n);
    }
  }

  #writeRest(book: NoteBook): void {
    const { sql } = this.#metadata;
    for (const refused of book.refusals.values()) writeRefusals(sql, refused);
    for (const event of book.events) writeEvent(sql, event);
  }
}

function writeRefusals(sql: Statements, { fromMs, reason, bucket, accessKeyId, count, lastMs }: RefusedCount): void {
  const { changes } = sql
    .get(
      `UPDATE refused_requests SET count = count + ?, last_ms = max(last_ms, ?)
       WHERE from_ms = ? AND to_ms = ? AND reason = ? AND bucket = ? AND akid = ?`,
    )
    .run(count, lastMs, fromMs, fromMs + 3_600_000, reason, bucket, accessKeyId);
  if (Number(changes) > 0) return;
  const row = sql.get('SELECT count(*) AS kinds FROM refused_requests WHERE from_ms = ?').get(fromMs);
  const isFull = row !== undefined && numberOf(row, 'kinds') >= mostRefusalsOfHour;
  sql
    .get(
      `INSERT INTO refused_requests (from_ms, to_ms, reason, bucket, akid, count, last_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (from_ms, to_ms, reason, bucket, akid)
       DO UPDATE SET count = count + excluded.count, last_ms = max(last_ms, excluded.last_ms)`,
    )
    .run(fromMs, fromMs + 3_600_000, reason, isFull ? '' : bucket, isFull ? '' : accessKeyId, count, lastMs);
}
