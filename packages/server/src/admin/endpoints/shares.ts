import { z } from 'zod';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import {
  newShareToken,
  type ShareRecord,
  type ShareTarget,
  shareFacts,
  shareLinkId,
} from '../../stores/links/share-store.ts';
import { Pieces } from '../../stores/upkeep/turns.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { etagOf, requireMatch } from '../json/etag.ts';
import { defaultPageItems, pageOf, pageQuery } from '../json/json-fields.ts';
import { limitsCarriedBy } from '../json/limits-json.ts';
import { shownId } from '../json/link-json.ts';
import { badField } from '../json/read-json.ts';
import {
  bucketAsked,
  commonFields,
  commonPatch,
  type EndBounds,
  endOf,
  findOwnShare,
  findShare,
  firstEndOf,
  keyAsked,
  requireBucket,
  shareMade,
  shareShown,
  shareUrl,
  shownShare,
  versionAsked,
} from '../json/share-json.ts';
import { visibilityOf } from '../reach.ts';
import { requireTarget } from './share-target.ts';

const newShare = z.strictObject({
  bucket: bucketAsked,
  key: keyAsked.optional(),
  /** Of the key; without it the one that is current when it is asked for. */
  versionId: versionAsked.optional(),
  keys: z.array(keyAsked).min(1).max(1000).optional(),
  /** Everything below it; ends in a slash. */
  prefix: z.string().max(1024).regex(/\/$/, 'does not end in a slash').optional(),
  /** true: what is shared need not exist yet. */
  allowMissing: z.boolean().optional(),
  ...commonFields,
  limits: limitsCarriedBy('share').optional(),
});

const sharePatch = z.strictObject({ ...commonPatch, limits: limitsCarriedBy('share').optional() });

function targetOf({ bucket, key, keys, prefix, versionId }: z.output<typeof newShare>): ShareTarget {
  const given = [key, keys, prefix].filter((one) => one !== undefined);
  if (given.length !== 1) throw badField('key', 'Say one of key, keys and prefix.');
  if (versionId !== undefined && key === undefined) throw badField('versionId', 'It is of one key.');
  if (prefix !== undefined) return { kind: 'prefix', bucket, prefix };
  const named = key === undefined ? [...new Set(keys)] : [key];
  return { kind: 'keys', bucket, keys: named, ...(versionId !== undefined && { versionId }) };
}

/** Makes the record and makes it known to the ledger. */
export async function keepShare(
  made: Pick<ShareRecord, 'kind' | 'target' | 'limits' | 'title' | 'note' | 'expiresAtMs' | 'notify'>,
  password: string | undefined,
  actor: KeyRecord,
  tools: AdminTools,
): Promise<ShareRecord> {
  const token = newShareToken(tools.random);
  const share: ShareRecord = {
    ...made,
    token,
    linkId: shareLinkId(token),
    accountId: actor.account.id,
    accessKeyId: actor.accessKeyId,
    passwordHash: password === undefined ? undefined : await tools.hashPassword(password),
    createdAtMs: tools.clock.nowMs(),
    closedAtMs: undefined,
  };
  await tools.shares.create(share);
  await tools.links.register(shareFacts(share, new URL(tools.endpoint()).host), { note: share.note, label: undefined });
  if (share.kind === 'share') tellOf('share.created', share, tools);
  tools.audit(share.kind === 'share' ? 'share.created' : 'request.created', {
    link: shownId(share.kind, share.linkId),
    bucket: share.target.bucket,
  });
  return share;
}

export function tellOf(type: string, { linkId }: ShareRecord, { tell }: AdminTools): void {
  tell({ type, linkId });
}

export const createShare = endpoint({
  method: 'POST',
  path: '/shares',
  action: 'tidegate:CreateShare',
  text: 'Creates a share: a short link stored on the server. It expires after 7 days unless you say otherwise. The response has its URL.',
  body: newShare,
  status: 201,
  answer: shareMade,
  async handle({ actor, body }, tools) {
    const target = targetOf(body);
    await requireBucket(body.bucket, tools);
    if (body.allowMissing !== true) await requireTarget(target, actor, tools);
    const { limits = {}, title, note } = body;
    const expiresAtMs = firstEndOf(body, actor, tools);
    const share = await keepShare(
      { kind: 'share', target, limits, title, note, expiresAtMs, notify: [] },
      body.password,
      actor,
      tools,
    );
    return {
      status: 201,
      value: { ...(await shownShare(share, actor, tools)), url: shareUrl(share, tools) },
      etag: etagOfShare(share),
    };
  },
});

export const listShares = endpoint({
  method: 'GET',
  path: '/shares',
  action: 'tidegate:ListShares',
  text: 'Shares, the newest first.',
  query: z.strictObject(pageQuery),
  answer: pageOf(shareShown),
  handle: ({ actor, query }, tools) => listKind('share', query, actor, tools),
});

