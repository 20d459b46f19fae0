import { describeSeconds } from '@tidegate/presign/internal';
import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import { allRights } from '../../stores/keys/key-rights.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { LinkRecord } from '../../stores/links/link-store.ts';
import { isShareToken, type ShareRecord, shareFacts, shareLinkId } from '../../stores/links/share-store.ts';
import type { AdminTools } from '../endpoint.ts';
import { asSeenBy, mayChange, sees } from '../reach.ts';
import { durationSchema } from './governance-json.ts';
import { isoTime, maybeIsoTime, maybeTime, time, timeAsked } from './json-fields.ts';
import { type HeldLink, linkShown, showLink } from './link-json.ts';
import { AdminProblem } from './problem.ts';
import { badField } from './read-json.ts';

export const bucketAsked = z.string().refine(isBucketName, 'is not a bucket name');
export const keyAsked = z.string().min(1).max(1024);
export const versionAsked = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, 'is not the id of a version');
const password = z.string().min(1).max(256);

/** What a share and a file request are asked for alike. */
export const commonFields = {
  title: z.string().min(1).max(200).optional(),
  note: z.string().min(1).max(2000).optional(),
  password: password.optional(),
  /** null: it never expires. Neither this nor expiresIn: after 7 days, or sooner where the key or the server allows less. */
  expiresAt: timeAsked.nullable().optional(),
  /** The same as a time from now. */
  expiresIn: durationSchema.optional(),
} as const;

/** What can be changed; null takes it away. */
export const commonPatch = {
  ...commonFields,
  title: z.string().min(1).max(200).nullable().optional(),
  note: z.string().min(1).max(2000).nullable().optional(),
  password: password.nullable().optional(),
} as const;

const targetShown = z.object({
  bucket: z.string(),
  keys: z.array(z.string()).optional(),
  versionId: z.string().optional(),
  prefix: z.string().optional(),
});

const more = {
  target: targetShown,
  title: z.string().nullable(),
  createdBy: z.string(),
  createdAt: time,
} as const;

/** A share as the API shows it: a link of the ledger, and what the server keeps of it beside. Never its URL. */
export const shareShown = linkShown.extend(more);
export const requestShown = linkShown.extend({
  ...more,
  closedAt: maybeTime,
  /** Webhooks that are told of what comes, by id. */
  notify: z.array(z.string()),
});
/** What creating one answers, this once with the URL. */
export const shareMade = shareShown.extend({ url: z.string() });
export const requestMade = requestShown.extend({ url: z.string() });

/** The record of a share is what holds now; the ledger knows what it was when it was made. */
export function asItHolds(link: LinkRecord, { limits, expiresAtMs, passwordHash }: ShareRecord): HeldLink {
  return {
    ...link,
    limits,
    expiresAtMs,
    hasPassword: passwordHash !== undefined,
    uses: { ...link.uses, limit: limits.uses },
  };
}

function showShare(share: ShareRecord, link: LinkRecord, key: KeyRecord | undefined) {
  const { target } = share;
  return {
    ...showLink(asItHolds(link, share), key),
    note: share.note ?? null,
    target:
      target.kind === 'keys'
        ? {
            bucket: target.bucket,
            keys: [...target.keys],
            ...(target.versionId !== undefined && { versionId: target.versionId }),
          }
        : { bucket: target.bucket, prefix: target.prefix },
    title: share.title ?? null,
    createdBy: share.accessKeyId,
    createdAt: isoTime(share.createdAtMs),
    ...(share.kind === 'request' && { closedAt: maybeIsoTime(share.closedAtMs), notify: [...share.notify] }),
  };
}

/** SHR-31: a new share expires after this many seconds, unless somebody asks for something else. */
const defaultLifeS = 7 * 86_400;

type AskedEnd = { readonly expiresAt?: number | null | undefined; readonly expiresIn?: number | undefined };

/** The expiration of a new share or file request: 7 days, or the longest life allowed, where none is asked for. @throws AdminProblem */
export function firstEndOf(asked: AskedEnd, actor: KeyRecord, tools: AdminTools): number | undefined {
  const bounds: EndBounds = { keys: [actor] };
  if (asked.expiresAt !== undefined || asked.expiresIn !== undefined) return endOf(asked, bounds, tools);
  const longest = [tools.shareMaxExpiryS, ...allRights(actor).map(({ governance }) => governance?.maxExpirySeconds)];
  return endOf({ expiresIn: Math.min(defaultLifeS, ...longest.filter((life) => life !== undefined)) }, bounds, tools);
}

/** Whose limits an end is judged by, and since when a share lives that is changed. */
export type EndBounds = { readonly keys: readonly KeyRecord[]; readonly madeAtMs?: number };

