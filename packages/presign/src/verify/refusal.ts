import type { Reason, ReasonValues } from '../explain/reasons.ts';

/** The checks of a request, in the order of judgement. The last five are made by a server, not here. */
export type CheckName =
  | 'form'
  | 'time'
  | 'scope'
  | 'headers'
  | 'key'
  | 'token'
  | 'signature'
  | 'revoked'
  | 'keyPolicy'
  | 'limits'
  | 'bucketPolicy'
  | 'operation';

/** Why a request is refused: what AWS answers, and what we say beyond it. */
export type Refusal = {
  /** The check that failed. */
  readonly check: CheckName;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The rule that refuses, where the near-miss search must tell rules apart that share a code. */
  readonly rule?: string;
  readonly reason: Reason;
  /** What fills the reason's text. */
  readonly values: ReasonValues;
  /** The error's further XML members. A function where making them costs more than refusing does. */
  readonly members: Members | (() => Members);
};

/** Further members of an error, by name, in the order in which they are written. */
export type Members = Readonly<Record<string, string>>;

type RefusalParts = Partial<Refusal> & { readonly check: CheckName; readonly code: string; readonly message: string };

/** A refusal; what is not said is 400, malformed, without members. */
export function refuse(parts: RefusalParts): Refusal {
  return { status: 400, reason: 'AuthMalformed', values: { message: parts.message }, members: {}, ...parts };
}

/** A refusal `403 AccessDenied`. */
export function deny(check: CheckName, message: string, more: Partial<Refusal>): Refusal {
  return refuse({ check, status: 403, code: 'AccessDenied', message, ...more });
}
