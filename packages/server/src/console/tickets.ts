import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';

const form = /^([0-9a-z]{1,11})\.([\w-]{22})\.([\w-]{0,170})\.([\w-]{43})$/;

/**
 * Tickets that are good once, for a short time: challenges to sign, and codes that sign in. Nothing is kept of one until it
 * is used, so that asking for many costs no memory; every process of a server makes them and the console's takes them.
 */
export class Tickets {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lifeMs: number;
  /** What was made before this process began may have been used then. */
  readonly #sinceMs: number;
  readonly #used = new Map<string, number>();

  constructor(key: Uint8Array, lifeMs: number, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#key = key;
    this.#lifeMs = lifeMs;
    this.#clock = clock;
    this.#random = random;
    this.#sinceMs = clock.nowMs();
  }

  /** A ticket that says `text`, and cannot be changed to say another. */
  make(text: string): { readonly ticket: string; readonly endsAtMs: number } {
    const nowMs = this.#clock.nowMs();
    const nonce = Buffer.from(this.#random.bytes(16)).toString('base64url');
    const head = `${nowMs.toString(36)}.${nonce}.${Buffer.from(text).toString('base64url')}`;
    return { ticket: `${head}.${this.#seal(head)}`, endsAtMs: nowMs + this.#lifeMs };
  }

  /** What a ticket says, once; undefined: it is none, was used, or its time is over. */
  take(ticket: string): string | undefined {
    const [, at = '', nonce = '', text = '', seal = ''] = form.exec(ticket) ?? [];
    if (seal === '') return undefined;
    const expected = this.#seal(`${at}.${nonce}.${text}`);
    if (!timingSafeEqual(Buffer.from(seal), Buffer.from(expected))) return undefined;
    const madeAtMs = Number.parseInt(at, 36);
    const nowMs = this.#clock.nowMs();
    if (madeAtMs < this.#sinceMs || nowMs - madeAtMs > this.#lifeMs || this.#used.has(nonce)) return undefined;
    this.#forget(nowMs);
    this.#used.set(nonce, madeAtMs);
    return Buffer.from(text, 'base64url').toString();
  }

  /** Used ones are remembered as long as they could be shown again; only who was let in gets here, so they are few. */
  #forget(nowMs: number): void {
    for (const [nonce, madeAtMs] of this.#used) {
      if (nowMs - madeAtMs <= this.#lifeMs) break;
      this.#used.delete(nonce);
    }
  }

  #seal(head: string): string {
    return createHmac('sha256', this.#key).update(head).digest('base64url');
  }
}
