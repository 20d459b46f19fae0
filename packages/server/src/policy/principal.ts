import { isAccount } from './account-number.ts';

/** Who asks, as a policy names callers. `undefined`: anonymous. */
export type PolicyCaller =
  | { readonly accountId: string; readonly accountName: string; readonly accessKeyId: string }
  | undefined;

/** Whom a statement names: everybody, an account, or one of its users (here: an access key, or the account by its name). */
export type Principal =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'account'; readonly account: string }
  | { readonly kind: 'user'; readonly account: string; readonly user: string };

const plainName = /^[\w+=,.@-]{1,128}$/;
const arn = /^arn:aws[a-z-]{0,16}:iam::([\w+=,.@-]{0,128}):(root|user\/([\w+=,.@/-]{1,512}))$/;

/** Reads one principal of `{"AWS": …}` or `{"CanonicalUser": …}`; undefined when it is none. */
export function parsePrincipal(text: string): Principal | undefined {
  if (text === '*') return { kind: 'everyone' };
  if (plainName.test(text)) return { kind: 'account', account: text };
  const match = arn.exec(text);
  if (match === null) return undefined;
  const account = match[1] ?? '';
  if (match[2] === 'root') return account === '' ? undefined : { kind: 'account', account };
  // An IAM path in front of the user's name says nothing about who it is.
  return { kind: 'user', account, user: (match[3] ?? '').split('/').at(-1) ?? '' };
}

/** Whether the principal names the caller: an account by its canonical id, its id of 12 digits or its name, a user by access key id, account name or owner id. */
export function namesCaller(principal: Principal, caller: PolicyCaller): boolean {
  if (principal.kind === 'everyone') return true;
  if (caller === undefined) return false;
  const isOwn = (name: string) => name === caller.accountName || isAccount(name, caller.accountId);
  if (principal.kind === 'account') return isOwn(principal.account);
  if (principal.account !== '' && !isOwn(principal.account)) return false;
  return principal.user === caller.accessKeyId || isOwn(principal.user);
}
