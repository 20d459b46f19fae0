import type { Owner } from '../../objects/object-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { textOf } from '../schema/rows.ts';

/** Most display names that are kept in memory. */
const maxKnown = 10_000;

/** Display names of the accounts that own things. The first name an account is seen with stays. */
export class Owners {
  readonly #known = new Map<string, string>();

  /** Inside a transaction: makes sure that the account has a row. */
  ensure(metadata: Metadata, owner: Owner): void {
    if (this.#known.has(owner.id)) return;
    metadata.sql
      .get('INSERT OR IGNORE INTO accounts (id, display_name) VALUES (?, ?)')
      .run(owner.id, owner.displayName);
    // Read back when the transaction has ended, so that the next writes of this owner need not make sure again.
    queueMicrotask(() => this.#readBack(metadata, owner.id));
  }

  /** The account as S3 shows it; one that nothing knows has no name. */
  read(metadata: Metadata, id: string): Owner {
    return this.find(metadata, id) ?? { id, displayName: '' };
  }

  /** undefined: nothing knows such an account. */
  find(metadata: Metadata, id: string): Owner | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return { id, displayName: known };
    const row = metadata.sql.get('SELECT display_name FROM accounts WHERE id = ?').get(id);
    if (row === undefined) return undefined;
    const displayName = textOf(row, 'display_name');
    // What a transaction sees may still be rolled back.
    if (!metadata.commits.isWriting) {
      if (this.#known.size >= maxKnown) this.#known.clear();
      this.#known.set(id, displayName);
    }
    return { id, displayName };
  }

  #readBack(metadata: Metadata, id: string): void {
    if (metadata.commits.isWriting || !metadata.database.isOpen) return;
    try {
      this.read(metadata, id);
    } catch {
      // Nobody waits for this look: the next write makes sure again.
    }
  }
}
