import type { ReadLimits } from '@tidegate/presign/internal';
import { z } from 'zod';
import { narrow } from '../../links/effective.ts';
import { allRights } from '../../stores/keys/key-rights.ts';
import type { KeyRecord } from '../../stores/keys/key-store.ts';
import type { LinkKind, LinkRecord, Revocation, RevocationMatch } from '../../stores/links/link-store.ts';
import { isoTime, maybeIsoTime, maybeTime, time } from './json-fields.ts';
import { limitsShown, showLimits } from './limits-json.ts';

/** Characters of an identity that people see. */
const shownCharacters = 16;

const prefixes: Readonly<Record<LinkKind, string>> = { link: 'lk_', share: 'sh_', request: 'rq_' };

/** The name of a link as people see it (LDG-2). */
export function shownId(kind: LinkKind, id: string): string {
  return `${prefixes[kind]}${id.slice(0, shownCharacters)}`;
}

const matchShown = z.union([
  z.object({ id: z.string() }),
  z.object({ label: z.string(), accessKeyId: z.string() }),
  z.object({ bucket: z.string(), key: z.string() }),
  z.object({ bucket: z.string(), prefix: z.string() }),
  z.object({ accessKeyId: z.string() }),
  z.object({ sessionTokenHash: z.string() }),
]);

/** What a revocation covers, in the words of the API. */
export function showMatch(match: RevocationMatch): z.input<typeof matchShown> {
  switch (match.kind) {
    case 'link':
      return { id: shownId('link', match.id) };
    case 'label':
      return { label: match.label, accessKeyId: match.accessKeyId };
    case 'object':
      return { bucket: match.bucket, key: match.key };
    case 'prefix':
      return { bucket: match.bucket, prefix: match.prefix };
    case 'access-key':
      return { accessKeyId: match.accessKeyId };
    case 'session':
      return { sessionTokenHash: match.tokenHash };
  }
}

export const revocationShown = z.object({
  id: z.string(),
  match: matchShown,
  before: time,
  at: time,
  by: z.string(),
  reason: z.string().nullable(),
  /** Null: until it is undone. */
  keptUntil: maybeTime,
});

export function showRevocation(revocation: Revocation): z.input<typeof revocationShown> {
  const { id, match, beforeMs, atMs, by, reason, keptUntilMs } = revocation;
  return {
    id,
    match: showMatch(match),
    before: isoTime(beforeMs),
    at: isoTime(atMs),
    by,
    reason: reason ?? null,
    keptUntil: maybeIsoTime(keptUntilMs),
  };
}

const counted = z.object({ count: z.int(), limit: z.int().nullable(), left: z.int().nullable(), open: z.int() });

/** A link of the ledger. */
export const linkShown = z.object({
  id: z.string(),
  kind: z.enum(['link', 'share', 'request']),
  label: z.string().nullable(),
  note: z.string().nullable(),
  operation: z.string(),
  method: z.string(),
  bucket: z.string(),
  key: z.string(),
  /** The key is a granted prefix. */
  isPrefix: z.boolean(),
  /** Null: whichever is the current one. */
  versionId: z.string().nullable(),
  signer: z.object({ accessKeyId: z.string(), note: z.string().nullable(), temporary: z.boolean() }).nullable(),
  signature: z.enum(['sigv4', 'sigv2', 'post', 'none']),
  host: z.string(),
  limits: limitsShown,
  limitsFromKey: limitsShown.extend({ maxExpiry: z.int().optional() }),
  /** What was tightened since it was made. */
  tightened: z.object({ expiresAt: time, uses: z.int(), ip: z.array(z.string()) }).partial(),
  state: z.enum(['active', 'spent', 'revoked', 'expired']),
  stateSince: maybeTime,
  signedAt: maybeTime,
  expiresAt: maybeTime,
  firstSeen: maybeTime,
  /** Of any request, a refused one too. */
  lastSeen: maybeTime,
  firstUsed: maybeTime,
  /** Only of a use. */
  lastUsed: maybeTime,
  registered: z.boolean(),
  /** A share or file request that asks for a password. */
  password: z.boolean(),
  uses: counted,
  bytes: z.object({ out: z.int(), in: z.int(), limit: z.int().nullable() }),
  clients: z.int(),
  refusals: z.object({ total: z.int(), byReason: z.record(z.string(), z.int()) }),
  revocation: z
    .object({ id: z.string(), at: time, by: z.string(), reason: z.string().nullable(), rule: matchShown })
    .nullable(),
});

