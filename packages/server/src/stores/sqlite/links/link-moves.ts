import type { ListView, Place } from '../../links/link-cursor.ts';
import type { Statements } from '../schema/connection.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf } from '../schema/rows.ts';
import type { movingSorts } from '../schema/schema-links.ts';

/** Changes of places that one step reads. */
const sliceMoves = 2_000;

/** How the ledger stands now. */
export function viewOf(sql: Statements): ListView {
  const row = sql.get('SELECT (SELECT max(at) FROM link_moves) AS moves, (SELECT max(n) FROM links) AS newest').get();
  return { moves: Number(row?.['moves'] ?? 0), newest: Number(row?.['newest'] ?? 0) };
}

/** The places that links had when the first page of a list was read, of those that have another one since (LDG-52). */
export class MovedPlaces {
  readonly #sql: Statements;
  readonly #sort: string;
  readonly #places = new Map<number, number>();
  #readTo: number;

  constructor(sql: Statements, sort: keyof typeof movingSorts, { moves }: Pick<ListView, 'moves'>) {
    this.#sql = sql;
    this.#sort = sort;
    this.#readTo = moves;
  }

  /** Reads on, for a few milliseconds at most. @returns whether it has read all that there is at this moment */
  readOn(): boolean {
    const row = this.#sql.get('SELECT min(at) AS first, max(at) AS last FROM link_moves').get();
    const last = Number(row?.['last'] ?? 0);
    // Of what came before the first that is kept nothing is known.
    const from = Math.max(this.#readTo, Number(row?.['first'] ?? 0) - 1);
    const to = Math.min(last, from + sliceMoves);
    const rows = this.#sql
      .get('SELECT link, value FROM link_moves WHERE at > ? AND at <= ? AND sort = ? ORDER BY at')
      .iterate(from, to, this.#sort);
    for (const move of rows) {
      const n = numberOf(move, 'link');
      // The first change since then has the place of then.
      if (!this.#places.has(n)) this.#places.set(n, numberOf(move, 'value'));
    }
    this.#readTo = Math.max(from, to);
    return this.#readTo >= last;
  }

  /** The value that a link had; undefined: the one that it has. */
  get(n: number): number | undefined {
    return this.#places.get(n);
  }

  /** Those for which `isWanted`, in an order. */
  sorted(isWanted: (place: Place) => boolean, compare: (one: Place, other: Place) => number): readonly Place[] {
    const places: Place[] = [];
    for (const [n, value] of this.#places) {
      const place = { value, n };
      if (isWanted(place)) places.push(place);
    }
    return places.sort(compare);
  }
}

/** Reads that must agree with each other, where other processes write between two of them. */
export function inOneView<Value>({ database }: Pick<Metadata, 'database'>, read: () => Value): Value {
  if (database.isTransaction) return read();
  database.exec('BEGIN');
  try {
    return read();
  } finally {
    database.exec('COMMIT');
  }
}
