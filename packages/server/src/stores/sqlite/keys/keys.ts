import { boundsOf, ceilingsLeftBy, type Kept } from '../../keys/key-rights.ts';
import {
  type AccountRecord,
  type KeyChange,
  type KeyDetails,
  KeyExists,
  type KeyPage,
  type KeyQuery,
  type KeyRecord,
  type KeyStore,
  type KeyWithSecret,
  type NewKey,
} from '../../keys/key-store.ts';
import type { Secret } from '../../keys/secret.ts';
import { readKeyCursor, writeKeyCursor } from '../../links/link-cursor.ts';
import type { Owner } from '../../objects/object-store.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import { Pieces } from '../../upkeep/turns.ts';
import { bumpEpoch } from '../links/link-epoch.ts';
import type { Metadata } from '../schema/metadata.ts';
import { keySum } from '../schema/row-sums.ts';
import { numberOf, optionalNumber, type Row, textOf } from '../schema/rows.ts';
import { keyColumns, readStoredRights, recordOf, writeCeilings, writeGovernance, writeReach } from './key-rows.ts';
import { KeySecrets, secretRecordOf } from './key-secrets.ts';
import { KeyUses } from './key-uses.ts';

/** The room of keys among what writes touch; no bucket has such a name. */
const room = ' keys';
/** Most keys whose opened secrets are kept in memory. */
const maxOpened = 10_000;

type Opened = {
  readonly changed: number;
  /** Of the changes that it was found unchanged at. */
  stamp: number;
  /** When one of its secrets retires. */
  readonly untilMs: number;
  readonly key: KeyWithSecret | undefined;
};

/** Columns that a change of a key writes. */
type Changed = {
  readonly role?: string;
  readonly reach?: string;
  readonly governance?: string | null;
  readonly made_by?: string | null;
  readonly ceilings?: string | null;
  readonly note?: string | null;
  readonly disabled_ms?: number | null;
};

/** Keys in the metadata, their secrets sealed under the master key. */
export class SqliteKeys implements KeyStore {
  readonly #metadata: Metadata;
  readonly #secrets: KeySecrets;
  readonly #uses: KeyUses;
  /** Opened keys by id. A change numbers the row anew, so an old entry never counts again. */
  readonly #opened = new Map<string, Opened>();

  constructor(metadata: Metadata, masterKey: Uint8Array) {
    this.#metadata = metadata;
    this.#secrets = new KeySecrets(metadata, masterKey);
    this.#uses = new KeyUses(metadata);
  }

