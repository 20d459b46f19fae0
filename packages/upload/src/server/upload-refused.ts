import type { UploadErrorCode } from '../upload-error.ts';
import type { RefusalAnswer } from '../wire.ts';

/** What a refusal can say beside its text. */
export type RefusedDetail = {
  readonly code?: UploadErrorCode;
  readonly hint?: string | undefined;
  readonly reason?: string | undefined;
  readonly missing?: readonly number[];
};

/** An upload is refused: thrown by `authorize`, `key` and `complete` of an application, and by the handler itself. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';
  /** Of the answer, 400 to 599. */
  readonly status: number;
  readonly detail: RefusedDetail;

  constructor(status: number, text: string, detail: RefusedDetail = {}) {
    super(text);
    this.status = status;
    this.detail = detail;
  }
}

/** JSON that no cache keeps. */
export function writeAnswer(status: number, body: unknown): Response {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** The answer of a refusal. */
export function writeRefused({ status, message, detail }: UploadRefused): Response {
  const { code = 'Refused', hint, reason, missing } = detail;
  const error: RefusalAnswer['error'] = {
    code,
    message,
    ...(hint ? { hint } : {}),
    ...(reason ? { reason } : {}),
    ...(missing ? { missing } : {}),
  };
  return writeAnswer(status, { error });
}
