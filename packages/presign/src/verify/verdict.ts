import type { Explanation } from '../explain/explanation.ts';
import type { Reason } from '../explain/reasons.ts';
import type { ReadLimits } from '../limits/limits.ts';
import type { PolicyOutcome } from '../mechanisms/policy-conditions.ts';
import type { QueryPair } from '../wire/query-string.ts';
import type { RequestView } from '../wire/request-view.ts';
import type { Mechanism, Scope } from './opening.ts';
import type { ChunkSeed, PayloadRule } from './payload.ts';

/** A request that holds: who sent it, for what, and what is still to be checked while its body is read. */
export type AdmittedVerdict = {
  readonly ok: true;
  readonly outcome: 'ok';
  readonly mechanism: Mechanism;
  readonly signatureVersion: 'v4' | 'v2';
  readonly accessKeyId: string;
  readonly identity?: string | undefined;
  readonly sessionToken?: string | undefined;
  /** Which secret signed: 0 is `secretAccessKey`, the rest are `furtherSecrets` in their order. */
  readonly secretAt: number;
  /** Decoded once; empty when the request names none. */
  readonly bucket: string;
  /** Decoded once; empty when the request names none. */
  readonly key: string;
  /** POST: the key after `${filename}`. */
  readonly formKey?: string | undefined;
  /** The method that was signed: another one than the request's where SIG-101 exchanges it. */
  readonly signedMethod: string;
  /** HEAD with a URL signed for GET (SIG-101): acts as HEAD and does not consume a use. */
  readonly headAsGet?: boolean | undefined;
  readonly signedAt?: Date | undefined;
  /** The earlier of the link's own end and its credentials' end (SIG-77). */
  readonly expiresAt?: Date | undefined;
  readonly scope?: Scope | undefined;
  readonly signedHeaders: readonly string[];
  /** Decoded once, as received. */
  readonly query: readonly QueryPair[];
  /** The values that were verified. A server acts on these and reads no header or parameter anywhere else. */
  readonly view: RequestView;
  /** Read, not enforced. */
  readonly limits: ReadLimits;
  /** SIG-48: the granted prefix. */
  readonly grantPrefix?: string | undefined;
  /** SIG-48b failed; only with `deferGrant`, and then never to be admitted. */
  readonly outsideGrant?: boolean | undefined;
  /** How the body is bound (SIG-20, SIG-66). */
  readonly payload: PayloadRule;
  /** For signed chunks (SIG-67 to SIG-69). */
  readonly chunkSeed?: ChunkSeed | undefined;
  /** POST: what the policy leaves to whoever reads the file (SIG-88). */
  readonly policy?: PolicyOutcome | undefined;
  /** Name of the link; presigned URLs only. Computed when it is read. */
  readonly fingerprint?: string | undefined;
  /** Whole identity of the link (LDG-1): presigned URLs and POST forms. Computed when it is read. */
  readonly linkId?: string | undefined;
};

/** What the search for the cause of a refusal says (SIG-95). */
export type Diagnosis = { readonly reason: Reason; readonly hint: string };

/**
 * A request that is refused. `reason`, `hint`, `members` and `explanation` are made when they are read: refusing is as cheap as
 * admitting until somebody asks why.
 */
export type RefusedVerdict = {
  readonly ok: false;
  readonly outcome: 'error';
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly reason: Reason;
  /** Title, text and fix of the reason, of nothing but what the caller sent (SIG-97). */
  readonly hint?: string | undefined;
  /** Further members of the error, by name. */
  readonly members: Readonly<Record<string, string>>;
  /** For owners. Runs the search of SIG-95. */
  readonly explanation: Explanation;
  /** Reason and hint of the search of SIG-95, run now; the way to have them with `nearMiss: false`. */
  readonly diagnose: () => Diagnosis;
};

/** A request without a signature, or one that is never asked for it. Not `ok`, so that nobody admits it by mistake. */
export type UnsignedVerdict = {
  readonly ok: false;
  readonly outcome: 'anonymous' | 'unauthenticated';
  readonly status: 403;
  /** The values of the request; nothing covers them. */
  readonly view: RequestView;
  readonly code?: undefined;
  readonly message: string;
};

/** What `verify` decides. Outcomes and mechanisms as in the test vectors. */
export type Verdict = AdmittedVerdict | RefusedVerdict | UnsignedVerdict;
