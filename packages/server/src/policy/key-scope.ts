import { allRights } from '../stores/keys/key-rights.ts';
import type { KeyRecord, KeyRights } from '../stores/keys/key-store.ts';
import { type ActionEntry, actions } from './actions.ts';

/** Why a key may not do something; `undefined`: it may, as far as the key goes. */
export type KeyRefusal = 'role' | 'reach' | undefined;

/** Whether the bucket lies within the key's reach at all (SEC-305, SEC-309). */
export function reachesBucket(key: KeyRecord, bucket: string): boolean {
  return allRights(key).every((rights) => hasBucket(rights, bucket));
}

/**
 * Judges role and reach of a key, and of all that it is bounded by: it may what every one of them may (SEC-310). A prefix is
 * compared byte by byte: names that merely look alike, or lead there through dots, are outside (SEC-305).
 */
export function judgeKey(
  key: KeyRecord,
  presigned: boolean,
  wanted: { readonly action: string; readonly bucket: string; readonly key: string },
): KeyRefusal {
  const entry = actions[wanted.action];
  if (entry === undefined) return 'role';
  for (const rights of allRights(key)) {
    if (!roleHas(rights, presigned, entry)) return 'role';
    if (entry.on === 'service') continue;
    if (!hasBucket(rights, wanted.bucket) || !withinPrefixes(rights, entry, wanted.key)) return 'reach';
  }
  return undefined;
}

/** A prefix that the key reaches, for rights on a bucket that any reach into it gives; undefined: no prefix bounds it. */
export function somePrefix(key: KeyRecord): string | undefined {
  const bounds = allRights(key).flatMap(({ prefixes }) => (prefixes.length === 0 ? [] : [prefixes]));
  return bounds.flat().find((one) => bounds.every((prefixes) => prefixes.some((prefix) => one.startsWith(prefix))));
}

/** Prefixes that hold all that a key reaches in a bucket, none within another; `['']` where no prefix bounds it. */
export function reachedPrefixes(key: KeyRecord): readonly string[] {
  let reached: readonly string[] = [''];
  for (const { prefixes } of allRights(key)) {
    if (prefixes.length === 0) continue;
    reached = prefixes.flatMap((own) =>
      reached.flatMap((other) => (own.startsWith(other) ? [own] : other.startsWith(own) ? [other] : [])),
    );
  }
  const all = [...new Set(reached)];
  return all.filter((one) => !all.some((other) => other !== one && one.startsWith(other)));
}

/** Whether a key is an owner's, and so is every one that bounds it. */
export function isOwner(key: KeyRecord): boolean {
  return allRights(key).every(({ role }) => role === 'owner');
}

/** Whether a key, or one that bounds it, is valid in presigned URLs only. */
export function isLinkOnly(key: KeyRecord): boolean {
  return allRights(key).some(({ role }) => role === 'link-only');
}

function hasBucket({ buckets }: KeyRights, bucket: string): boolean {
  return buckets.length === 0 || buckets.includes(bucket);
}

function roleHas(key: KeyRights, presigned: boolean, entry: ActionEntry): boolean {
  switch (key.role) {
    case 'owner':
      return true;
    case 'write':
      return entry.role !== 'owner';
    case 'link-only':
      return presigned && entry.role !== 'owner';
    case 'read':
      return entry.role === 'read';
  }
}

function withinPrefixes(key: KeyRights, entry: ActionEntry, name: string): boolean {
  if (key.prefixes.length === 0) return true;
  if (entry.on === 'object' || entry.prefixed === 'prefix') {
    // Both are whole texts of valid UTF-8, so comparing UTF-16 units compares bytes; no spelling is folded into another.
    return key.prefixes.some((prefix) => name.startsWith(prefix));
  }
  return entry.prefixed === 'open';
}
