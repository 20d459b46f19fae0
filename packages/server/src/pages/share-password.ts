import { createHash, createHmac, scrypt, timingSafeEqual } from 'node:crypto';
import type { ShareStore } from '../stores/links/share-store.ts';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';

/** SEC-811's numbers: 128 MiB and a few tenths of a second for one guess. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 ** 2 };
const saltBytes = 16;
const hashBytes = 32;
/** SEC-911: so many at a time in the whole server; a process has its share of them, and one at least. */
const atOnceInAll = 2;
/** Waiting ones past this are turned away, before they cost anything. */
const mostWaiting = 32;
/** Passwords that were right are remembered for so long, so that a download in ranges costs one hash. */
const rememberedMs = 30 * 60_000;
const mostRemembered = 1_000;
/** Life of the cookie of a browser (ux: 30 minutes). */
export const passwordCookieS = 30 * 60;

/** What became of a password. */
export type PasswordOutcome =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  | { readonly kind: 'too many tries' }
  | { readonly kind: 'busy' };

/** Who asks with which password for which share. */
export type PasswordTry = {
  readonly linkId: string;
  readonly passwordHash: string;
  readonly password: string;
  readonly client: string;
};

/** Passwords of shares: kept as scrypt hashes, tried at most ten times by one client in 15 minutes (SHR-12). One for each process. */
export class SharePasswords {
  readonly #store: Pick<ShareStore, 'takeTry' | 'forgiveTries'>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #key: Uint8Array;
  /** Of passwords that were right, by a keyed hash of share, stored hash and password: when they were. */
  readonly #remembered = new Map<string, number>();
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  #judging = 0;

  /**
   * @param key 32 bytes, the same in every process of the server and after a restart
   * @param processes how many answer requests; 0 is this one alone
   */
  constructor(
    store: Pick<ShareStore, 'takeTry' | 'forgiveTries'>,
    world: { readonly clock: Clock; readonly random: Random },
    key: Uint8Array,
    processes = 1,
  ) {
    this.#atOnce = Math.max(1, Math.floor(atOnceInAll / Math.max(1, processes)));
    this.#store = store;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#key = key;
  }

  /** A new password as it is kept. */
  async hash(password: string): Promise<string> {
    const salt = Buffer.from(this.#random.bytes(saltBytes));
    const hash = await this.#derive(password, salt);
    return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  /** Judges a password and counts the try. */
  async judge({ linkId, passwordHash, password, client }: PasswordTry): Promise<PasswordOutcome> {
    const mark = this.#mark(linkId, passwordHash, password);
    const knownSince = this.#remembered.get(mark);
    if (knownSince !== undefined && this.#clock.monotonicMs() - knownSince < rememberedMs) return { kind: 'right' };
    // Counted as it comes: many that come at once are all still at the store when the first is asked about.
    if (this.#judging >= this.#atOnce + mostWaiting) return { kind: 'busy' };
    this.#judging += 1;
    try {
      const triesLeft = await this.#store.takeTry(linkId, client, this.#clock.nowMs());
      if (triesLeft === undefined) return { kind: 'too many tries' };
      if (!(await this.#matches(password, passwordHash))) return { kind: 'wrong', triesLeft };
      await this.#store.forgiveTries(linkId, client);
      this.#remember(mark);
      return { kind: 'right' };
    } finally {
      this.#judging -= 1;
    }
  }

  /** What a browser shows instead of the password from now on. Another password makes it worthless. */
  cookieValue(linkId: string, passwordHash: string): string {
    const endsAtMs = this.#clock.nowMs() + passwordCookieS * 1000;
    return `${endsAtMs.toString(36)}.${this.#sign(linkId, passwordHash, endsAtMs)}`;
  }

  isCookie(value: string, linkId: string, passwordHash: string): boolean {
    const [end = '', signature = ''] = value.split('.', 2);
    const endsAtMs = /^[0-9a-z]{1,10}$/.test(end) ? Number.parseInt(end, 36) : 0;
    return this.#clock.nowMs() < endsAtMs && isSame(signature, this.#sign(linkId, passwordHash, endsAtMs));
  }

  async #matches(password: string, stored: string): Promise<boolean> {
    const [kind, salt = '', hash = ''] = stored.split('$');
    if (kind !== 'scrypt') return false;
    const derived = await this.#derive(password, Buffer.from(salt, 'base64url'));
    return timingSafeEqual(derived, Buffer.from(hash, 'base64url'));
  }

  async #derive(password: string, salt: Buffer): Promise<Buffer> {
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        const text = password.normalize('NFC');
        scrypt(text, salt, hashBytes, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  #remember(mark: string): void {
    if (this.#remembered.size >= mostRemembered) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    this.#remembered.set(mark, this.#clock.monotonicMs());
  }

  #mark(linkId: string, passwordHash: string, password: string): string {
    const given = createHash('sha256').update(password.normalize('NFC')).digest('hex');
    return createHmac('sha256', this.#key).update(`password\n${linkId}\n${passwordHash}\n${given}`).digest('base64url');
  }

  #sign(linkId: string, passwordHash: string, endsAtMs: number): string {
    return createHmac('sha256', this.#key)
      .update(`cookie\n${linkId}\n${passwordHash}\n${endsAtMs}`)
      .digest('base64url');
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
