import { type Limits, PresignError } from '@tidegate/presign';
import { limitRules, parseLimits, writeLimits } from '@tidegate/presign/internal';
import { z } from 'zod';

const size = z.union([z.int(), z.string().max(32)]);
const texts = z.union([z.string().max(4096), z.array(z.string().max(256)).min(1).max(64)]);
const on = z.literal(true);

/** Limits that a key or a policy may lay on links of every kind: none that lets more through, and no label (LNK-22). */
const members = z.strictObject({
  uses: z.int().optional(),
  grace: z.union([z.int(), z.string().max(16)]).optional(),
  ip: texts.optional(),
  clients: z.int().optional(),
  policy: z.string().max(64).optional(),
  https: on.optional(),
  notBefore: z.string().max(40).optional(),
  maxBytes: size.optional(),
  minBytes: size.optional(),
  totalBytes: size.optional(),
  rate: size.optional(),
  types: texts.optional(),
  sha256: z.string().max(64).optional(),
  writeOnce: on.optional(),
  confirm: on.optional(),
});

/** Such limits as the API shows them. */
export const limitsShape = members.extend({
  ip: z.array(z.string()).optional(),
  types: z.array(z.string()).optional(),
  grace: z.int().optional(),
  maxBytes: z.int().optional(),
  minBytes: z.int().optional(),
  totalBytes: z.int().optional(),
  rate: z.int().optional(),
});

/** Limits of a share in JSON, read by the one grammar that links have: numbers as numbers, sizes as bytes, lists as lists. */
export const limitsSchema = members.transform((given, context): Limits => {
  const read = readLimits(given);
  if ('limits' in read) return read.limits;
  context.addIssue({ code: 'custom', message: read.why, path: [read.member] });
  return z.NEVER;
});

/**
 * Limits that a key or a policy lays on links. The button of a confirmation posts to the link, which its signature admits only
 * where `x-link-confirm` was signed with it (SIG-101): laid on from outside it would be a page whose button is refused.
 */
export const laidLimitsSchema = limitsSchema.refine(({ confirm }) => confirm === undefined, {
  path: ['confirm'],
  message: 'counts in the link itself alone: sign it with x-link-confirm=1, or let the key require it',
});

/** A limit's name as a member. */
export const limitName = z.enum(
  limitRules.map(({ property }) => property).filter((property) => property !== 'resumable'),
);

function readLimits(
  given: z.infer<typeof members>,
): { readonly limits: Limits } | { readonly member: string; readonly why: string } {
  const { notBefore, ...rest } = given;
  const at = notBefore === undefined ? undefined : new Date(notBefore);
  if (at !== undefined && Number.isNaN(at.getTime())) return { member: 'notBefore', why: 'is not a time' };
  const limits: Limits = {};
  for (const rule of limitRules) {
    const { property, name } = rule;
    const value = property === 'notBefore' ? at : Reflect.get(rest, property);
    if (value === undefined) continue;
    try {
      // Each by itself: a key lays its limits on links of any method, and `grace` counts where another says `uses`.
      for (const [, text] of writeLimits({ [property]: value })) {
        const companions = property === 'grace' ? ([['x-link-uses', '1']] as const) : [];
        const read = parseLimits([...companions, [name, text]], { method: rule.methods[0] ?? 'GET' });
        if ('fault' in read) return { member: property, why: read.fault.why };
        Object.assign(limits, { [property]: read.limits[property] });
      }
    } catch (error) {
      if (error instanceof PresignError) return { member: property, why: error.message };
      throw error;
    }
  }
  return { limits };
}
