import { send } from './api.ts';

/** Who is signed in. */
export type SessionInfo = {
  readonly accessKeyId: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly role: 'owner' | 'read' | 'write' | 'link-only';
  readonly note: string | null;
  readonly buckets: readonly string[];
  readonly prefixes: readonly string[];
  /** Where S3 is reached from here. */
  readonly endpoint: string;
  /** Seconds until it ends for good, and for want of anything done. */
  readonly lifeS: number;
  readonly idleS: number;
};

/** The session that this browser has; undefined: none. @throws ApiError when nothing can be known */
export async function readSession(): Promise<SessionInfo | undefined> {
  const document = await send('GET', '/session');
  return document === undefined ? undefined : asSession(document);
}

/** Signs in by the code of `tidegate console`. @throws ApiError */
export async function signInByCode(code: string): Promise<SessionInfo> {
  return asSession(await send('POST', '/session', { body: { code } }));
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/session');
}

/** The code that the address brought, taken out of it: nothing of it stays in the history. */
export function takeCode(): string | undefined {
  const code = /^#k=([\w.-]{1,300})$/.exec(location.hash)?.[1];
  if (code !== undefined) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return code;
}

/** What the server answers of a session. */
export function asSession(document: unknown): SessionInfo {
  // Sound: what the server's session answers.
  return document as SessionInfo;
}
