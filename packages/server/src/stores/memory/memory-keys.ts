import type { Clock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { boundsOf, ceilingsLeftBy, type Kept } from '../keys/key-rights.ts';
import {
  type AccountRecord,
  type KeyChange,
  type KeyDetails,
  KeyExists,
  type KeyPage,
  type KeyQuery,
  type KeyRecord,
  type KeyRights,
  type KeyStore,
  type KeyWithSecret,
  type LiveSecret,
  type NewKey,
  type SecretRecord,
} from '../keys/key-store.ts';
import type { Secret } from '../keys/secret.ts';
import { readNameCursor, writeNameCursor } from '../links/link-cursor.ts';
import type { Owner } from '../objects/object-store.ts';

type HeldSecret = LiveSecret & Omit<SecretRecord, 'retireAtMs'> & { retireAtMs: number | undefined };
type Held = {
  record: KeyRecord;
  madeBy: string | undefined;
  ceilings: readonly KeyRights[];
  /** The newest first. */
  secrets: HeldSecret[];
};

/** Keys in memory, for the model and for tests. */
export class MemoryKeys implements KeyStore {
  readonly #world: { readonly clock: Clock; readonly random: Random };
  readonly #keys = new Map<string, Held>();
  readonly #accounts = new Map<string, AccountRecord>();
  readonly #lastUsed = new Map<number, number>();
  #serial = 0;

  constructor(world: { readonly clock: Clock; readonly random: Random }) {
    this.#world = world;
  }

  /** The account of a key, by its id (STO-140). */
  findAccount(id: string): Owner | undefined {
    const found = [...this.#accounts.values()].find((account) => account.id === id);
    return found === undefined ? undefined : { id, displayName: found.displayName };
  }

  async createKey(key: NewKey, account?: Owner): Promise<KeyRecord> {
    await Promise.resolve();
    const { accessKeyId, role, buckets, prefixes, note, governance, secret, accountName, madeBy } = key;
    if (this.#keys.has(accessKeyId)) throw new KeyExists(accessKeyId);
    const owner = this.#accounts.get(accountName) ?? {
      id: account?.id ?? Buffer.from(this.#world.random.bytes(32)).toString('hex'),
      displayName: account?.displayName ?? accountName,
      name: accountName,
    };
    this.#accounts.set(accountName, owner);
    const record: KeyRecord = {
      accessKeyId,
      account: owner,
      role,
      buckets,
      prefixes,
      note,
      createdAtMs: this.#world.clock.nowMs(),
      disabledAtMs: undefined,
      ...(governance !== undefined && { governance }),
    };
    const held: Held = { record, madeBy, ceilings: [], secrets: [this.#newSecret(secret, 1)] };
    this.#keys.set(accessKeyId, held);
    return this.#recordOf(held);
  }

  readKey(accessKeyId: string): KeyWithSecret | undefined {
    const held = this.#keys.get(accessKeyId);
    const [newest, ...older] = held === undefined ? [] : this.#live(held);
    if (held === undefined || newest === undefined) return undefined;
    return { record: this.#recordOf(held), secret: newest.secret, secrets: [newest, ...older].map(liveOf) };
  }

  describeKey(accessKeyId: string): Promise<KeyDetails | undefined> {
    const held = this.#keys.get(accessKeyId);
    return Promise.resolve(held === undefined ? undefined : this.#detailsOf(held));
  }

  listKeys(): Promise<readonly KeyDetails[]> {
    return Promise.resolve([...this.#keys.values()].map((held) => this.#detailsOf(held)));
  }

  pageKeys({ accountId, cursor, limit }: KeyQuery): Promise<KeyPage> {
    const all = [...this.#keys.values()]
      .map((held) => this.#detailsOf(held))
      .filter(({ account }) => accountId === undefined || account.id === accountId);
    const from = cursor === undefined ? 0 : all.findIndex((key) => key.accessKeyId === readNameCursor(cursor)) + 1;
    const items = all.slice(from, from + limit);
    const last = from + limit < all.length ? items.at(-1) : undefined;
    const next = last === undefined ? undefined : writeNameCursor(last.accessKeyId);
    return Promise.resolve({ items, next, total: all.length });
  }

  accessKeyIds(accountId: string): Promise<readonly string[]> {
    const own = [...this.#keys.values()].map((held) => this.#detailsOf(held));
    return Promise.resolve(own.filter(({ account }) => account.id === accountId).map((key) => key.accessKeyId));
  }

  async setKeyEnabled(accessKeyId: string, state: 'enabled' | 'disabled'): Promise<KeyRecord | undefined> {
    await Promise.resolve();
    return this.#change(accessKeyId, (record) => ({
      ...record,
      disabledAtMs: state === 'enabled' ? undefined : (record.disabledAtMs ?? this.#world.clock.nowMs()),
    }));
  }

  async editKey(accessKeyId: string, change: KeyChange): Promise<KeyRecord | undefined> {
    await Promise.resolve();
    return this.#change(accessKeyId, (record) => {
      const { governance, ...rest } = { ...record, ...change };
      return governance === undefined ? rest : { ...rest, governance };
    });
  }

  async rotateKey(
    accessKeyId: string,
    { secret, retireAtMs }: { readonly secret: Secret; readonly retireAtMs: number },
  ): Promise<KeyDetails | 'missing' | 'two-live'> {
    await Promise.resolve();
    const held = this.#keys.get(accessKeyId);
    const [newest, ...older] = held === undefined ? [] : this.#live(held);
    if (held === undefined || newest === undefined) return 'missing';
    if (older.length > 0) return 'two-live';
    held.secrets = [this.#newSecret(secret, newest.generation + 1), { ...newest, retireAtMs }];
    return this.#detailsOf(held);
  }

  async retireSecrets(accessKeyId: string): Promise<KeyDetails | undefined> {
    await Promise.resolve();
    const held = this.#keys.get(accessKeyId);
    if (held === undefined) return undefined;
    held.secrets = held.secrets.slice(0, 1);
    return this.#detailsOf(held);
  }

  async deleteKey(accessKeyId: string): Promise<'deleted' | 'missing'> {
    await Promise.resolve();
    const gone = this.#keys.get(accessKeyId);
    if (gone === undefined) return 'missing';
    this.#keys.delete(accessKeyId);
    for (const child of this.#keys.values()) {
      if (child.madeBy !== accessKeyId) continue;
      child.madeBy = gone.madeBy;
      child.ceilings = [...child.ceilings, ...ceilingsLeftBy(readStoredRights(gone), accessKeyId)];
    }
    return 'deleted';
  }

  noteUse(serial: number): void {
    this.#lastUsed.set(serial, this.#world.clock.nowMs());
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #newSecret(secret: Secret, generation: number): HeldSecret {
    this.#serial += 1;
    const createdAtMs = this.#world.clock.nowMs();
    return { secret, generation, serial: this.#serial, createdAtMs, retireAtMs: undefined, lastUsedAtMs: undefined };
  }

  #live({ secrets }: Held): readonly HeldSecret[] {
    const nowMs = this.#world.clock.nowMs();
    return secrets.filter(({ retireAtMs }) => retireAtMs === undefined || nowMs < retireAtMs);
  }

  #change(accessKeyId: string, make: (record: KeyRecord) => KeyRecord): KeyRecord | undefined {
    const held = this.#keys.get(accessKeyId);
    if (held === undefined) return undefined;
    held.record = make(held.record);
    return this.#recordOf(held);
  }

  #recordOf(held: Held): KeyRecord {
    const bounds = boundsOf(readStoredRights(held), (id) => {
      const found = this.#keys.get(id);
      return found === undefined ? undefined : readStoredRights(found);
    });
    return {
      ...held.record,
      ...(held.madeBy !== undefined && { madeBy: held.madeBy }),
      ...(bounds.length > 0 && { bounds }),
    };
  }

  #detailsOf(held: Held): KeyDetails {
    const secrets = this.#live(held).map(
      ({ generation, serial, createdAtMs, retireAtMs }): SecretRecord => ({
        generation,
        createdAtMs,
        retireAtMs,
        lastUsedAtMs: this.#lastUsed.get(serial),
      }),
    );
    return { ...this.#recordOf(held), secrets };
  }
}

function readStoredRights({ record, madeBy, ceilings }: Held): Kept {
  const { role, buckets, prefixes, governance } = record;
  return { role, buckets, prefixes, governance, madeBy, ceilings };
}

function liveOf({ secret, generation, serial }: HeldSecret): LiveSecret {
  return { secret, generation, serial };
}
