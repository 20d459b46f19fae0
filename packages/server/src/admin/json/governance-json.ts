import { PresignError } from '@tidegate/presign';
import { durationSeconds } from '@tidegate/presign/internal';
import { s3Operations } from '@tidegate/protocol';
import { z } from 'zod';
import type { Governance, KeyRecord } from '../../stores/keys/key-store.ts';
import { limitName, limitsCarriedBy, limitsShown, showLimits } from './limits-json.ts';

const operationNames = new Set(s3Operations.map(({ name }) => name));

/** A time span: seconds, or a number with a unit; read as seconds. */
export const durationSchema = z.union([z.int().positive(), z.string().max(16)]).transform((given, context): number => {
  try {
    // Sound: what is no duration throws.
    return durationSeconds('duration', given as `${number}s`);
  } catch (error) {
    if (!(error instanceof PresignError)) throw error;
    context.addIssue({ code: 'custom', message: 'is not a duration like 3600, "90m" or "7d"' });
    return z.NEVER;
  }
});

const laidLimits = limitsCarriedBy('key');

/** What a key lets its links be, in JSON. A member that is null is taken away by a change. */
export const governanceSchema = z.strictObject({
  maxExpiry: durationSchema.nullable().optional(),
  operations: z
    .array(z.string().refine((name) => operationNames.has(name), 'is no operation of S3 like GetObject'))
    .min(1)
    .max(100)
    .nullable()
    .optional(),
  requireV4: z.boolean().nullable().optional(),
  registeredOnly: z.boolean().nullable().optional(),
  require: z.array(limitName).max(20).nullable().optional(),
  defaults: laidLimits.nullable().optional(),
  caps: laidLimits.nullable().optional(),
});

type GovernanceChange = z.infer<typeof governanceSchema>;

/** Governance as the API shows it. */
export const governanceShape = z.strictObject({
  maxExpiry: z.int().nullable(),
  operations: z.array(z.string()).nullable(),
  requireV4: z.boolean(),
  registeredOnly: z.boolean(),
  require: z.array(limitName),
  defaults: limitsShown,
  caps: limitsShown,
});

/** Governance with a change laid over it (RFC 7396; `defaults` and `caps` are replaced whole); undefined when nothing is left. */
export function changedGovernance(old: Governance | undefined, change: GovernanceChange): Governance | undefined {
  const { maxExpiry, ...rest } = change;
  const all: Record<string, unknown> = {
    ...old,
    ...rest,
    ...(maxExpiry === undefined ? {} : { maxExpirySeconds: maxExpiry }),
  };
  const kept: [string, unknown][] = Object.entries(all).filter(([, value]) => !saysNothing(value));
  // Sound: the members are those of the old governance and of the schema.
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as Governance);
}

/** Governance as the API shows it; null when there is none. */
export function showGovernance({
  governance,
}: Pick<KeyRecord, 'governance'>): Readonly<Record<string, unknown>> | null {
  if (governance === undefined) return null;
  const { maxExpirySeconds, operations, requireV4, registeredOnly, require, defaults, caps } = governance;
  return {
    maxExpiry: maxExpirySeconds ?? null,
    operations: operations ?? null,
    requireV4: requireV4 === true,
    registeredOnly: registeredOnly === true,
    require: require ?? [],
    defaults: showLimits(defaults ?? {}),
    caps: showLimits(caps ?? {}),
  };
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
