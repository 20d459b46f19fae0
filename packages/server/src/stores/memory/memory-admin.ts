import type { Clock } from '../../world/clock.ts';
import {
  type AdminStore,
  type AuditEntry,
  type AuditQuery,
  auditKeptMs,
  mostAudit,
  mostOnce,
  type OnceAnswer,
  type OnceRequest,
  onceKeptMs,
  onceRunsMs,
  withChange,
} from '../admin/admin-store.ts';
import { eventIdOf, eventNumberOf } from '../links/link-cursor.ts';
import type { Page } from '../links/link-store.ts';

type Once = { readonly asked: string; readonly begunMs: number; answer: OnceAnswer | undefined };

/** The model of what the admin API keeps. */
export class MemoryAdmin implements AdminStore {
  readonly #clock: Clock;
  #audit: AuditEntry[] = [];
  #count = 0;
  readonly #once = new Map<string, Once>();
  #settings: Readonly<Record<string, unknown>> = {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  appendAudit(entries: readonly Omit<AuditEntry, 'id'>[]): Promise<void> {
    for (const entry of entries) {
      this.#count += 1;
      this.#audit.push({ ...entry, id: eventIdOf(entry.atMs, this.#count) });
    }
    return Promise.resolve();
  }

  listAudit(query: AuditQuery): Promise<Page<AuditEntry>> {
    // A bad cursor rejects, as it does in every engine.
    return new Promise((resolve) => resolve(this.#pageOf(query)));
  }

  #pageOf(query: AuditQuery): Page<AuditEntry> {
    const { accountId, actor, events, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER, cursor, limit, order } = query;
    const ordered = order === 'asc' ? this.#audit : this.#audit.toReversed();
    const after = cursor === undefined ? undefined : eventNumberOf(cursor);
    const found = ordered.filter(
      (entry) =>
        (after === undefined ||
          (order === 'asc' ? eventNumberOf(entry.id) > after : eventNumberOf(entry.id) < after)) &&
        (accountId === undefined || entry.accountId === accountId) &&
        (actor === undefined || entry.actor === actor) &&
        (events === undefined || events.includes(entry.event)) &&
        entry.atMs >= fromMs &&
        entry.atMs <= toMs,
    );
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? items.at(-1)?.id : undefined };
  }

  beginOnce({ name, asked }: OnceRequest): Promise<'begun' | 'running' | 'other-request' | OnceAnswer> {
    const nowMs = this.#clock.nowMs();
    const there = this.#once.get(name);
    if (there !== undefined && nowMs - there.begunMs < (there.answer === undefined ? onceRunsMs : onceKeptMs)) {
      if (there.asked !== asked) return Promise.resolve('other-request');
      return Promise.resolve(there.answer ?? 'running');
    }
    this.#once.delete(name);
    this.#once.set(name, { asked, begunMs: nowMs, answer: undefined });
    for (const oldest of this.#once.keys()) if (this.#once.size > mostOnce) this.#once.delete(oldest);
    return Promise.resolve('begun');
  }

  finishOnce(name: string, answer: OnceAnswer): Promise<void> {
    const there = this.#once.get(name);
    if (there !== undefined) there.answer = answer;
    return Promise.resolve();
  }

  forgetOnce(name: string): Promise<void> {
    if (this.#once.get(name)?.answer === undefined) this.#once.delete(name);
    return Promise.resolve();
  }

  readSettings(): Promise<Readonly<Record<string, unknown>>> {
    return Promise.resolve(this.#settings);
  }

  changeSettings(change: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    this.#settings = withChange(this.#settings, change);
    return Promise.resolve(this.#settings);
  }

  sweep(nowMs: number): Promise<void> {
    for (const [name, { begunMs }] of this.#once) if (begunMs < nowMs - onceKeptMs) this.#once.delete(name);
    this.#audit = this.#audit.filter(({ atMs }) => atMs >= nowMs - auditKeptMs).slice(-mostAudit);
    return Promise.resolve();
  }
}
