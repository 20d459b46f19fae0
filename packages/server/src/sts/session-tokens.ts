import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import type { Random } from '../world/random.ts';

/** What temporary credentials are made of, all in their token (STS-10). */
export type SessionFacts = {
  /** The key that they were made from, and which of its secrets signed for them: they die with either (STS-12). */
  readonly parent: string;
  readonly parentSerial: number;
  readonly secret: string;
  readonly endsAtMs: number;
  readonly name: string;
  readonly policy: string | undefined;
};

/** A token that was opened. */
type OpenedToken = SessionFacts & { readonly tokenHash: string };

const format = 1;
const nonceBytes = 12;
const tagBytes = 16;
/** Longer than any that is made: the policy has 2,048 characters at most. */
const maxTokenLength = 16_384;
const maxKnown = 1_000;

/**
 * Seals what temporary credentials are into their token, with AES-256-GCM beside their id: a token that was altered, or belongs
 * to another id, does not open (SEC-135).
 */
export class SessionTokens {
  readonly #key: Uint8Array;
  readonly #random: Random;
  /** Tokens that were opened: a session sends the same one with every request. */
  readonly #known = new Map<string, OpenedToken>();

  /** @param key 32 bytes, the same in every process of the server and after a restart */
  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  seal(accessKeyId: string, facts: SessionFacts): string {
    const { parent, parentSerial, secret, endsAtMs, name, policy } = facts;
    const nonce = this.#random.bytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(accessKeyId));
    const text = JSON.stringify([parent, parentSerial, secret, endsAtMs, name, policy ?? null]);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Uint8Array.of(format), nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @returns undefined for what was not sealed here beside this id */
  open(accessKeyId: string, token: string): OpenedToken | undefined {
    const name = `${accessKeyId} ${token}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const facts = this.#open(accessKeyId, token);
    if (facts === undefined) return undefined;
    const opened = { ...facts, tokenHash: hashOfToken(token) };
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(name, opened);
    return opened;
  }

  #open(accessKeyId: string, token: string): SessionFacts | undefined {
    // One token has one spelling, so that its hash names it (LDG: revocation by session token).
    if (token.length > maxTokenLength || !/^[\w-]+$/.test(token)) return undefined;
    const sealed = Buffer.from(token, 'base64url');
    const head = 1 + nonceBytes + tagBytes;
    if (sealed.byteLength <= head || sealed[0] !== format || sealed.toString('base64url') !== token) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(1, 1 + nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(accessKeyId));
    decipher.setAuthTag(sealed.subarray(1 + nonceBytes, head));
    try {
      return factsOf(Buffer.concat([decipher.update(sealed.subarray(head)), decipher.final()]).toString('utf8'));
    } catch (error) {
      if (error instanceof Error) return undefined;
      throw error;
    }
  }
}

/** What a token is known by where it is not itself: in revocations, in the ledger, in the list. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The text was sealed here, so it has this form. */
function factsOf(text: string): SessionFacts {
  const [parent, parentSerial, secret, endsAtMs, name, policy]: readonly [
    string,
    number,
    string,
    number,
    string,
    string | null,
  ] = JSON.parse(text);
  return { parent, parentSerial, secret, endsAtMs, name, policy: policy ?? undefined };
}
