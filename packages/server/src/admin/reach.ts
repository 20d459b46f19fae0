import { isOwner } from '../policy/key-scope.ts';
import { allRights } from '../stores/key-rights.ts';
import type { KeyRecord } from '../stores/key-store.ts';
import type { LinkRecord } from '../stores/link-store.ts';
import type { AdminTools } from './endpoint.ts';
import { AdminProblem } from './problem.ts';

/** Which links a key sees: an undefined member bounds nothing (ADM-2). */
export type Sight = { readonly accountId: string | undefined; readonly accessKeyId: string | undefined };

/**
 * ADM-2: an owner of the account `root` sees every link, another owner those of its account, any other key what it signed
 * itself. An owner that reaches some buckets alone counts as any other key.
 */
export function sightOf(actor: KeyRecord): Sight {
  const isWide =
    isOwner(actor) && allRights(actor).every(({ buckets, prefixes }) => buckets.length + prefixes.length === 0);
  if (!isWide) return { accountId: actor.account.id, accessKeyId: actor.accessKeyId };
  return { accountId: actor.account.name === 'root' ? undefined : actor.account.id, accessKeyId: undefined };
}

/** Whether a link is among those that a key sees. */
export function sees(actor: KeyRecord, link: Pick<LinkRecord, 'accountId' | 'accessKeyId'>): boolean {
  const { accountId, accessKeyId } = sightOf(actor);
  if (accountId !== undefined && accountId !== link.accountId) return false;
  return accessKeyId === undefined || accessKeyId === link.accessKeyId;
}

/** Names of links: what people see, or the whole identity. */
const idForm = /^(?:(?:lk|sh|rq)_)?[a-z2-7]{16,52}$/;

/** A link of the ledger that the actor sees. @throws AdminProblem 404 */
export async function findLink(id: string, actor: KeyRecord, { links }: AdminTools): Promise<LinkRecord> {
  await links.flush();
  const found = idForm.test(id) ? await links.readLink(id) : undefined;
  if (found !== undefined && sees(actor, found)) return found;
  throw new AdminProblem({
    status: 404,
    code: 'NoSuchLink',
    title: 'No such link',
    detail: `The ledger has no link ${id.slice(0, 64)} that you may see. A link is known from its first use on, or when it is registered.`,
    hint: 'List them: tidegate share list',
  });
}

/** Keys by their ids, each looked up once; one that is gone is missing. */
export async function keysOf(ids: Iterable<string>, { keys }: AdminTools): Promise<ReadonlyMap<string, KeyRecord>> {
  const found = new Map<string, KeyRecord>();
  for (const id of new Set(ids)) {
    const key = await keys.readKey(id);
    if (key !== undefined) found.set(id, key.record);
  }
  return found;
}