/**
 * The end that is asked for, judged by what the server, the keys and every key above them allow (SEC-310). No end is longer than any.
 * @throws AdminProblem
 */
export function endOf(
  asked: AskedEnd,
  { keys, madeAtMs }: EndBounds,
  { clock, shareMaxExpiryS }: AdminTools,
): number | undefined {
  const { expiresAt, expiresIn } = asked;
  if (expiresAt != null && expiresIn !== undefined)
    throw badField('expiresIn', 'Say expiresAt or expiresIn, not both.');
  const nowMs = clock.nowMs();
  const endsAtMs = expiresIn === undefined ? (expiresAt ?? undefined) : nowMs + expiresIn * 1000;
  if (endsAtMs !== undefined && endsAtMs <= nowMs) throw badField('expiresAt', 'It lies in the past.');
  const lifeS = (sinceMs: number): number => ((endsAtMs ?? Number.POSITIVE_INFINITY) - sinceMs) / 1000;
  for (const key of keys) {
    // At each use a key's limit is counted from the day that the share was made.
    const sinceMs = madeAtMs ?? nowMs;
    for (const { governance } of allRights(key)) {
      refuseLonger(lifeS(sinceMs), governance?.maxExpirySeconds, `The key ${key.accessKeyId}`);
    }
  }
  refuseLonger(lifeS(nowMs), shareMaxExpiryS, undefined);
  return endsAtMs;
}

/** @param key what allows no more; undefined: the server */
function refuseLonger(askedS: number, longestS: number | undefined, key: string | undefined): void {
  if (longestS === undefined || askedS <= longestS) return;
  const asked = askedS === Number.POSITIVE_INFINITY ? 'one that never expires' : `one of ${describeSeconds(askedS)}`;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    reason: 'LinkTooLong',
    title: 'It would live too long',
    detail: `${key ?? 'This server'} lets a share live at most ${describeSeconds(longestS)}; you asked for ${asked}.`,
    hint: key === undefined ? 'Ask for less.' : 'Ask for less, or let an owner raise maxExpiry.',
    errors: [{ field: 'expiresIn', detail: 'It is longer than what is allowed.' }],
  });
}

/** The bucket must be there, as a slip of the pen would make a link to nothing. @throws AdminProblem */
export async function requireBucket(bucket: string, { objects }: AdminTools): Promise<void> {
  if ((await objects.readBucket(bucket)) === undefined) throw badField('bucket', `Bucket "${bucket}" does not exist.`);
}

/** The address that is handed out. */
export function shareUrl({ token }: ShareRecord, { endpoint }: AdminTools): string {
  return `${endpoint().replace(/\/$/, '')}/s/${token}`;
}

const idForm = /^(?:(?:sh|rq)_)?([a-z2-7]{16,52})$/;

/** A share or file request that the actor sees. @throws AdminProblem 404 */
export async function findShare(
  id: string,
  kind: ShareRecord['kind'],
  actor: KeyRecord,
  { shares }: AdminTools,
): Promise<ShareRecord> {
  const shown = idForm.exec(id)?.[1];
  const found = isShareToken(id)
    ? await shares.find(shareLinkId(id))
    : shown === undefined
      ? undefined
      : await shares.findShown(shown);
  if (found !== undefined && found.kind === kind && sees(actor, found)) return found;
  throw new AdminProblem({
    status: 404,
    code: kind === 'share' ? 'NoSuchShare' : 'NoSuchRequest',
    title: kind === 'share' ? 'No such share' : 'No such file request',
    detail: `There is none called ${id.slice(0, 64)} that you may see.`,
  });
}

/** A share or file request that the actor may change, or be told the URL of (ADM-61). @throws AdminProblem 403, 404 */
export async function findOwnShare(
  id: string,
  kind: ShareRecord['kind'],
  actor: KeyRecord,
  tools: AdminTools,
): Promise<ShareRecord> {
  const share = await findShare(id, kind, actor, tools);
  if (await mayChange(share.accessKeyId, actor, tools)) return share;
  throw new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'Made by another key',
    detail: 'Your key is limited, so it may change only what it made itself, or what keys that it made did.',
  });
}

/** A share with what the ledger counts of it. */
export async function shownShare(share: ShareRecord, actor: KeyRecord, tools: AdminTools) {
  await tools.links.flush();
  const key = (await tools.keys.readKey(share.accessKeyId))?.record;
  // A ledger that was folded away knows it no more; it still works.
  const link =
    (await tools.links.readLink(share.linkId)) ??
    (await tools.links.register(shareFacts(share, new URL(tools.endpoint()).host), {
      note: undefined,
      label: undefined,
    }));
  return showShare(share, await asSeenBy(actor, link, tools), key);
}
