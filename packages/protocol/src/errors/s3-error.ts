import type { Reason } from '@tidegate/presign';
import { type ErrorCode, type ErrorFields, errors } from './errors.ts';

/** The stable code beside an S3 error code that says exactly what refused a request: one of the list of reasons. */
export type RefusalReason = Reason;

/** What a refusal is made of. Absent parts take the catalogue's. */
export type S3ErrorParts = {
  readonly code: ErrorCode;
  readonly status?: number | undefined;
  readonly message?: string | undefined;
  readonly fields?: Readonly<Record<string, string | number>> | undefined;
  readonly reason?: RefusalReason | undefined;
  readonly hint?: string | undefined;
  /** Response headers, lower-case names, that go with the refusal (`allow`, `retry-after`, …). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/**
 * A refusal: an error that is an answer (WIRE-2). Made for every refused request, so it records no stack.
 * Use `refusal()`; the constructor is for those who carry the members over from a signature verdict.
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: Readonly<Record<string, string | number>>;
  readonly reason: RefusalReason | undefined;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(parts: S3ErrorParts) {
    const entry = errors[parts.code];
    const message = parts.message ?? entry.message;
    // A stack costs more than the whole rest of a refusal, and a refusal is no bug to be traced.
    const stackTraceLimit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = parts.code;
    this.status = parts.status ?? entry.status;
    this.fields = parts.fields ?? {};
    this.reason = parts.reason;
    this.hint = parts.hint;
    this.headers = parts.headers;
  }
}

/**
 * Makes a refusal from the catalogue; the compiler demands exactly the members of the entry (WIRE-1).
 * `message` replaces the catalogue's text where AWS has several texts for one code.
 */
export function refusal<Code extends ErrorCode>(
  code: Code,
  fields: ErrorFields<Code>,
  reason?: RefusalReason,
  message?: string,
): S3Error {
  return new S3Error({ code, fields: definedFields(fields), reason, message });
}

function definedFields(fields: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const defined: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