  async createKey(key: NewKey, account?: Owner): Promise<KeyRecord> {
    const { random, commits, sql } = this.#metadata;
    const { accessKeyId } = key;
    const sealed = this.#secrets.seal(accessKeyId, 1, key.secret);
    const newAccountId = account?.id ?? Buffer.from(random.bytes(32)).toString('hex');
    const outcome = await commits.write({ room, names: [accessKeyId] }, () => {
      if (sql.get('SELECT 1 FROM access_keys WHERE akid = ?').get(accessKeyId) !== undefined) return 'exists';
      const owner = this.#accountFor(key.accountName, {
        id: newAccountId,
        displayName: account?.displayName ?? key.accountName,
      });
      this.#insert(key, owner.id);
      this.#secrets.insert(accessKeyId, 1, sealed);
      return this.#recordNow(accessKeyId);
    });
    if (outcome === 'exists' || outcome === undefined) throw new KeyExists(accessKeyId);
    return outcome;
  }

  readKey(accessKeyId: string): KeyWithSecret | undefined | Promise<KeyWithSecret | undefined> {
    const barrier = this.#metadata.commits.barrier(room, accessKeyId);
    return barrier === undefined ? this.#read(accessKeyId) : barrier.then(() => this.#read(accessKeyId));
  }

  async describeKey(accessKeyId: string): Promise<KeyDetails | undefined> {
    await this.#metadata.commits.barrier(room, accessKeyId);
    const row = this.#row(accessKeyId);
    return row === undefined ? undefined : this.#detailsOf(row);
  }

  async listKeys(): Promise<readonly KeyDetails[]> {
    await this.#metadata.commits.barrier(room, 'all');
    return this.#metadata.sql
      .get('SELECT akid FROM access_keys ORDER BY created_ms, akid')
      .all()
      .flatMap((row) => this.#listed(textOf(row, 'akid')));
  }

  async pageKeys({ accountId, cursor, limit }: KeyQuery): Promise<KeyPage> {
    await this.#metadata.commits.barrier(room, 'all');
    const { sql, clock } = this.#metadata;
    const pieces = new Pieces(clock);
    const after = cursor === undefined ? { createdMs: -1, accessKeyId: '' } : readKeyCursor(cursor);
    const account = accountId ?? null;
    const rows = sql
      .get(
        `SELECT akid, created_ms FROM access_keys
         WHERE (?1 IS NULL OR account = ?1) AND (created_ms, akid) > (?2, ?3) ORDER BY created_ms, akid LIMIT ?4`,
      )
      .all(account, after.createdMs, after.accessKeyId, limit + 1);
    const counted = sql.get('SELECT count(*) AS n FROM access_keys WHERE ?1 IS NULL OR account = ?1').get(account);
    const items: KeyDetails[] = [];
    for (const row of rows.slice(0, limit)) {
      if (pieces.isOver) await pieces.next();
      items.push(...this.#listed(textOf(row, 'akid')));
    }
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    const next =
      last === undefined
        ? undefined
        : writeKeyCursor({ createdMs: numberOf(last, 'created_ms'), accessKeyId: textOf(last, 'akid') });
    return { items, next, total: counted === undefined ? 0 : numberOf(counted, 'n') };
  }

  async accessKeyIds(accountId: string): Promise<readonly string[]> {
    await this.#metadata.commits.barrier(room, 'all');
    const rows = this.#metadata.sql.get('SELECT akid FROM access_keys WHERE account = ?').all(accountId);
    return rows.map((row) => textOf(row, 'akid'));
  }

  setKeyEnabled(accessKeyId: string, state: 'enabled' | 'disabled'): Promise<KeyRecord | undefined> {
    const { clock } = this.#metadata;
    return this.#change(accessKeyId, (row) => {
      const disabledAtMs = state === 'enabled' ? null : (optionalNumber(row, 'disabled_ms') ?? clock.nowMs());
      this.#write(row, { disabled_ms: disabledAtMs });
      return this.#recordNow(accessKeyId);
    });
  }

  editKey(accessKeyId: string, change: KeyChange): Promise<KeyRecord | undefined> {
    return this.#change(accessKeyId, (row) => {
      const { role, buckets, prefixes, note, governance } = { ...recordOf(row), ...change };
      const reach = writeReach({ buckets, prefixes });
      this.#write(row, { role, reach, governance: writeGovernance(governance), note: note ?? null });
      return this.#recordNow(accessKeyId);
    });
  }

  async rotateKey(
    accessKeyId: string,
    { secret, retireAtMs }: { readonly secret: Secret; readonly retireAtMs: number },
  ): Promise<KeyDetails | 'missing' | 'two-live'> {
    const { clock } = this.#metadata;
    const outcome = await this.#change(accessKeyId, (row) => {
      this.#secrets.removeRetired(accessKeyId, clock.nowMs());
      const [newest, ...older] = this.#secrets.rows(accessKeyId);
      if (older.length > 0) return 'two-live';
      const generation = newest === undefined ? 1 : numberOf(newest, 'generation') + 1;
      if (newest !== undefined) this.#secrets.retireAt(accessKeyId, newest, retireAtMs);
      this.#secrets.insert(accessKeyId, generation, this.#secrets.seal(accessKeyId, generation, secret));
      return this.#detailsOf(row);
    });
    return outcome ?? 'missing';
  }

  retireSecrets(accessKeyId: string): Promise<KeyDetails | undefined> {
    return this.#change(accessKeyId, (row) => {
      this.#secrets.removeRetired(accessKeyId, Number.MAX_SAFE_INTEGER);
      return this.#detailsOf(row);
    });
  }

  async deleteKey(accessKeyId: string): Promise<'deleted' | 'missing'> {
    const { sql } = this.#metadata;
    const outcome = await this.#change(accessKeyId, (row) => {
      const gone = readStoredRights(row);
      const left = ceilingsLeftBy(gone, accessKeyId);
      for (const { akid } of sql.get('SELECT akid FROM access_keys WHERE made_by = ?').all(accessKeyId)) {
        const child = this.#row(String(akid));
        if (child === undefined) throw new DamagedRow('access_keys');
        const ceilings = writeCeilings([...readStoredRights(child).ceilings, ...left]);
        this.#write(child, { made_by: gone.madeBy ?? null, ceilings });
      }
      sql.get('DELETE FROM key_secrets WHERE akid = ?').run(accessKeyId);
      sql.get('DELETE FROM access_keys WHERE akid = ?').run(accessKeyId);
      return 'deleted' as const;
    });
    this.#opened.delete(accessKeyId);
    return outcome ?? 'missing';
  }

  noteUse(serial: number): void {
    this.#uses.note(serial);
  }

  flush(): Promise<void> {
    return this.#uses.flush();
  }

  /** The keys share the store's database, which closes once for all. */
  async close(): Promise<void> {
    this.#opened.clear();
    await this.#uses.flush();
    await this.#metadata.commits.settle();
  }

  /** A change of one key: it, and every key below it, is read anew from the next request on, and so is what its links may do. */
  #change<Outcome>(accessKeyId: string, make: (row: Row) => Outcome): Promise<Outcome | undefined> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [accessKeyId] }, () => {
      const row = this.#row(accessKeyId);
      if (row === undefined) return undefined;
      sql
        .get(
          `WITH RECURSIVE below (akid) AS (
             SELECT ? UNION SELECT k.akid FROM access_keys k JOIN below ON k.made_by = below.akid
           )
           UPDATE access_keys SET changed = ? WHERE akid IN (SELECT akid FROM below)`,
        )
        .run(accessKeyId, this.#nextChange());
      bumpEpoch(this.#metadata);
      return make(row);
    });
  }

  #insert(key: NewKey, accountId: string): void {
    const row = {
      account: accountId,
      role: key.role,
      reach: writeReach(key),
      governance: writeGovernance(key.governance),
      made_by: key.madeBy ?? null,
      ceilings: null,
      note: key.note ?? null,
      created_ms: this.#metadata.clock.nowMs(),
      disabled_ms: null,
    };
    this.#metadata.sql
      .get(
        `INSERT INTO access_keys (akid, changed, account, role, reach, governance, made_by, ceilings, note, created_ms, disabled_ms, sum)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(key.accessKeyId, this.#nextChange(), ...Object.values(row), keySum(key.accessKeyId, row));
  }

  /** Changes a row that `#row` gave, and its sum with it. */
  #write(row: Row, values: Changed): void {
    const accessKeyId = textOf(row, 'akid');
    const columns = Object.keys(values).map((name) => `${name} = ?`);
    this.#metadata.sql
      .get(`UPDATE access_keys SET ${columns.join(', ')}, sum = ? WHERE akid = ?`)
      .run(...Object.values(values), keySum(accessKeyId, { ...row, ...values }), accessKeyId);
  }

  #read(accessKeyId: string): KeyWithSecret | undefined {
    const { commits, sql, changes, clock } = this.#metadata;
    // What a transaction shows may be rolled back, and its number be given out again.
    if (commits.isWriting) return this.#open(accessKeyId)?.key;
    const stamp = changes.stamp();
    const found = this.#opened.get(accessKeyId);
    const known = found !== undefined && clock.nowMs() < found.untilMs ? found : undefined;
    if (known?.stamp === stamp) return known.key;
    const row = sql.get('SELECT changed FROM access_keys WHERE akid = ?').get(accessKeyId);
    if (row === undefined) return undefined;
    if (known !== undefined && known.changed === numberOf(row, 'changed')) {
      known.stamp = stamp;
      return known.key;
    }
    const opened = this.#open(accessKeyId);
    if (opened === undefined) return undefined;
    if (this.#opened.size >= maxOpened) this.#opened.clear();
    this.#opened.set(accessKeyId, { ...opened, stamp });
    return opened.key;
  }

  #open(accessKeyId: string): Omit<Opened, 'stamp'> | undefined {
    const row = this.#row(accessKeyId);
    if (row === undefined) return undefined;
    const rows = this.#secrets.rows(accessKeyId);
    const secrets = rows.map((secret) => this.#secrets.open(accessKeyId, secret));
    const untilMs = Math.min(...rows.map((secret) => optionalNumber(secret, 'retire_ms') ?? Number.POSITIVE_INFINITY));
    const [newest] = secrets;
    const key = newest === undefined ? undefined : { record: this.#bounded(row), secret: newest.secret, secrets };
    return { changed: numberOf(row, 'changed'), untilMs, key };
  }

  #recordNow(accessKeyId: string): KeyRecord | undefined {
    const row = this.#row(accessKeyId);
    return row === undefined ? undefined : this.#bounded(row);
  }

  #bounded(row: Row): KeyRecord {
    const bounds = boundsOf(readStoredRights(row), (maker): Kept | undefined => {
      const found = this.#row(maker);
      return found === undefined ? undefined : readStoredRights(found);
    });
    const record = recordOf(row);
    return bounds.length === 0 ? record : { ...record, bounds };
  }

  #detailsOf(row: Row): KeyDetails {
    const secrets = this.#secrets
      .rows(textOf(row, 'akid'))
      .map((secret) => secretRecordOf(secret, this.#uses.unwritten(numberOf(secret, 'n'))));
    return { ...this.#bounded(row), secrets };
  }

  /** None in the listing for one that is damaged: `tidegate check` names it. */
  #listed(accessKeyId: string): readonly KeyDetails[] {
    try {
      const row = this.#row(accessKeyId);
      return row === undefined ? [] : [this.#detailsOf(row)];
    } catch (error) {
      if (error instanceof DamagedRow) return [];
      throw error;
    }
  }

  /** @throws DamagedRow */
  #row(accessKeyId: string): Row | undefined {
    const { sql } = this.#metadata;
    // Found by the index alone, and then by its number: the name is that of the row, which the index may have wrong (SEC-708).
    const place = sql.get('SELECT rowid AS at FROM access_keys WHERE akid = ?').get(accessKeyId);
    if (place === undefined) return undefined;
    const row = sql
      .get(`SELECT ${keyColumns} FROM access_keys k JOIN accounts a ON a.id = k.account WHERE k.rowid = ?`)
      .get(numberOf(place, 'at'));
    if (row?.['akid'] !== accessKeyId || row['sum'] !== keySum(accessKeyId, row)) throw new DamagedRow('access_keys');
    return row;
  }

  #accountFor(name: string, wanted: Owner): AccountRecord {
    const { sql } = this.#metadata;
    const row = sql.get('SELECT id, display_name FROM accounts WHERE name = ?').get(name);
    if (row !== undefined) return { id: textOf(row, 'id'), displayName: textOf(row, 'display_name'), name };
    // An account that was seen as an owner before has a row without a name.
    const made = sql
      .get(
        `INSERT INTO accounts (id, name, display_name) VALUES (?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = coalesce(name, excluded.name) RETURNING display_name`,
      )
      .get(wanted.id, name, wanted.displayName);
    return { id: wanted.id, displayName: made === undefined ? wanted.displayName : textOf(made, 'display_name'), name };
  }

  /** Counts every change of any key, so that a key that is made anew never looks like the one that was deleted. */
  #nextChange(): number {
    const row = this.#metadata.sql
      .get(
        `INSERT INTO meta (name, value) VALUES ('key_changes', '1')
         ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING value`,
      )
      .get();
    return row === undefined ? 0 : Number(textOf(row, 'value'));
  }
}
