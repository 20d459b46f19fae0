import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyWithSecret } from '../stores/keys/key-store.ts';

/** What a browser sends to sign in: no secret, only what it signed with it. */
export type SignInProof = {
  readonly accessKeyId: string;
  readonly challenge: string;
  /** The browser's clock, milliseconds since the epoch. */
  readonly atMs: number;
  /** Hex. */
  readonly proof: string;
};

/**
 * The text that is signed. It names the origin: what a page of another one had signed is worth nothing here.
 * The console's `sign-proof.ts` writes the same.
 */
export function signInText(origin: string, { accessKeyId, challenge, atMs }: Omit<SignInProof, 'proof'>): string {
  return `TIDEGATE-CONSOLE-SIGN-IN\n${origin}\n${accessKeyId}\n${atMs}\n${challenge}`;
}

/** Nobody's secret: what an unknown key is judged by takes as long as a known one (SEC-509). */
const nobody = 'no-access-key-has-this-secret';

/** Whether the proof was made with a secret of the key. @returns the secret's serial */
export function judgeProof(known: KeyWithSecret | undefined, origin: string, proof: SignInProof): number | undefined {
  const text = signInText(origin, proof);
  const sent = Buffer.from(proof.proof, 'hex');
  const secrets = known?.secrets.map(({ secret, serial }) => ({ text: secret.reveal(), serial })) ?? [];
  let found: number | undefined;
  for (const { text: secret, serial } of secrets.length === 0 ? [{ text: nobody, serial: -1 }] : secrets) {
    const expected = createHmac('sha256', secret).update(text).digest();
    const isRight = sent.byteLength === expected.byteLength && timingSafeEqual(sent, expected);
    if (isRight && serial >= 0) found ??= serial;
  }
  return found;
}
