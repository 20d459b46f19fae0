import type { SessionInfo } from './session.ts';

type Role = SessionInfo['role'];

/** What the roles may do in the console, as the server enforces it: the only place that says so here. */
const rolesByAction = {
  /** Sign a URL that reads. */
  signRead: ['owner', 'write', 'read'],
  /** Sign a URL that writes. */
  signWrite: ['owner', 'write'],
  /** Upload, rename, move, delete, tag. */
  write: ['owner', 'write'],
  /** Shares and file requests, which the server holds. */
  share: ['owner'],
  request: ['owner'],
  /** Buckets and their configuration, keys, webhooks, settings. */
  administer: ['owner'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Action = keyof typeof rolesByAction;

/** Why a role may not do something, as the user reads it; undefined: it may. */
export function whyForbidden(role: Role, action: Action): string | undefined {
  const roles: readonly Role[] = rolesByAction[action];
  if (roles.includes(role)) return undefined;
  return role === 'read' ? 'Your key is read-only.' : 'Only an owner key can do this.';
}
