import type { Clock } from '../../world/clock.ts';
import {
  mostTemporary,
  type NewTemporary,
  type TemporaryQuery,
  type TemporaryRecord,
  type TemporaryStore,
  temporaryKeptMs,
  temporaryStateOf,
} from '../keys/temporary-store.ts';
import { readCursor, writeCursor } from '../links/link-cursor.ts';
import type { LinkStore, Page } from '../links/link-store.ts';
import type { MemoryKeys } from './memory-keys.ts';

type World = {
  readonly clock: Clock;
  readonly keys: Pick<MemoryKeys, 'readKey'>;
  readonly links: Pick<LinkStore, 'findSessionRevocation'>;
};

/** The model of what is known of temporary credentials. */
export class MemoryTemporary implements TemporaryStore {
  readonly #world: World;
  /** In the order that they were recorded in, by number. */
  readonly #issued = new Map<number, NewTemporary>();
  /** How many there are of each key. */
  readonly #held = new Map<string, number>();
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  record(issued: NewTemporary): Promise<number | 'full'> {
    const { parent, issuedAtMs } = issued;
    let held = this.#held.get(parent) ?? 0;
    if (held >= mostTemporary) {
      const [first] = [...this.#issued]
        .filter(([, one]) => one.parent === parent && (one.endsAtMs <= issuedAtMs || !this.#signs(one)))
        .sort(([, one], [, other]) => one.endsAtMs - other.endsAtMs);
      if (first === undefined) return Promise.resolve('full');
      this.#remove(...first);
      held -= 1;
    }
    this.#count += 1;
    this.#issued.set(this.#count, issued);
    this.#held.set(parent, held + 1);
    return Promise.resolve(held + 1);
  }

  find(accessKeyId: string): Promise<TemporaryRecord | undefined> {
    const found = [...this.#issued.values()].find((issued) => issued.accessKeyId === accessKeyId);
    return Promise.resolve(found === undefined ? undefined : this.#recordOf(found));
  }

  list(query: TemporaryQuery): Promise<Page<TemporaryRecord>> {
    // A bad cursor rejects, as it does in every engine.
    return new Promise((resolve) => resolve(this.#pageOf(query)));
  }

  #pageOf({ accountId, parent, states, cursor, limit }: TemporaryQuery): Page<TemporaryRecord> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(cursor).n;
    const wanted = [...this.#issued]
      .filter(([n]) => n < before)
      .map(([n, issued]) => ({ n, record: this.#recordOf(issued) }))
      .filter(
        ({ record }) =>
          (accountId === undefined || record.accountId === accountId) &&
          (parent === undefined || record.parent === parent) &&
          (states === undefined || states.includes(record.state)),
      )
      .reverse();
    const page = wanted.slice(0, limit);
    const last = page.length < wanted.length ? page.at(-1) : undefined;
    return {
      items: page.map(({ record }) => record),
      next: last === undefined ? undefined : writeCursor({ value: 0, n: last.n }),
    };
  }

  sweep(nowMs: number): Promise<void> {
    for (const [n, issued] of this.#issued) if (issued.endsAtMs < nowMs - temporaryKeptMs) this.#remove(n, issued);
    return Promise.resolve();
  }

  #remove(n: number, { parent }: NewTemporary): void {
    this.#issued.delete(n);
    this.#held.set(parent, (this.#held.get(parent) ?? 0) - 1);
  }

  #signs({ parent, parentSerial }: NewTemporary): boolean {
    return this.#world.keys.readKey(parent)?.secrets.some(({ serial }) => serial === parentSerial) === true;
  }

  #recordOf(issued: NewTemporary): TemporaryRecord {
    const { clock, keys, links } = this.#world;
    const { tokenHash, parent, endsAtMs } = issued;
    const revocation = links.findSessionRevocation(tokenHash, endsAtMs);
    const isAlive = this.#signs(issued) && keys.readKey(parent)?.record.disabledAtMs === undefined;
    const standing = { isRevoked: revocation !== undefined, isAlive, endsAtMs };
    return { ...issued, state: temporaryStateOf(standing, clock.nowMs()), revocation };
  }
}