export async function listKind(
  kind: ShareRecord['kind'],
  { cursor, limit = defaultPageItems }: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  actor: KeyRecord,
  tools: AdminTools,
) {
  const page = await tools.shares.list({ kind, ...visibilityOf(actor), cursor, limit });
  const pieces = new Pieces(tools.clock);
  const items: Awaited<ReturnType<typeof shownShare>>[] = [];
  for (const share of page.items) {
    if (pieces.isOver) await pieces.next();
    items.push(await shownShare(share, actor, tools));
  }
  return { status: 200 as const, value: { items, next: page.next ?? null } };
}

export const readShare = endpoint({
  method: 'GET',
  path: '/shares/{id}',
  action: 'tidegate:ReadShare',
  text: 'One share.',
  answer: shareShown,
  async handle({ actor, id }, tools) {
    const share = await findShare(id, 'share', actor, tools);
    return { status: 200, value: await shownShare(share, actor, tools), etag: etagOfShare(share) };
  },
});

export const readShareUrl = endpoint({
  method: 'GET',
  path: '/shares/{id}/url',
  action: 'tidegate:ReadShareUrl',
  text: 'The URL of a share again; audited.',
  answer: z.object({ url: z.string() }),
  async handle({ actor, id }, tools) {
    const share = await findOwnShare(id, 'share', actor, tools);
    tools.audit('share.url', { link: shownId('share', share.linkId) });
    return { status: 200, value: { url: shareUrl(share, tools) } };
  },
});

export const changeShare = endpoint({
  method: 'PATCH',
  path: '/shares/{id}',
  action: 'tidegate:ChangeShare',
  text: 'Changes a share: end, limits, password, title, note.',
  body: sharePatch,
  answer: shareShown,
  async handle({ actor, id, body, ifMatch }, tools) {
    const share = await findOwnShare(id, 'share', actor, tools);
    requireMatch(ifMatch, etagOfShare(share));
    const changed = await changeKept(share, body, actor, tools);
    tellOf('share.changed', changed, tools);
    tools.audit('share.changed', { link: shownId('share', share.linkId), fields: Object.keys(body).join(',') });
    return { status: 200, value: await shownShare(changed, actor, tools), etag: etagOfShare(changed) };
  },
});

type Patch = z.output<typeof sharePatch>;

/** Applies what a share and a file request are changed in alike. */
export async function changeKept(
  share: ShareRecord,
  body: Patch,
  actor: KeyRecord,
  tools: AdminTools,
): Promise<ShareRecord> {
  const { title, note, password, limits, expiresAt, expiresIn } = body;
  const changesEnd = expiresAt !== undefined || expiresIn !== undefined;
  const changed = await tools.shares.edit(share.linkId, {
    ...(title !== undefined && { title: title ?? undefined }),
    ...(note !== undefined && { note: note ?? undefined }),
    ...(password !== undefined && { passwordHash: password === null ? undefined : await tools.hashPassword(password) }),
    ...(limits !== undefined && { limits }),
    ...(changesEnd && { expiresAtMs: endOf({ expiresAt, expiresIn }, await boundsOf(share, actor, tools), tools) }),
  });
  return changed ?? share;
}

/** A share acts with the rights of the key that made it, whoever changes it. */
async function boundsOf(share: ShareRecord, actor: KeyRecord, { keys }: AdminTools): Promise<EndBounds> {
  const maker = share.accessKeyId === actor.accessKeyId ? undefined : await keys.describeKey(share.accessKeyId);
  return { keys: maker === undefined ? [actor] : [actor, maker], madeAtMs: share.createdAtMs };
}

export const deleteShare = endpoint({
  method: 'DELETE',
  path: '/shares/{id}',
  action: 'tidegate:DeleteShare',
  text: 'Takes a share back; a revocation that can be undone.',
  status: 204,
  async handle({ actor, id }, tools) {
    await takeBack(await findShare(id, 'share', actor, tools), actor, tools);
    return { status: 204 };
  },
});

/** A share ends as any link does: by a revocation (SHR-3). */
export async function takeBack(share: ShareRecord, actor: KeyRecord, tools: AdminTools): Promise<void> {
  const { clock, links } = tools;
  if (links.findRevocation(shareFacts(share, '')) !== undefined) return;
  await links.revoke({
    match: { kind: 'link', id: share.linkId },
    beforeMs: clock.nowMs(),
    by: actor.accessKeyId,
    reason: undefined,
    keptUntilMs: undefined,
  });
  tellOf('link.revoked', share, tools);
  tools.audit('link.revoked', { link: shownId(share.kind, share.linkId) });
}

export function etagOfShare({
  linkId,
  limits,
  title,
  note,
  passwordHash,
  expiresAtMs,
  closedAtMs,
  notify,
}: ShareRecord): string {
  return etagOf([linkId, limits, title, note, passwordHash, expiresAtMs, closedAtMs, notify]);
}
