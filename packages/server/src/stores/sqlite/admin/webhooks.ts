import {
  type Delivery,
  type DeliveryOutcome,
  mostSettled,
  mostTargets,
  mostWaiting,
  type NewMessage,
  settledKeptMs,
  type WebhookChange,
  type WebhookSecret,
  type WebhookStore,
  type WebhookTarget,
} from '../../admin/webhook-store.ts';
import { Secret } from '../../keys/secret.ts';
import { eventIdOf } from '../../links/link-cursor.ts';
import type { Page } from '../../links/link-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { bytesOf, numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
import { webhookLabel } from '../sealing/sealed-rows.ts';
import { openSecret, sealSecret } from '../sealing/sealing.ts';

const room = ' webhooks';
const sliceRows = 500;

/** Targets of webhooks and their queue in the metadata. */
export class SqliteWebhooks implements WebhookStore {
  readonly #metadata: Metadata;
  readonly #masterKey: Uint8Array;

  constructor(metadata: Metadata, masterKey: Uint8Array) {
    this.#metadata = metadata;
    this.#masterKey = masterKey;
  }

  createTarget(target: WebhookTarget): Promise<'created' | 'taken' | 'full'> {
    const secrets = this.#seal(target);
    return this.#write((sql) => {
      if (this.#isTaken(target.name, target.id)) return 'taken';
      const row = sql.get('SELECT count(*) AS targets FROM webhook_targets').get();
      if (row !== undefined && numberOf(row, 'targets') >= mostTargets) return 'full';
      sql
        .get(
          `INSERT INTO webhook_targets (id, name, url, types, sealed_secrets, state, created_ms, since_event)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          target.id,
          target.name ?? null,
          target.url,
          JSON.stringify(target.types),
          secrets,
          target.state,
          target.createdAtMs,
          this.#lastEvent(),
        );
      return 'created';
    });
  }

  editTarget(id: string, change: WebhookChange): Promise<WebhookTarget | 'taken' | undefined> {
    return this.#write((sql) => {
      const row = sql.get('SELECT * FROM webhook_targets WHERE id = ?').get(id);
      if (row === undefined) return undefined;
      if (change.name !== undefined && this.#isTaken(change.name, id)) return 'taken';
      const before = this.#targetOf(row);
      const target = { ...before, ...change };
      const isSwitchedOn = target.state === 'enabled' && before.state !== 'enabled';
      sql
        .get(
          `UPDATE webhook_targets SET name = ?, url = ?, types = ?, sealed_secrets = ?, state = ?, since_event = ?
           WHERE id = ?`,
        )
        .run(
          target.name ?? null,
          target.url,
          JSON.stringify(target.types),
          this.#seal(target),
          target.state,
          isSwitchedOn ? this.#lastEvent() : numberOf(row, 'since_event'),
          id,
        );
      return target;
    });
  }

  deleteTarget(id: string): Promise<boolean> {
    return this.#write((sql) => {
      sql.get('DELETE FROM webhook_queue WHERE target = ?').run(id);
      return Number(sql.get('DELETE FROM webhook_targets WHERE id = ?').run(id).changes) === 1;
    });
  }

  async listTargets(): Promise<readonly WebhookTarget[]> {
    const rows = await this.#all('SELECT * FROM webhook_targets ORDER BY created_ms, id');
    return rows.map((row) => this.#targetOf(row));
  }

  async findTarget(idOrName: string): Promise<WebhookTarget | undefined> {
    const [row] = await this.#all('SELECT * FROM webhook_targets WHERE id = ?1 OR name = ?1 LIMIT 1', idOrName);
    return row === undefined ? undefined : this.#targetOf(row);
  }

  enqueue(messages: readonly NewMessage[]): Promise<number> {
    return this.#write(() => this.#insert(messages));
  }

  async place(): Promise<number> {
    const [row] = await this.#all('SELECT event FROM webhook_place WHERE one = 1');
    return row === undefined ? 0 : numberOf(row, 'event');
  }

  queueEvents(messages: readonly NewMessage[], place: number): Promise<void> {
    return this.#write((sql) => {
      this.#insert(messages);
      sql.get('UPDATE webhook_place SET event = max(event, ?) WHERE one = 1').run(place);
    });
  }

  async startOf(targetId: string): Promise<number> {
    const [row] = await this.#all('SELECT since_event FROM webhook_targets WHERE id = ?', targetId);
    return row === undefined ? Number.MAX_SAFE_INTEGER : numberOf(row, 'since_event');
  }

  async due(targetId: string, nowMs: number, limit: number): Promise<readonly Delivery[]> {
    const rows = await this.#all(
      "SELECT * FROM webhook_queue WHERE target = ? AND state = 'waiting' AND next_ms <= ? ORDER BY next_ms, n LIMIT ?",
      targetId,
      nowMs,
      limit,
    );
    return rows.map(deliveryOf);
  }

  settle(n: number, { state, nextAtMs, lastAtMs, lastStatus, lastError }: DeliveryOutcome): Promise<void> {
    return this.#write((sql) => {
      sql
        .get(
          `UPDATE webhook_queue SET tries = tries + 1, state = ?, next_ms = ?, last_ms = ?, last_status = ?, last_error = ?
           WHERE n = ?`,
        )
        .run(state, nextAtMs, lastAtMs, lastStatus ?? null, lastError ?? null, n);
    });
  }

  retry(targetId: string, n: number, nowMs: number): Promise<Delivery | undefined> {
    return this.#write((sql) => {
      const row = sql
        .get(
          "UPDATE webhook_queue SET state = 'waiting', tries = 0, next_ms = ? WHERE n = ? AND target = ? RETURNING *",
        )
        .get(nowMs, n, targetId);
      return row === undefined ? undefined : deliveryOf(row);
    });
  }

  async listDeliveries(query: Parameters<WebhookStore['listDeliveries']>[0]): Promise<Page<Delivery>> {
    const { targetId, cursor, limit } = query;
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number.parseInt(cursor, 36);
    const rows = await this.#all(
      'SELECT * FROM webhook_queue WHERE target = ? AND n < ? ORDER BY n DESC LIMIT ?',
      targetId,
      Number.isSafeInteger(before) ? before : 0,
      limit + 1,
    );
    const items = rows.slice(0, limit).map(deliveryOf);
    return { items, next: rows.length > limit ? items.at(-1)?.n.toString(36) : undefined };
  }

  async countWaiting(): Promise<number> {
    const [row] = await this.#all("SELECT count(*) AS waiting FROM webhook_queue WHERE state = 'waiting'");
    return row === undefined ? 0 : numberOf(row, 'waiting');
  }

  async sweep(nowMs: number): Promise<void> {
    for (const { id } of await this.listTargets()) {
      const [row] = await this.#all(
        "SELECT n FROM webhook_queue WHERE target = ? AND state <> 'waiting' ORDER BY n DESC LIMIT 1 OFFSET ?",
        id,
        mostSettled,
      );
      const overNumber = row === undefined ? 0 : numberOf(row, 'n');
      for (let removed = sliceRows; removed === sliceRows; ) {
        removed = await this.#write((sql) => {
          const { changes } = sql
            .get(
              `DELETE FROM webhook_queue WHERE n IN (SELECT n FROM webhook_queue
                 WHERE target = ? AND state <> 'waiting' AND (n <= ? OR next_ms < ?) LIMIT ${sliceRows})`,
            )
            .run(id, overNumber, nowMs - settledKeptMs);
          return Number(changes);
        });
      }
    }
  }

  /** Inside a transaction. */
  #insert(messages: readonly NewMessage[]): number {
    const { sql, clock } = this.#metadata;
    const nowMs = clock.nowMs();
    const find = sql.get("SELECT id FROM webhook_targets WHERE (id = ?1 OR name = ?1) AND state = 'enabled'");
    const count = sql.get("SELECT count(*) AS waiting FROM webhook_queue WHERE target = ? AND state = 'waiting'");
    const insert = sql.get(
      `INSERT INTO webhook_queue (target, message, type, body, made_ms, tries, state, next_ms)
       VALUES (?, ?, ?, ?, ?, 0, 'waiting', ?)`,
    );
    const room = new Map<string, number>();
    let queued = 0;
    for (const { target, id, type, body } of messages) {
      const found = find.get(target);
      if (found === undefined) continue;
      const targetId = textOf(found, 'id');
      if (!room.has(targetId)) room.set(targetId, mostWaiting - numberOf(count.get(targetId) ?? {}, 'waiting'));
      const left = room.get(targetId) ?? 0;
      if (left <= 0) continue;
      room.set(targetId, left - 1);
      insert.run(targetId, id ?? null, type, body, nowMs, nowMs);
      queued += 1;
    }
    return queued;
  }

  #lastEvent(): number {
    const row = this.#metadata.sql.get('SELECT coalesce(max(n), 0) AS last FROM link_events').get();
    return row === undefined ? 0 : numberOf(row, 'last');
  }

  #isTaken(name: string | undefined, id: string): boolean {
    if (name === undefined) return false;
    const find = this.#metadata.sql.get('SELECT 1 FROM webhook_targets WHERE (name = ?1 OR id = ?1) AND id <> ?2');
    return find.get(name, id) !== undefined;
  }

  #write<Value>(work: (sql: Metadata['sql']) => Value): Promise<Value> {
    const { commits, sql } = this.#metadata;
    return commits.write({ room, names: [] }, () => work(sql));
  }

  async #all(statement: string, ...values: readonly (string | number)[]): Promise<readonly Row[]> {
    const { commits, sql } = this.#metadata;
    await commits.barrier(room, 'all');
    const rows = sql.get(statement).all(...values);
    await commits.foreignBarrier();
    return rows;
  }

  #seal({ id, secrets }: WebhookTarget): Uint8Array {
    return sealSecret(this.#masterKey, webhookLabel(id), new Secret(JSON.stringify(secrets)), this.#metadata.random);
  }

  #targetOf(row: Row): WebhookTarget {
    const id = textOf(row, 'id');
    const opened = openSecret(this.#masterKey, webhookLabel(id), bytesOf(row, 'sealed_secrets'));
    if (opened === undefined) throw new Error('The secret of a webhook does not open under the master key.');
    const secrets: readonly WebhookSecret[] = JSON.parse(opened.reveal());
    const types: readonly string[] = JSON.parse(textOf(row, 'types'));
    const state = textOf(row, 'state');
    return {
      id,
      name: optionalText(row, 'name'),
      url: textOf(row, 'url'),
      types,
      // A secret without an end came through JSON without the member.
      secrets: secrets.map(({ text, createdAtMs, retireAtMs }) => ({ text, createdAtMs, retireAtMs })),
      state: state === 'disabled' || state === 'gone' ? state : 'enabled',
      createdAtMs: numberOf(row, 'created_ms'),
    };
  }
}

function deliveryOf(row: Row): Delivery {
  const state = textOf(row, 'state');
  const n = numberOf(row, 'n');
  const madeAtMs = numberOf(row, 'made_ms');
  return {
    n,
    targetId: textOf(row, 'target'),
    messageId: optionalText(row, 'message') ?? `msg_${eventIdOf(madeAtMs, n)}`,
    type: textOf(row, 'type'),
    body: textOf(row, 'body'),
    madeAtMs,
    tries: numberOf(row, 'tries'),
    state: state === 'delivered' || state === 'failed' ? state : 'waiting',
    nextAtMs: numberOf(row, 'next_ms'),
    lastAtMs: optionalNumber(row, 'last_ms'),
    lastStatus: optionalNumber(row, 'last_status'),
    lastError: optionalText(row, 'last_error'),
  };
}
