import { isPassing, unreachable } from './failures.ts';
import { UploadError, type UploadErrorCode } from './upload-error.ts';
import type { RefusalAnswer } from './wire.ts';

/** The application lacks parts: they are sent again. */
export class PartsMissing extends Error {
  readonly parts: readonly number[];

  constructor(parts: readonly number[]) {
    super('Parts are missing.');
    this.parts = parts;
  }
}

const known: ReadonlySet<string> = new Set<UploadErrorCode>([
  'TypeNotAllowed',
  'TooLarge',
  'TooSmall',
  'LinkExpired',
  'StoreRefused',
]);

function isCode(code: string | undefined): code is UploadErrorCode {
  return code !== undefined && known.has(code);
}

/** Asks the application's handler. @throws UploadError, PartsMissing, `signal`'s reason */
export async function ask<Answer>(
  endpoint: string,
  given: HeadersInit | undefined,
  body: object,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers = new Headers(given);
  headers.set('content-type', 'application/json');
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) });
    text = await answer.text();
  } catch {
    signal?.throwIfAborted();
    throw unreachable('The application');
  }
  const { ok, status } = answer;
  let read: Answer & Partial<RefusalAnswer>;
  try {
    read = JSON.parse(text);
  } catch {
    throw new UploadError('Refused', `The application answered ${status} without JSON.`, {
      hint: status < 500 ? `Is the handler of uploads at ${endpoint}?` : 'Its own log says why.',
      retryable: isPassing(status),
      status,
    });
  }
  if (ok) return read;
  const { code, message = `The application answered ${status}.`, hint, reason, missing } = read.error ?? {};
  if (missing) throw new PartsMissing(missing);
  throw new UploadError(isCode(code) ? code : 'Refused', message, {
    hint,
    reason,
    status,
    retryable: isPassing(status) && status !== 502,
  });
}
