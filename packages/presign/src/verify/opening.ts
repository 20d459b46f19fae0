import type { HmacKey } from '#hash';
import type { TextEncoding } from '../hash/hash.ts';
import type { ReadLimits } from '../limits/limits.ts';
import type { PolicyOutcome } from '../mechanisms/policy-conditions.ts';
import type { Head } from '../wire/head.ts';
import type { RawRequest } from '../wire/request.ts';
import type { ReceivedView } from '../wire/request-view.ts';
import type { ParsedTarget } from '../wire/target.ts';
import type { ChunkSeed, PayloadRule } from './payload.ts';
import type { CheckName, Refusal } from './refusal.ts';

/** How a request says who sent it (SIG-30, SIG-34). */
export type Mechanism = 'sigv4-query' | 'sigv2-query' | 'sigv4-header' | 'sigv2-header' | 'sigv4-post' | 'sigv2-post';

/** What a verification goes by, made once from the caller's options. */
export type Settings = {
  readonly nowMs: number;
  /** Accepted regions; undefined accepts any (SIG-42d). */
  readonly regions: readonly string[] | undefined;
  readonly sigv2: 'strict' | 'aws' | 'off';
  readonly allowHeadWithGetUrl: boolean;
  /** Longest life of a link; undefined: what the signature allows. */
  readonly maxExpiresInSeconds: number | undefined;
  /** SIG-48b is left to the caller. */
  readonly deferGrant: boolean;
  /** Services that a header's scope may name; undefined: S3 alone (SIG-42e). */
  readonly services?: readonly string[] | undefined;
  /** The hash of the body, for header-signed requests that do not say it. */
  readonly bodySha256?: string | undefined;
};

/** One request under judgement. */
export type Context = {
  readonly raw: RawRequest;
  readonly target: ParsedTarget;
  readonly head: Head;
  /** What is verified and executed. */
  readonly view: ReceivedView;
  readonly settings: Settings;
};

/** What a check finds. `unknown`: it cannot be made, since what it needs could not be read. */
export type Finding = Refusal | 'pass' | 'unknown';

/** A request whose mechanism is known: checks that need no key, then what it claims. */
export type Opening = {
  readonly mechanism: Mechanism;
  /** Names of the checks that need no key, in order. */
  readonly checks: readonly CheckName[];
  /** Makes one of them. Each may be made alone, after another failed. */
  readonly find: (check: CheckName) => Finding;
  /** What is claimed; only after every check passed. */
  readonly claim: () => Claim;
};

/** What signs: a secret, or a key derived from it for one date and region. */
export type SigningSecret = {
  readonly secretAccessKey?: string | undefined;
  readonly signingKey?: HmacKey | undefined;
};

/** One thing that may have been signed, and the signature that it would have. */
export type Attempt = {
  readonly method: string;
  readonly expected: string;
  readonly stringToSign: string;
  /** SigV4 only. A text off the wire: a character for a byte. */
  readonly canonicalRequest?: string;
  readonly encoding: TextEncoding;
};

/** SIG-21: what the scope of a SigV4 credential names. */
export type Scope = { readonly date: string; readonly region: string; readonly service: string };

/** What a request claims, before the key is known. */
export type Claim = {
  readonly version: 'v4' | 'v2';
  readonly accessKeyId: string;
  readonly token: string | undefined;
  /** As received. */
  readonly signature: string;
  readonly signedAtMs?: number | undefined;
  readonly expiresAtMs?: number | undefined;
  readonly signedHeaders: readonly string[];
  readonly scope?: Scope | undefined;
  /** All that may have been signed; every one is computed before one is compared (SIG-79). */
  readonly attempts: (secret: SigningSecret) => readonly Attempt[];
  /** What is judged once the signature holds: limits, policy, body rule. */
  readonly settle: (attempt: Attempt, secret: SigningSecret) => Refusal | Settled;
};

/** What a request that holds is allowed to be. */
export type Settled = {
  readonly limits: ReadLimits;
  readonly payload: PayloadRule;
  readonly chunkSeed?: ChunkSeed | undefined;
  readonly grantPrefix?: string | undefined;
  /** SIG-48b failed, and the caller wants to answer it itself. */
  readonly outsideGrant?: boolean | undefined;
  /** POST only. */
  readonly policy?: PolicyOutcome | undefined;
  readonly expiresAtMs?: number | undefined;
};

/** Whether `settle` refused. */
export function isRefusal(result: Refusal | Settled): result is Refusal {
  return 'check' in result;
}
