import { StoreFailure } from '@tidegate/protocol';
import type { LiveSecret, SecretRecord } from '../../keys/key-store.ts';
import type { Secret } from '../../keys/secret.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { secretSum } from '../schema/row-sums.ts';
import { bytesOf, numberOf, optionalNumber, type Row } from '../schema/rows.ts';
import { secretLabel } from '../sealing/sealed-rows.ts';
import { openSecret, sealSecret } from '../sealing/sealing.ts';

/** The secrets of keys: each sealed under the master key beside its key and generation, so that no row can stand in for another. */
export class KeySecrets {
  readonly #metadata: Metadata;
  readonly #masterKey: Uint8Array;

  constructor(metadata: Metadata, masterKey: Uint8Array) {
    this.#metadata = metadata;
    this.#masterKey = masterKey;
  }

  /** Seals a secret, before the transaction that keeps it. */
  seal(accessKeyId: string, generation: number, secret: Secret): Uint8Array {
    return sealSecret(this.#masterKey, secretLabel(accessKeyId, generation), secret, this.#metadata.random);
  }

  /** Inside a transaction. */
  insert(accessKeyId: string, generation: number, sealed: Uint8Array): void {
    const { sql, clock } = this.#metadata;
    const createdAtMs = clock.nowMs();
    const sum = secretSum(accessKeyId, { generation, created_ms: createdAtMs, retire_ms: null });
    sql
      .get('INSERT INTO key_secrets (akid, generation, sealed, created_ms, sum) VALUES (?, ?, ?, ?, ?)')
      .run(accessKeyId, generation, sealed, createdAtMs, sum);
  }

  /** Inside a transaction: a secret that `rows` gave signs until then. */
  retireAt(accessKeyId: string, row: Row, retireAtMs: number): void {
    this.#metadata.sql
      .get('UPDATE key_secrets SET retire_ms = ?, sum = ? WHERE n = ?')
      .run(retireAtMs, secretSum(accessKeyId, { ...row, retire_ms: retireAtMs }), numberOf(row, 'n'));
  }

  /** Inside a transaction: those that retire up to then are gone for good. The newest never does. */
  removeRetired(accessKeyId: string, upToMs: number): void {
    this.#metadata.sql.get('DELETE FROM key_secrets WHERE akid = ? AND retire_ms <= ?').run(accessKeyId, upToMs);
  }

  /** Rows of those that sign, the newest first. @throws DamagedRow */
  rows(accessKeyId: string): readonly Row[] {
    const { sql, clock } = this.#metadata;
    const rows = sql
      .get(
        `SELECT n, generation, sealed, created_ms, retire_ms, last_used_ms, sum FROM key_secrets
         WHERE akid = ? AND (retire_ms IS NULL OR retire_ms > ?) ORDER BY generation DESC`,
      )
      .all(accessKeyId, clock.nowMs());
    for (const row of rows) {
      if (numberOf(row, 'sum') !== secretSum(accessKeyId, row)) throw new DamagedRow('key_secrets');
    }
    return rows;
  }

  /** @throws StoreFailure when it was altered, or belongs to another key or generation (SEC-802) */
  open(accessKeyId: string, row: Row): LiveSecret {
    const generation = numberOf(row, 'generation');
    const secret = openSecret(this.#masterKey, secretLabel(accessKeyId, generation), bytesOf(row, 'sealed'));
    if (secret !== undefined) return { secret, generation, serial: numberOf(row, 'n') };
    const what = `opening the sealed secret of ${accessKeyId}: it was altered or belongs to another key`;
    throw new StoreFailure({ what, kind: 'broken' });
  }
}

/** A secret's times. @param usedAtMs a use that is not written yet */
export function secretRecordOf(row: Row, usedAtMs: number | undefined): SecretRecord {
  const written = optionalNumber(row, 'last_used_ms');
  return {
    generation: numberOf(row, 'generation'),
    createdAtMs: numberOf(row, 'created_ms'),
    retireAtMs: optionalNumber(row, 'retire_ms'),
    lastUsedAtMs: usedAtMs === undefined || written === undefined ? (usedAtMs ?? written) : Math.max(usedAtMs, written),
  };
}
