import type { Limits } from '@tidegate/presign';
import {
  type LimitCarrier,
  type LimitKind,
  type LimitKinds,
  type LimitName,
  limitMeanings,
  limitRows,
  limitRules,
  type ReadLimits,
  readLimits,
} from '@tidegate/presign/internal';
import { z } from 'zod';
import { time } from './json-fields.ts';

const size = z.union([z.int(), z.string().max(32)]);
const texts = z.union([z.string().max(4096), z.array(z.string().max(256)).min(1).max(64)]);

/** A value of each kind as somebody asks for it in JSON. The grammar of limits checks it further. */
const asked = {
  label: z.string().max(64),
  count: z.int(),
  bytes: size,
  someBytes: size,
  duration: z.union([z.int(), z.string().max(16)]),
  addresses: texts,
  flag: z.boolean(),
  time: z.iso.datetime({ offset: true }),
  mediaTypes: texts,
  sha256: z.string().max(64),
  prefix: z.literal(true),
} as const satisfies Readonly<Record<LimitKind, z.ZodType>>;

/** A value of each kind in answers: sizes in bytes, durations in seconds, lists as lists, times as texts. */
const shown = {
  label: z.string(),
  count: z.int(),
  bytes: z.int(),
  someBytes: z.int(),
  duration: z.int(),
  addresses: z.array(z.string()),
  flag: z.boolean(),
  time,
  mediaTypes: z.array(z.string()),
  sha256: z.string(),
  prefix: z.string(),
} as const satisfies Readonly<Record<LimitKind, z.ZodType>>;

type Kinds = Readonly<Record<LimitKind, z.ZodType>>;
type Shape<Values extends Kinds> = {
  readonly [Name in LimitName]: z.ZodOptional<Values[LimitKinds[Name]]>;
};

function shapeOf<Values extends Kinds>(values: Values, names: readonly LimitName[]): Shape<Values> {
  // Sound for those who read it: a limit that is not among `names` is optional, and never there.
  return Object.fromEntries(names.map((name) => [name, values[limitRows[name].kind].optional()])) as Shape<Values>;
}

const allNames = limitRules.map(({ property }) => property);

/** A limit's name as a member. */
export const limitName = z.enum(allNames);

/** Limits in answers. */
export const limitsShown = z.object(shapeOf(shown, allNames));

/** Limits that were read, in JSON. */
export function showLimits(limits: ReadLimits): z.output<typeof limitsShown> {
  const values: Partial<Record<LimitName, unknown>> = { ...limits };
  for (const { property } of limitRules) {
    const value = limits[property];
    if (value instanceof Date) values[property] = value.toISOString();
  }
  // Sound: `shown` has what `ReadLimits` has, kind by kind, but that a time is a text.
  return values as z.output<typeof limitsShown>;
}

/** All limits of a link, as `@tidegate/presign` takes them when it signs; it checks their grammar. */
export const limitsAsked = z.strictObject(shapeOf(asked, allNames)).transform(limitsGiven);

const notCarried: Readonly<Record<LimitCarrier, string>> = {
  key: 'counts in the link itself alone: sign it with the link, or let the key require it',
  share: 'means nothing for a share',
  request: 'means nothing for a file request',
};

/** Limits that something other than a link carries, read by the one grammar that links have (LNK-22). */
export function limitsCarriedBy(carrier: LimitCarrier) {
  const names = allNames.filter((name) => limitMeanings[name].carriers.includes(carrier));
  return z
    .strictObject(shapeOf(asked, names), {
      error: ({ code, keys }) =>
        code === 'unrecognized_keys' && areAllLimits(keys) ? `${keys.join(', ')} ${notCarried[carrier]}` : undefined,
    })
    .transform((given, context): ReadLimits => {
      const read = readLimits(limitsGiven(given));
      if ('limits' in read) return read.limits;
      context.addIssue({ code: 'custom', message: read.why, path: [read.property] });
      return z.NEVER;
    });
}

function areAllLimits(names: unknown): names is string[] {
  return Array.isArray(names) && names.every((name) => allNames.some((limit) => limit === name));
}

/** A time is a text in JSON. */
function limitsGiven(given: Readonly<Partial<Record<LimitName, unknown>>>): Limits {
  const limits: Partial<Record<LimitName, unknown>> = { ...given };
  for (const { property, kind } of limitRules) {
    const value = given[property];
    if (kind === 'time' && typeof value === 'string') limits[property] = new Date(value);
  }
  // Sound: `asked` has what `LimitValues` has, kind by kind.
  return limits as Limits;
}
