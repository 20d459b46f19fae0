import { createHash } from 'node:crypto';
import type { AdminStore, OnceAnswer } from '../stores/admin/admin-store.ts';
import { AdminProblem } from './json/problem.ts';
import { badField } from './json/read-json.ts';

/** What makes a request the same as another. */
export type OnceParts = {
  readonly actor: string;
  /** Method and path. */
  readonly endpoint: string;
  /** Value of Idempotency-Key. */
  readonly key: string;
  /** Query and body, as they came. */
  readonly asked: string;
};

const keyForm = /^[\x21-\x7e]{1,255}$/;

/**
 * ADM-6: does a request once for each Idempotency-Key; the same again is given the first answer, secrets that are shown once too.
 * @throws AdminProblem 409 while the first one runs, 422 when the key was used for something else; what `work` throws
 */
export async function doOnce(
  parts: OnceParts,
  records: AdminStore,
  work: () => Promise<OnceAnswer>,
): Promise<OnceAnswer> {
  if (!keyForm.test(parts.key)) throw badField('Idempotency-Key', 'It is 1 to 255 printable characters of ASCII.');
  const name = hash(parts.actor, parts.endpoint, parts.key);
  const begun = await records.beginOnce({ name, asked: hash(parts.asked) });
  if (begun === 'running') {
    throw conflict(409, 'The first request with this key is still running.', 'Ask again in a moment.');
  }
  if (begun === 'other-request') {
    throw conflict(422, 'This key was used for another request.', 'Take a new key for each thing that you want done.');
  }
  if (begun !== 'begun') return begun;
  let answer: OnceAnswer;
  try {
    answer = await work();
  } catch (error) {
    // Refused, so nothing was done. A failure may have come after the change: then the key stays taken for a minute.
    if (error instanceof AdminProblem) await records.forgetOnce(name);
    throw error;
  }
  await records.finishOnce(name, answer);
  return answer;
}

function conflict(status: number, detail: string, hint: string): AdminProblem {
  return new AdminProblem({ status, code: 'IdempotencyConflict', title: 'Idempotency-Key is taken', detail, hint });
}

function hash(...texts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(`${text.length}:${text}`);
  return sum.digest('hex');
}
