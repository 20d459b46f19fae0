import {
  type LimitKinds,
  type LimitName,
  limitMeanings,
  limitRows,
  limitRules,
  type ReadLimits,
} from '@tidegate/presign/internal';
import type { CountedTerms, Tightening } from '../stores/links/link-store.ts';

/** What several values of one kind are together. Of lists and digests every one holds. */
interface MergedValues {
  label: string | undefined;
  count: number | undefined;
  bytes: number | undefined;
  someBytes: number | undefined;
  duration: number | undefined;
  addresses: readonly (readonly string[])[];
  flag: boolean;
  time: Date | undefined;
  mediaTypes: readonly (readonly string[])[];
  sha256: readonly string[];
  prefix: string | undefined;
}

/** What a link may be used for once everything that speaks about it was heard: the strictest of each limit (LNK-20). */
export type EffectiveTerms = { readonly [Name in LimitName]: MergedValues[LimitKinds[Name]] } & {
  /** Earlier than what was signed, when somebody shortened it afterwards. */
  readonly endsAtMs: number | undefined;
};

/** Seconds that a session stays open without a request where nothing says otherwise (product: `x-link-grace`). */
const defaultGraceS = 600;

const none: { readonly [Kind in keyof MergedValues]: MergedValues[Kind] } = {
  label: undefined,
  count: undefined,
  bytes: undefined,
  someBytes: undefined,
  duration: undefined,
  addresses: [],
  flag: false,
  time: undefined,
  mediaTypes: [],
  sha256: [],
  prefix: undefined,
};

const unlimited: Readonly<Record<string, unknown>> = Object.fromEntries(
  limitRules.map(({ property, kind }) => [property, none[kind]]),
);

/**
 * Puts together what narrows a link: its own limits, those of its key and of its policy, and what its owner tightened since.
 * Nothing here can widen: every source only adds, and the stricter wins (LNK-20). A limit that is not for the signed method is
 * passed over where it comes from a key or policy, which stand for links of every kind; in a link it was refused before.
 * A limit that merges as `own` lets more through, so it counts in the link alone (LNK-22).
 */
export function effectiveTerms(
  signed: ReadLimits,
  method: string,
  others: readonly ReadLimits[],
  { expiresAtMs, ...tightened }: Tightening = {},
): EffectiveTerms {
  const terms: Record<string, unknown> = { ...unlimited, endsAtMs: expiresAtMs };
  for (const limits of [signed, ...others, tightened]) {
    for (const [name, value] of Object.entries(limits)) {
      // Sound: limits have no members but those of the rows.
      const property = name as LimitName;
      const isOwn = limitMeanings[property].merge === 'own';
      if (limits !== signed && (isOwn || !limitRows[property].methods.includes(method))) continue;
      terms[property] = mergeLimit(property, terms[property], value);
    }
  }
  // Sound: every limit is there, merged as its kind is.
  return terms as EffectiveTerms;
}

/** Lays `more` on `limits`: of two numbers or times the stricter stays, of two others the first. */
export function narrow(limits: ReadLimits, more: ReadLimits): void {
  for (const { property } of limitRules) {
    const value = more[property];
    const isOrdered = ['least', 'most'].includes(limitMeanings[property].merge);
    if (value === undefined || (limits[property] !== undefined && !isOrdered)) continue;
    Object.assign(limits, { [property]: isOrdered ? mergeLimit(property, limits[property], value) : value });
  }
}

/** One more value of a limit, beside what others came to before (LNK-20). */
function mergeLimit(name: LimitName, before: unknown, value: unknown): unknown {
  const { merge } = limitMeanings[name];
  if (merge === 'every') return [...(Array.isArray(before) ? before : []), value];
  if (merge === 'any' || merge === 'own' || before === undefined) return value;
  return Number(value) < Number(before) === (merge === 'least') ? value : before;
}

/** What of the terms is counted in the store. */
export function countedTerms({ uses, grace, clients, totalBytes }: EffectiveTerms): CountedTerms {
  return { uses, graceMs: (grace ?? defaultGraceS) * 1000, clients, totalBytes };
}

/** Whether anything is counted at all; else no claim is needed. */
export function isCounted({ uses, clients, totalBytes }: EffectiveTerms): boolean {
  return uses !== undefined || clients !== undefined || totalBytes !== undefined;
}

/** Whether limits say anything: a label alone narrows nothing. */
export function areLimits(limits: ReadLimits): boolean {
  for (const property in limits) if (property !== 'id') return true;
  return false;
}
