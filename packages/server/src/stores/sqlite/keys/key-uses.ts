import type { Metadata } from '../schema/metadata.ts';

/** A use is written once in this time for each secret: the hour matters, not the second. */
const precisionMs = 60_000;
const writeEveryMs = 5_000;
const mostNoted = 10_000;
/** Writes of uses hold up no reader of keys. */
const room = ' key uses';

/** When secrets signed last: kept in memory, written in batches (STO-88). */
export class KeyUses {
  readonly #metadata: Metadata;
  /** By serial. */
  readonly #noted = new Map<number, number>();
  #unwritten = new Map<number, number>();
  #cancel: (() => void) | undefined;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
  }

  note(serial: number): void {
    const { clock } = this.#metadata;
    const nowMs = clock.nowMs();
    const last = this.#noted.get(serial);
    if (last !== undefined && nowMs - last < precisionMs && nowMs >= last) return;
    if (this.#noted.size >= mostNoted) this.#noted.clear();
    this.#noted.set(serial, nowMs);
    this.#unwritten.set(serial, nowMs);
    this.#cancel ??= clock.after(writeEveryMs, () => {
      this.#cancel = undefined;
      // A store that cannot write says so to those who wait for it.
      this.flush().catch(() => undefined);
    });
  }

  /** A use that is not written yet. */
  unwritten(serial: number): number | undefined {
    return this.#unwritten.get(serial);
  }

  async flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#unwritten.size === 0) return;
    const uses = this.#unwritten;
    this.#unwritten = new Map();
    const { commits, sql } = this.#metadata;
    await commits.write({ room, names: [] }, () => {
      const update = sql.get('UPDATE key_secrets SET last_used_ms = max(coalesce(last_used_ms, 0), ?) WHERE n = ?');
      for (const [serial, atMs] of uses) update.run(atMs, serial);
    });
  }
}
