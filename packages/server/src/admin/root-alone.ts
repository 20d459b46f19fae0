import type { KeyRecord } from '../stores/key-store.ts';
import { AdminProblem } from './problem.ts';
import { sightOf } from './reach.ts';

/** What is of the whole server is its operator's: an owner of the account `root` that reaches everything. @throws AdminProblem 403 */
export function requireRoot(actor: KeyRecord): void {
  const { accountId, accessKeyId } = sightOf(actor);
  if (accountId === undefined && accessKeyId === undefined) return;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'The account root alone',
    detail: 'This is of the whole server: its operator alone may.',
  });
}
