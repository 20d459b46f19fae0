import type { KeyRecord, KeyRights } from './key-store.ts';

/** Most keys between one and the operator; what a chain longer than that may do is nothing. */
const mostMakers = 64;

/** Whether rights leave nothing out: then they bound nobody. */
export function areUnlimited({ role, buckets, prefixes, governance }: KeyRights): boolean {
  return role === 'owner' && buckets.length === 0 && prefixes.length === 0 && !governs(governance);
}

/** The rights of a key by itself, without those of its makers. */
function rightsOf({ role, buckets, prefixes, governance }: KeyRights, accessKeyId: string): KeyRights {
  const reach = { role, buckets, prefixes };
  return governs(governance) ? { ...reach, governance, policiesOf: accessKeyId } : reach;
}

/** What a key is bounded by of its own: rights of makers that are gone. */
export type Kept = KeyRights & { readonly madeBy: string | undefined; readonly ceilings: readonly KeyRights[] };

/**
 * STO-86: every bound of a key, its maker's rights as they are now first, up to the operator.
 * @param find the row of a key; undefined when it is gone
 */
export function boundsOf(key: Kept, find: (accessKeyId: string) => Kept | undefined): readonly KeyRights[] {
  const bounds: KeyRights[] = [...key.ceilings];
  const seen = new Set<string>();
  let maker = key.madeBy;
  while (maker !== undefined && !seen.has(maker)) {
    if (seen.size >= mostMakers) return [...bounds, nothing];
    seen.add(maker);
    const found = find(maker);
    // A key that is deleted is nobody's maker any more: this one was lost.
    if (found === undefined) return [...bounds, nothing];
    if (!areUnlimited(found)) bounds.push(rightsOf(found, maker));
    bounds.push(...found.ceilings);
    maker = found.madeBy;
  }
  return bounds;
}

/** What a key that is deleted leaves to those that it made: its own rights, and what bounded it. */
export function ceilingsLeftBy(key: Kept, accessKeyId: string): readonly KeyRights[] {
  return areUnlimited(key) ? key.ceilings : [rightsOf(key, accessKeyId), ...key.ceilings];
}

/** The key itself, then all that bounds it: it may what every one of them may (SEC-310). */
export function allRights(key: KeyRecord): readonly KeyRights[] {
  return key.bounds === undefined || key.bounds.length === 0 ? [key] : [key, ...key.bounds];
}

/** Whether a key, or one that bounds it, must use a link policy: then the key writes none (ADM-61). */
export function needsLinkPolicy(key: KeyRecord): boolean {
  return allRights(key).some(
    ({ governance }) =>
      governance?.caps?.policy !== undefined ||
      governance?.defaults?.policy !== undefined ||
      governance?.require?.includes('policy') === true,
  );
}

const nothing: KeyRights = { role: 'read', buckets: ['-'], prefixes: [] };

function governs(governance: KeyRights['governance']): boolean {
  for (const name in governance) if (Reflect.get(governance, name) !== undefined) return true;
  return false;
}
