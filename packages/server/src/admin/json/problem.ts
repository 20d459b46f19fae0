import type { ErrorCode } from '@tidegate/protocol';
import type { AdminCode } from './admin-codes.ts';

/** One member of a body that is wrong. */
export type FieldProblem = { readonly field: string; readonly detail: string; readonly hint?: string };

/** What a problem says. */
export type ProblemParts = {
  readonly status: number;
  readonly code: ErrorCode | AdminCode;
  readonly title: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** A refusal of the admin API; answered as `application/problem+json`. */
export class AdminProblem extends Error {
  override readonly name = 'AdminProblem';
  readonly parts: ProblemParts;

  constructor(parts: ProblemParts) {
    super(parts.detail ?? parts.title);
    this.parts = parts;
  }
}

/** The document of a problem. */
export function problemDocument(parts: ProblemParts, requestId: string): string {
  const { status, code, title, reason, detail, hint, errors } = parts;
  const single = errors?.length === 1 ? errors[0] : undefined;
  return JSON.stringify({
    type: `/_/docs/${reason === undefined ? 'errors' : 'reasons'}#${reason ?? code}`,
    title,
    status,
    code,
    reason: reason ?? null,
    detail: detail ?? single?.detail,
    hint: hint ?? single?.hint,
    field: single?.field,
    errors: errors !== undefined && errors.length > 1 ? errors : undefined,
    requestId,
  });
}
