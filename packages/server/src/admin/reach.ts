import { isOwner } from '../policy/key-scope.ts';
import { allRights, areUnlimited } from '../stores/keys/key-rights.ts';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkRecord } from '../stores/links/link-store.ts';
import type { AdminTools } from './endpoint.ts';
import { AdminProblem } from './json/problem.ts';

/** Which links a key sees: an undefined member bounds nothing (ADM-2). */
export type Visibility = { readonly accountId: string | undefined; readonly accessKeyId: string | undefined };

/**
 * ADM-2: an owner of the account `root` sees every link, another owner those of its account, any other key what it signed
 * itself. An owner that reaches only some buckets or prefixes counts as any other key.
 */
export function visibilityOf(actor: KeyRecord): Visibility {
  const isWide =
    isOwner(actor) && allRights(actor).every(({ buckets, prefixes }) => buckets.length + prefixes.length === 0);
  if (!isWide) return { accountId: actor.account.id, accessKeyId: actor.accessKeyId };
  return { accountId: actor.account.name === 'root' ? undefined : actor.account.id, accessKeyId: undefined };
}

/** Whether a link is among those that a key sees. */
export function sees(actor: KeyRecord, link: Pick<LinkRecord, 'accountId' | 'accessKeyId'>): boolean {
  const { accountId, accessKeyId } = visibilityOf(actor);
  if (accountId !== undefined && accountId !== link.accountId) return false;
  return accessKeyId === undefined || accessKeyId === link.accessKeyId;
}

/** Where the key that made another one is looked up. */
type Makers = { readonly keys: Pick<AdminTools['keys'], 'describeKey'> };

/** Most keys between one and the key that made it. */
const mostMakers = 64;

/** Whether a key was made by the actor, or by one that it made. */
async function isMadeBelow(key: Pick<KeyRecord, 'madeBy'>, actor: KeyRecord, { keys }: Makers): Promise<boolean> {
  let maker = key.madeBy;
  for (let steps = 0; maker !== undefined && steps < mostMakers; steps += 1) {
    if (maker === actor.accessKeyId) return true;
    maker = (await keys.describeKey(maker))?.madeBy;
  }
  return false;
}

/**
 * ADM-61: whether the actor may change what a key made, within what it sees. A key that is limited or governed changes only what it
 * made itself, or what keys that it made did: else it could undo what keeps it within its limits.
 */
export async function mayChange(
  accessKeyId: string,
  actor: KeyRecord,
  tools: Pick<AdminTools, 'keys'>,
): Promise<boolean> {
  if (accessKeyId === actor.accessKeyId || allRights(actor).every(areUnlimited)) return true;
  const key = await tools.keys.describeKey(accessKeyId);
  return key !== undefined && (await isMadeBelow(key, actor, tools));
}

/** ADM-62: the keys whose links the actor sees, and those that it made. */
export async function seesKey(key: KeyRecord, actor: KeyRecord, tools: Makers): Promise<boolean> {
  const { accountId, accessKeyId } = visibilityOf(actor);
  if (accessKeyId !== undefined) return key.accessKeyId === accessKeyId || (await isMadeBelow(key, actor, tools));
  return accountId === undefined || accountId === key.account.id;
}

/** What stands in the place of the id of a key that one does not see. */
const anotherKey = 'another key';

/** ADM-62: the id of a key that did something, for somebody who may not see it. */
export async function nameOfKey(
  accessKeyId: string,
  actor: KeyRecord,
  tools: Pick<AdminTools, 'keys'>,
): Promise<string> {
  const isWholeSeen = Object.values(visibilityOf(actor)).every((bound) => bound === undefined);
  if (accessKeyId === actor.accessKeyId || isWholeSeen) return accessKeyId;
  const key = (await tools.keys.readKey(accessKeyId))?.record;
  return key !== undefined && (await seesKey(key, actor, tools)) ? accessKeyId : anotherKey;
}

/** The same record, without the id of a key that revoked it and that the actor does not see. */
export async function asSeenBy<Kind extends { readonly revocation?: { readonly by: string } | undefined }>(
  actor: KeyRecord,
  record: Kind,
  tools: Pick<AdminTools, 'keys'>,
): Promise<Kind> {
  const { revocation } = record;
  if (revocation === undefined) return record;
  return { ...record, revocation: { ...revocation, by: await nameOfKey(revocation.by, actor, tools) } };
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
