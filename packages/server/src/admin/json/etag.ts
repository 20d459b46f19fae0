import { createHash } from 'node:crypto';
import { AdminProblem } from './problem.ts';

/** An entity tag of what people may change about a thing; what is merely counted is not in it (ADM-7). */
export function etagOf(state: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)}"`;
}

/** ADM-7. @throws AdminProblem 412 when the thing is not as the caller knows it */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.split(',').some((one) => one.trim() === etag)) return;
  throw new AdminProblem({
    status: 412,
    code: 'PreconditionFailed',
    title: 'It was changed meanwhile',
    detail: 'If-Match names another state than the one that it has now.',
    hint: 'Read it again, then change it.',
  });
}
