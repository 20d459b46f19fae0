import type { Limits } from '@tidegate/presign';
import { durationSeconds, limitRules, sizeBytes } from '@tidegate/presign/internal';
import type { CountedTerms, Tightening } from '../stores/links/link-store.ts';

/** What a link may be used for once everything that speaks about it was heard: the strictest of each (LNK-20). */
export type EffectiveTerms = {
  readonly uses: number | undefined;
  /** Seconds of idleness after which a download session ends. */
  readonly graceS: number;
  readonly clients: number | undefined;
  readonly totalBytes: number | undefined;
  /** The client's address lies in one entry of every list (LNK-21). */
  readonly ip: readonly (readonly string[])[];
  readonly https: boolean;
  readonly notBeforeMs: number | undefined;
  /** Earlier than what was signed, when somebody shortened it afterwards. */
  readonly endsAtMs: number | undefined;
  readonly minBytes: number | undefined;
  readonly maxBytes: number | undefined;
  /** The Content-Type matches one entry of every list (LNK-21). */
  readonly types: readonly (readonly string[])[];
  /** Every one of these is the body's: two that differ admit no body. */
  readonly sha256: readonly string[];
  readonly writeOnce: boolean;
  /** Bytes a second. */
  readonly rate: number | undefined;
  readonly confirm: boolean;
  readonly zip: boolean;
};

/** Seconds that a session stays open without a request where nothing says otherwise (product: `x-link-grace`). */
const defaultGraceS = 600;

const ruleOf = new Map(limitRules.map((rule) => [rule.property, rule]));

/**
 * Puts together what narrows a link: its own limits, those of its key and of its policy, and what its owner tightened since.
 * Nothing here can widen: every source only adds, and the stricter wins (LNK-20). A limit that is not for the signed method is
 * passed over where it comes from a key or policy, which stand for links of every kind; in a link it was refused before.
 * `head`, `grant`, `zip` and `resumable` let more through, so they count in the link alone (LNK-22).
 */
export function effectiveTerms(
  signed: Limits,
  method: string,
  others: readonly Limits[],
  tightening: Tightening = {},
): EffectiveTerms {
  const all = [signed, ...others.map((limits) => forMethod(limits, method))];
  const graces = values(all, (limits) => limits.grace).map((grace) => durationSeconds('x-link-grace', grace));
  return {
    uses: least([...values(all, (limits) => limits.uses), ...defined(tightening.uses)]),
    graceS: least(graces) ?? defaultGraceS,
    clients: least(values(all, (limits) => limits.clients)),
    totalBytes: least(values(all, (limits) => bytes(limits.totalBytes))),
    ip: [...values(all, (limits) => list(limits.ip)), ...defined(tightening.ip)],
    https: all.some((limits) => limits.https === true),
    notBeforeMs: most(values(all, (limits) => limits.notBefore?.getTime())),
    endsAtMs: tightening.expiresAtMs,
    minBytes: most(values(all, (limits) => bytes(limits.minBytes))),
    maxBytes: least(values(all, (limits) => bytes(limits.maxBytes))),
    types: values(all, (limits) => list(limits.types)),
    sha256: [...new Set(values(all, (limits) => limits.sha256?.toLowerCase()))],
    writeOnce: all.some((limits) => limits.writeOnce === true),
    rate: least(values(all, (limits) => bytes(limits.rate))),
    confirm: all.some((limits) => limits.confirm === true),
    zip: signed.zip === true,
  };
}

/** What of the terms is counted in the store. */
export function countedTerms({ uses, graceS, clients, totalBytes }: EffectiveTerms): CountedTerms {
  return { uses, graceMs: graceS * 1000, clients, totalBytes };
}

/** Whether anything is counted at all; else no claim is needed. */
export function isCounted({ uses, clients, totalBytes }: EffectiveTerms): boolean {
  return uses !== undefined || clients !== undefined || totalBytes !== undefined;
}

/** Whether limits say anything: a label alone narrows nothing. */
export function areLimits(limits: Limits): boolean {
  for (const property in limits) if (property !== 'id') return true;
  return false;
}

function forMethod(limits: Limits, method: string): Limits {
  const kept: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(limits)) {
    // Sound: `Limits` has no members but those of the rules.
    if (ruleOf.get(property as keyof Limits)?.methods.includes(method)) kept[property] = value;
  }
  return kept;
}

/** Sizes and lists that were read by the grammar are numbers and lists; those of a record in JSON may be as a person wrote them. */
function bytes(size: Limits['maxBytes']): number | undefined {
  return size === undefined ? undefined : sizeBytes('limit', size);
}

function list(text: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof text === 'string' ? text.toLowerCase().split(',') : text;
}

function values<Value>(all: readonly Limits[], read: (limits: Limits) => Value | undefined): Value[] {
  return all.flatMap((limits) => defined(read(limits)));
}

function defined<Value>(value: Value | undefined): Value[] {
  return value === undefined ? [] : [value];
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

function most(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.max(...numbers);
}
