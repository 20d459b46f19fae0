import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { bytesOf, numberOf, textOf } from '../schema/rows.ts';
import { readSchemaVersion, schemaVersion } from '../schema/schema.ts';

/** How long a snapshot waits for others to let it in. */
const waitMs = 10_000;

/** A body file as the ledger of a snapshot has it; `blocks`: CRC32C of each block. */
export type LedgerBody = { readonly id: string; readonly sizeBytes: number; readonly blocks: Uint8Array };

/** What a database says of itself. */
export type DatabaseFacts = { readonly store: string; readonly schema: number; readonly objects: number };

/**
 * Writes one moment of a database into an empty file, while others go on reading and writing it (REL-11). The file is synced by
 * whoever asked for it.
 */
export function takeSnapshot(path: string, target: string): void {
  const database = new DatabaseSync(path, { readOnly: true, timeout: waitMs, allowExtension: false });
  try {
    database.prepare('VACUUM INTO ?').run(target);
  } finally {
    database.close();
  }
}

/** A snapshot, opened for reading. */
export class Snapshot {
  readonly #database: DatabaseSync;

  /** @throws UpkeepFailure NoData, TooNew */
  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: waitMs, allowExtension: false });
    try {
      refuseForeignSchema(readSchemaVersion(this.#database), path);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  facts(): DatabaseFacts {
    const row = this.#database.prepare('SELECT count(*) AS objects FROM objects').get() ?? {};
    return {
      store: storeOf(this.#database),
      schema: readSchemaVersion(this.#database),
      objects: numberOf(row, 'objects'),
    };
  }

  /** The bodies that something refers to. */
  *bodies(): Iterable<LedgerBody> {
    const rows = this.#database.prepare('SELECT id, size, blocks FROM blobs WHERE refs > 0 ORDER BY id').iterate();
    for (const row of rows) {
      yield { id: textOf(row, 'id'), sizeBytes: numberOf(row, 'size'), blocks: bytesOf(row, 'blocks') };
    }
  }

  /** Whether an object is there. */
  hasObject(bucket: string, key: string): boolean {
    const row = this.#database
      .prepare('SELECT 1 FROM objects WHERE bucket = (SELECT id FROM buckets WHERE name = ?) AND key = ?')
      .get(bucket, key);
    return row !== undefined;
  }

  /** A value of the table `meta`. */
  meta(name: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(name);
    return row === undefined ? undefined : textOf(row, 'value');
  }

  close(): void {
    this.#database.close();
  }
}

/** @throws UpkeepFailure */
export function refuseForeignSchema(version: number, path: string): void {
  if (version === 0) throw new UpkeepFailure('NoData', path, `${path} holds no data of Tidegate.`);
  if (version <= schemaVersion) return;
  const text = `${path} was written by a newer Tidegate (format ${version}, this one knows ${schemaVersion}).`;
  throw new UpkeepFailure('TooNew', path, text);
}

/** A store is known by what it recognises its first master key by: random bytes, made with the folder. */
export function storeOf(database: DatabaseSync): string {
  const known = database.prepare("SELECT value FROM meta WHERE name = 'store_id'").get();
  if (known !== undefined) return textOf(known, 'value');
  const row = database.prepare("SELECT value FROM meta WHERE name = 'master_key_check'").get();
  return createHash('sha256')
    .update(row === undefined ? '' : textOf(row, 'value'))
    .digest('hex')
    .slice(0, 32);
}
