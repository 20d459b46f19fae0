import type { Verdict } from '@tidegate/presign';
import type { KeyRecord } from '../stores/keys/key-store.ts';

/** The positive outcome of `verify`. */
export type Verified = Extract<Verdict, { ok: true }>;

/** Nobody in particular: no auth marker was sent (SIG-32), or the request is a CORS preflight (SIG-33). */
export type AnonymousCaller = { readonly kind: 'anonymous' };

/** Temporary credentials that signed in the place of the key that they were made from. */
export type Session = {
  /** Their own id. */
  readonly accessKeyId: string;
  readonly token: string;
  readonly endsAtMs: number;
  /** As who took the role called it; empty for a plain session. */
  readonly name: string;
  /** JSON of the policy that narrows them. */
  readonly policy: string | undefined;
  /** STS-32: looked up when it is asked. */
  readonly isTakenBack: () => boolean;
};

/** Who signed. Everything about the signature comes from `verified` alone; nothing is parsed a second time. */
export type SignedCaller = {
  readonly kind: 'signed';
  /** For temporary credentials the key that they were made from: nothing goes beyond its rights. */
  readonly key: KeyRecord;
  readonly session?: Session | undefined;
  readonly verified: Verified;
  /** A presigned URL or POST form: a link. Otherwise the Authorization header. */
  readonly presigned: boolean;
};

export type Caller = AnonymousCaller | SignedCaller;

/** A caller as far as its rights are judged: whoever uses a share acts with those of the key that made it, and signed nothing. */
export type JudgedCaller = AnonymousCaller | Omit<SignedCaller, 'verified'>;
