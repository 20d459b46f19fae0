import { limitsFromJson } from '@tidegate/presign/internal';
import {
  exactMatchesOf,
  isInTime,
  type MatchKey,
  matchKeyOf,
  matchOfKey,
  type Revocable,
} from '../../links/link-revocations.ts';
import type { LinkPolicy, Revocation, Tightening } from '../../links/link-store.ts';
import type { Statements } from '../schema/connection.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readEpoch } from './link-epoch.ts';
import { readTightening } from './link-rows.ts';

/** Most rows of a kind that are kept in memory; beyond them each is looked up in its index (LDG-41). */
const defaultMost = 50_000;
const mostPolicies = 1_000;

export const revocationColumns = 'n, id, kind, scope, value, before_ms, at_ms, by, reason, kept_until_ms';

export function revocationOf(row: Row): Revocation {
  return {
    id: textOf(row, 'id'),
    match: matchOfKey(textOf(row, 'kind'), textOf(row, 'scope'), textOf(row, 'value')),
    beforeMs: numberOf(row, 'before_ms'),
    atMs: numberOf(row, 'at_ms'),
    by: textOf(row, 'by'),
    reason: optionalText(row, 'reason'),
    keptUntilMs: optionalNumber(row, 'kept_until_ms'),
  };
}

type Numbered = { readonly n: number; readonly revocation: Revocation };

/**
 * What every presigned request is judged by, in memory: one row is read to know whether it is still true, and only what
 * was added since is read when it is not.
 */
export class LinkImage {
  readonly #sql: Statements;
  readonly #most: number;
  readonly #changed: ReturnType<Statements['get']>;
  #epoch = -1;
  #dropped = -1;
  #isCommitted = true;
  #lastRevocation = 0;
  #lastTightening = 0;
  /** Exact kinds by their three texts; undefined: too many. */
  #exact: Map<string, Numbered[]> | undefined = new Map();
  #exactCount = 0;
  /** By bucket, then by prefix. */
  #prefixes = new Map<string, Map<string, Numbered[]>>();
  #tightenings: Map<string, Tightening> | undefined = new Map();
  #policies = new Map<string, LinkPolicy | undefined>();

  constructor(sql: Statements, most = defaultMost) {
    this.#sql = sql;
    this.#most = most;
    this.#changed = sql.get('SELECT 1 FROM link_epoch WHERE one = 1 AND value <> ?');
  }