/** A link of the ledger; of a share or file request, also whether it asks for a password. */
export type HeldLink = LinkRecord & { readonly hasPassword?: boolean };

/** A link as the API shows it. Never its URL, nor its signature. `key`: of its signer, while that exists. */
export function showLink(link: HeldLink, key: KeyRecord | undefined): z.input<typeof linkShown> {
  const { kind, uses, bytes, refusals, revocation, tightening } = link;
  const endsAtMs = earlier(link.expiresAtMs, tightening.expiresAtMs);
  return {
    id: shownId(kind, link.id),
    kind,
    // Ids that begin with `~` were made up by a library, so that two links are two.
    label: link.label === undefined || link.label.startsWith('~') ? null : link.label,
    note: link.note ?? null,
    operation: link.operation,
    method: link.method,
    bucket: link.bucket,
    key: link.key,
    isPrefix: link.keyIsPrefix,
    versionId: link.versionId ?? null,
    signer:
      kind === 'link'
        ? { accessKeyId: link.accessKeyId, note: key?.note ?? null, temporary: link.sessionTokenHash !== undefined }
        : null,
    signature: link.signature,
    host: link.host,
    limits: showLimits(link.limits),
    limitsFromKey: key === undefined ? {} : limitsFromKey(key),
    tightened: {
      ...(tightening.expiresAtMs !== undefined && { expiresAt: isoTime(tightening.expiresAtMs) }),
      ...(tightening.uses !== undefined && { uses: tightening.uses }),
      ...(tightening.ip !== undefined && { ip: [...tightening.ip] }),
    },
    state: link.state,
    stateSince: maybeIsoTime(sinceMs(link, endsAtMs)),
    signedAt: maybeIsoTime(link.signedAtMs),
    expiresAt: maybeIsoTime(endsAtMs),
    firstSeen: maybeIsoTime(link.firstSeenMs),
    lastSeen: maybeIsoTime(link.lastSeenMs),
    firstUsed: maybeIsoTime(link.firstUsedMs),
    lastUsed: maybeIsoTime(link.lastUsedMs),
    registered: link.registeredAtMs !== undefined,
    password: link.hasPassword === true,
    uses: {
      count: uses.count,
      limit: uses.limit ?? null,
      left: uses.limit === undefined ? null : Math.max(0, uses.limit - uses.count),
      open: uses.open,
    },
    bytes: { out: bytes.out, in: bytes.in, limit: bytes.limit ?? null },
    clients: link.clients,
    refusals: { total: Object.values(refusals).reduce((sum, count) => sum + count, 0), byReason: { ...refusals } },
    revocation: revocation === undefined ? null : { ...showTaking(revocation), rule: showMatch(revocation.match) },
  };
}

/** What a key, and every key above it, lays on its links: of several numbers and times the stricter, of others the first. */
function limitsFromKey(key: KeyRecord): z.input<typeof linkShown>['limitsFromKey'] {
  const strictest: ReadLimits = {};
  const lives: number[] = [];
  for (const { governance } of allRights(key)) {
    const { defaults = {}, caps = {}, maxExpirySeconds } = governance ?? {};
    for (const limits of [caps, defaults]) narrow(strictest, limits);
    if (maxExpirySeconds !== undefined) lives.push(maxExpirySeconds);
  }
  return { ...showLimits(strictest), ...(lives.length > 0 && { maxExpiry: Math.min(...lives) }) };
}

/** Who took something back, when and why. */
export function showTaking({ id, atMs, by, reason }: Pick<Revocation, 'id' | 'atMs' | 'by' | 'reason'>) {
  return { id, at: isoTime(atMs), by, reason: reason ?? null };
}

function sinceMs(
  { state, lastSeenMs, lastUsedMs, firstSeenMs, registeredAtMs, revocation }: LinkRecord,
  endsAtMs: number | undefined,
) {
  if (state === 'revoked') return revocation?.atMs;
  if (state === 'expired') return endsAtMs;
  return state === 'spent' ? (lastUsedMs ?? lastSeenMs) : (registeredAtMs ?? firstSeenMs);
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Something that happened with a link. */
export const eventShown = z.object({
  id: z.string(),
  type: z.string(),
  time,
  link: z.string().nullable(),
  client: z.object({ address: z.string(), userAgent: z.string() }),
  method: z.string(),
  status: z.int(),
  bytes: z.int(),
  ms: z.number(),
  reason: z.string().nullable(),
  requestId: z.string(),
  /** How many equal ones were folded into this one. */
  count: z.int(),
  /** What else there is to say: the object that came, the key that was changed. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
});
