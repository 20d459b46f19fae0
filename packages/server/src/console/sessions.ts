import { createHash } from 'node:crypto';
import type { Clock } from '../world/clock.ts';
import type { Random } from '../world/random.ts';

/** SEC-510: a session ends so long after it began, and so long after its holder did something. */
const sessionLifeMs = 12 * 3_600_000;
const sessionIdleMs = 30 * 60_000;
const mostSessions = 10_000;

/** Somebody who signed in at the console. */
export type Session = {
  readonly accessKeyId: string;
  /** The secret that proved it: when that one is retired, the session ends. */
  readonly serial: number;
  /** Monotonic. */
  readonly endsMs: number;
  /** Monotonic: when its holder did something last. */
  seenMs: number;
};

/**
 * Who is signed in, kept in memory: a restart ends every session. The token is known to the browser alone; here is its hash
 * (SEC-811), so that nothing that reads this memory can act as the holder.
 */
export class ConsoleSessions {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the hash of the token, the longest unseen first. */
  readonly #sessions = new Map<string, Session>();

  constructor({ clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A session of its own for each sign-in, whatever the browser had before. @returns what the browser keeps */
  begin(accessKeyId: string, serial: number): string {
    this.#sweep();
    const token = Buffer.from(this.#random.bytes(32)).toString('base64url');
    const nowMs = this.#clock.monotonicMs();
    this.#sessions.set(hashOf(token), { accessKeyId, serial, endsMs: nowMs + sessionLifeMs, seenMs: nowMs });
    return token;
  }

  /** `quiet`: the page asks by itself, which keeps nobody signed in. */
  find(token: string, quiet: boolean): Session | undefined {
    const name = hashOf(token);
    const session = this.#sessions.get(name);
    if (session === undefined) return undefined;
    const nowMs = this.#clock.monotonicMs();
    if (hasEnded(session, nowMs)) {
      this.#sessions.delete(name);
      return undefined;
    }
    if (!quiet) {
      session.seenMs = nowMs;
      this.#sessions.delete(name);
      this.#sessions.set(name, session);
    }
    return session;
  }

  end(token: string): void {
    this.#sessions.delete(hashOf(token));
  }

  /** Seconds until it ends, for good and for want of anything done. */
  remaining(session: Session): { readonly lifeS: number; readonly idleS: number } {
    const nowMs = this.#clock.monotonicMs();
    return {
      lifeS: Math.max(0, Math.floor((session.endsMs - nowMs) / 1000)),
      idleS: Math.max(0, Math.floor((session.seenMs + sessionIdleMs - nowMs) / 1000)),
    };
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [name, session] of this.#sessions) {
      if (hasEnded(session, nowMs) || this.#sessions.size >= mostSessions) this.#sessions.delete(name);
      else break;
    }
  }
}

function hasEnded({ endsMs, seenMs }: Session, nowMs: number): boolean {
  return nowMs >= endsMs || nowMs - seenMs >= sessionIdleMs;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
