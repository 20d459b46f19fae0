import type { Refused, Rules } from '../verify/judge.ts';
import type { KeyMaterial } from '../verify/key-material.ts';
import type { Context, SigningSecret } from '../verify/opening.ts';
import type { RawRequest } from '../wire/request.ts';
import type { CauseId, Reason, ReasonValues } from './reasons.ts';

/** Bounds of SIG-95 for one failure. The share of processor time is for the caller to keep. */
export const searchBounds = { candidates: 128, requestBytes: 8192 } as const;

/** What a search starts from. */
export type Search = {
  readonly raw: RawRequest;
  readonly refused: Refused;
  readonly rules: Rules;
  readonly material: KeyMaterial | undefined;
  readonly secret: SigningSecret | undefined;
  /** Keys of the bucket that may be tried. */
  readonly existingKeys: readonly string[];
  readonly mostCandidates: number;
};

/** Why a request was refused. */
export type Cause = {
  readonly id?: CauseId;
  readonly reason: Reason;
  /** What the URL was signed for, or the names concerned: for owners (SIG-97). */
  readonly detail?: string | undefined;
  /** What fills the reason's text. */
  readonly values: ReasonValues;
  /** A sentence more, of nothing but the caller's own request. */
  readonly note?: string | undefined;
  readonly change?: { readonly what: string; readonly signed: string; readonly got: string };
  /** Signatures computed before it was found. */
  readonly tried: number;
};

/** A changed request to be verified; or a cause that a row of the table states without verifying. */
export type Candidate =
  | {
      readonly raw: RawRequest;
      readonly cause: Omit<Cause, 'tried'>;
      /** The candidate's Host header counts, whatever a proxy forwarded. */
      readonly ownHost?: boolean;
      readonly secretAccessKey?: string;
    }
  | { readonly found: Omit<Cause, 'tried'> };

/** The request with another path or query; `rawPath` and `rawQuery` as they would come off the wire. */
export function withTarget(
  context: Context,
  change: { readonly rawPath?: string; readonly rawQuery?: string },
): RawRequest {
  const rawPath = change.rawPath ?? context.target.rawPath;
  const rawQuery = change.rawQuery ?? context.target.rawQuery;
  const target = (rawPath === '' ? '/' : rawPath) + (rawQuery === '' ? '' : `?${rawQuery}`);
  return { ...context.raw, target, parsed: undefined };
}

/** The request with the header `name` (lower case) replaced, or added when it was not sent. */
export function withHeader(raw: RawRequest, name: string, value: string): RawRequest {
  const rawHeaders: string[] = [];
  for (let at = 0; at + 1 < raw.rawHeaders.length; at += 2) {
    const sent = raw.rawHeaders[at] ?? '';
    if (sent.toLowerCase() !== name) rawHeaders.push(sent, raw.rawHeaders[at + 1] ?? '');
  }
  rawHeaders.push(name, value);
  return { ...raw, rawHeaders, parsed: undefined };
}