  /** Brings it up to date. @returns the epoch that it stands for */
  refresh(where: 'inside a transaction' | 'outside' = 'outside'): number {
    // Asked so that the usual answer is no row: making one costs as much again as looking.
    const isChanged = this.#changed.get(this.#epoch) !== undefined;
    if (!isChanged && (this.#isCommitted || where !== 'outside')) return this.#epoch;
    const epoch = readEpoch(this.#sql);
    const row = this.#sql.get('SELECT dropped FROM link_epoch WHERE one = 1').get();
    const dropped = row === undefined ? 0 : numberOf(row, 'dropped');
    if (dropped !== this.#dropped || !this.#isCommitted) this.#forget();
    // What a transaction shows may be rolled back, and its epoch be given out again for another change.
    this.#isCommitted = where === 'outside';
    this.#dropped = dropped;
    this.#policies.clear();
    this.#loadRevocations();
    this.#loadTightenings();
    this.#epoch = epoch;
    return epoch;
  }

  /** The earliest revocation that covers the link. `firstSeenMs` is asked only where it decides. */
  find(
    link: Revocable,
    keyAskedFor: string | undefined,
    firstSeenMs: () => number | undefined,
  ): Revocation | undefined {
    let found: Numbered | undefined;
    const consider = (list: readonly Numbered[] | undefined): void => {
      for (const numbered of list ?? []) {
        if (found !== undefined && found.n < numbered.n) continue;
        if (isInTime(numbered.revocation, link.signedAtMs, firstSeenMs)) found = numbered;
      }
    };
    if (this.#exact === undefined) {
      for (const key of exactMatchesOf(link, keyAskedFor)) consider(this.#lookUp(key));
    } else if (this.#exact.size > 0) {
      for (const key of exactMatchesOf(link, keyAskedFor)) consider(this.#exact.get(textOfKey(key)));
    }
    const prefixes = this.#prefixes.size === 0 ? undefined : this.#prefixes.get(link.bucket);
    if (prefixes !== undefined) {
      considerPrefixes(prefixes, link.key, consider);
      if (keyAskedFor !== undefined && keyAskedFor !== link.key) considerPrefixes(prefixes, keyAskedFor, consider);
    }
    return found?.revocation;
  }

  /** Those of temporary credentials, the earliest first. */
  revocationsOfSession(tokenHash: string): readonly Revocation[] {
    if (this.#exact?.size === 0) return [];
    const key = matchKeyOf({ kind: 'session', tokenHash });
    const found = this.#exact === undefined ? this.#lookUp(key) : (this.#exact.get(textOfKey(key)) ?? []);
    return found.map(({ revocation }) => revocation);
  }

  /** All of them, when there are no more than `most`. */
  all(most: number): readonly Revocation[] | undefined {
    if (this.#exact === undefined || this.#exactCount > most) return undefined;
    const lists = [
      ...this.#exact.values(),
      ...[...this.#prefixes.values()].flatMap((prefixes) => [...prefixes.values()]),
    ];
    const all = lists.flat();
    return all.length > most ? undefined : all.map(({ revocation }) => revocation);
  }

  tighteningOf(id: string): Tightening | undefined {
    if (this.#tightenings !== undefined) return this.#tightenings.size === 0 ? undefined : this.#tightenings.get(id);
    const row = this.#sql.get('SELECT terms FROM link_tightenings WHERE id = ?').get(id);
    return row === undefined ? undefined : readTightening(textOf(row, 'terms'));
  }

  policyOf(accessKeyId: string, name: string): LinkPolicy | undefined {
    const key = `${accessKeyId}\n${name}`;
    if (this.#policies.has(key)) return this.#policies.get(key);
    const row = this.#sql
      .get('SELECT akid, name, limits, changed_ms FROM link_policies WHERE akid = ? AND name = ?')
      .get(accessKeyId, name);
    const policy = row === undefined ? undefined : policyOf(row);
    if (this.#policies.size >= mostPolicies) this.#policies.clear();
    this.#policies.set(key, policy);
    return policy;
  }

  #forget(): void {
    this.#lastRevocation = 0;
    this.#lastTightening = 0;
    this.#exact = new Map();
    this.#exactCount = 0;
    this.#prefixes = new Map();
    this.#tightenings = new Map();
  }

  #loadRevocations(): void {
    const rows = this.#sql
      .get(`SELECT ${revocationColumns} FROM link_revocations WHERE n > ? ORDER BY n`)
      .iterate(this.#lastRevocation);
    for (const row of rows) {
      const n = numberOf(row, 'n');
      this.#lastRevocation = n;
      const kind = textOf(row, 'kind');
      if (this.#exact === undefined && kind !== 'prefix') continue;
      this.#put({ n, revocation: revocationOf(row) });
    }
  }

  #put(numbered: Numbered): void {
    const key = matchKeyOf(numbered.revocation.match);
    if (key.kind === 'prefix') {
      const prefixes = this.#prefixes.get(key.scope) ?? new Map<string, Numbered[]>();
      this.#prefixes.set(key.scope, prefixes);
      append(prefixes, key.value, numbered);
      return;
    }
    if (this.#exact === undefined) return;
    this.#exactCount += 1;
    if (this.#exactCount > this.#most) this.#exact = undefined;
    else append(this.#exact, textOfKey(key), numbered);
  }

  #lookUp({ kind, scope, value }: MatchKey): readonly Numbered[] {
    return this.#sql
      .get(`SELECT ${revocationColumns} FROM link_revocations WHERE kind = ? AND scope = ? AND value = ? ORDER BY n`)
      .all(kind, scope, value)
      .map((row) => ({ n: numberOf(row, 'n'), revocation: revocationOf(row) }));
  }

  #loadTightenings(): void {
    const rows = this.#sql
      .get('SELECT n, id, terms FROM link_tightenings WHERE n > ? ORDER BY n')
      .iterate(this.#lastTightening);
    for (const row of rows) {
      this.#lastTightening = numberOf(row, 'n');
      if (this.#tightenings === undefined) continue;
      this.#tightenings.set(textOf(row, 'id'), readTightening(textOf(row, 'terms')));
      if (this.#tightenings.size > this.#most) this.#tightenings = undefined;
    }
  }
}

function considerPrefixes(
  prefixes: ReadonlyMap<string, readonly Numbered[]>,
  key: string,
  consider: (list: readonly Numbered[] | undefined) => void,
): void {
  // Few prefixes: each is compared. Many: each beginning of the key is looked up.
  if (prefixes.size <= key.length) {
    for (const [prefix, list] of prefixes) if (key.startsWith(prefix)) consider(list);
    return;
  }
  for (let length = 0; length <= key.length; length += 1) consider(prefixes.get(key.slice(0, length)));
}

function textOfKey({ kind, scope, value }: MatchKey): string {
  return `${kind}\n${scope}\n${value}`;
}

function append(map: Map<string, Numbered[]>, key: string, numbered: Numbered): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [numbered]);
  else list.push(numbered);
}

export function policyOf(row: Row): LinkPolicy {
  return {
    accessKeyId: textOf(row, 'akid'),
    name: textOf(row, 'name'),
    limits: limitsFromJson(textOf(row, 'limits')),
    changedAtMs: numberOf(row, 'changed_ms'),
  };
}
