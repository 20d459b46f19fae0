import type { KeyRecord } from '../stores/keys/key-store.ts';
import { AdminProblem } from './json/problem.ts';
import { visibilityOf } from './reach.ts';

/** What is of the whole server is its operator's: an owner of the account `root` that reaches everything. */
export function isOperator(actor: KeyRecord): boolean {
  const { accountId, accessKeyId } = visibilityOf(actor);
  return accountId === undefined && accessKeyId === undefined;
}

/** @throws AdminProblem 403 unless the actor is the operator */
export function requireRoot(actor: KeyRecord): void {
  if (isOperator(actor)) return;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'The account root alone',
    detail: 'This is of the whole server: its operator alone may.',
  });
}
