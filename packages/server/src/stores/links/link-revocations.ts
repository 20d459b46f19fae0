import type { LinkFacts, Revocation, RevocationMatch } from './link-store.ts';

/** What of a link decides whether a revocation covers it. */
export type Revocable = Pick<
  LinkFacts,
  'id' | 'accessKeyId' | 'label' | 'bucket' | 'key' | 'sessionTokenHash' | 'signedAtMs'
>;

/** A match as three texts that are equal for equal matches. */
export type MatchKey = { readonly kind: RevocationMatch['kind']; readonly scope: string; readonly value: string };

export function matchKeyOf(match: RevocationMatch): MatchKey {
  switch (match.kind) {
    case 'link':
      return { kind: 'link', scope: '', value: match.id };
    case 'label':
      return { kind: 'label', scope: match.accessKeyId, value: match.label };
    case 'object':
      return { kind: 'object', scope: match.bucket, value: match.key };
    case 'prefix':
      return { kind: 'prefix', scope: match.bucket, value: match.prefix };
    case 'access-key':
      return { kind: 'access-key', scope: '', value: match.accessKeyId };
    case 'session':
      return { kind: 'session', scope: '', value: match.tokenHash };
  }
}

/** The match that `matchKeyOf` made the texts of. */
export function matchOfKey(kind: string, scope: string, value: string): RevocationMatch {
  switch (kind) {
    case 'link':
      return { kind, id: value };
    case 'label':
      return { kind, accessKeyId: scope, label: value };
    case 'object':
      return { kind, bucket: scope, key: value };
    case 'prefix':
      return { kind, bucket: scope, prefix: value };
    case 'access-key':
      return { kind, accessKeyId: value };
    case 'session':
      return { kind, tokenHash: value };
    default:
      throw new Error(`There is no such kind of revocation: ${kind}.`);
  }
}

/** The matches of exact kinds that can name a link. */
export function exactMatchesOf(link: Revocable, keyAskedFor: string | undefined): readonly MatchKey[] {
  const keys: MatchKey[] = [
    { kind: 'link', scope: '', value: link.id },
    { kind: 'access-key', scope: '', value: link.accessKeyId },
    { kind: 'object', scope: link.bucket, value: link.key },
  ];
  if (keyAskedFor !== undefined && keyAskedFor !== link.key) {
    keys.push({ kind: 'object', scope: link.bucket, value: keyAskedFor });
  }
  if (link.label !== undefined) keys.push({ kind: 'label', scope: link.accessKeyId, value: link.label });
  if (link.sessionTokenHash !== undefined) keys.push({ kind: 'session', scope: '', value: link.sessionTokenHash });
  return keys;
}

/**
 * LDG-31: whether a revocation whose match fits covers the link. One that names the link itself always does; the others
 * cover what was signed or seen until then, and what carries no signing time.
 */
export function isInTime(
  revocation: Pick<Revocation, 'match' | 'beforeMs'>,
  signedAtMs: number | undefined,
  firstSeenMs: () => number | undefined,
): boolean {
  if (revocation.match.kind === 'link' || signedAtMs === undefined || signedAtMs <= revocation.beforeMs) return true;
  const seenMs = firstSeenMs();
  return seenMs !== undefined && seenMs <= revocation.beforeMs;
}
