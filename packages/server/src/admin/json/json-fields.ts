import { z } from 'zod';

/** A time in answers: ISO 8601 in UTC with milliseconds (ADM-3). */
export const time = z.iso.datetime({ precision: 3 });

/** A time that may not be there. */
export const maybeTime = time.nullable();

/** A point in time as the API writes it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same; null for none. */
export function maybeIsoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : isoTime(ms);
}

/** A time that is asked for, read as milliseconds. */
export const timeAsked = z.iso
  .datetime({ offset: true, error: 'is not a time like 2026-11-24T09:00:00Z' })
  .transform((text) => Date.parse(text));

/** A whole number in a query, read as a number. */
function countAsked(least: number, most: number) {
  const error = `is not a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.int().min(least, error).max(most, error));
}

/** Words separated by commas, each one of a few; several mean "or". */
export function anyOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const word = z.enum(words);
  return z
    .string()
    .max(1024)
    .transform((text, context): readonly z.output<typeof word>[] => {
      const parsed = z.array(word).safeParse(text.split(','));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: `is not of ${words.join(', ')}` });
      return z.NEVER;
    });
}

/** Names separated by commas. */
export const names = z
  .string()
  .max(4096)
  .transform((text) => text.split(',').filter((name) => name !== ''));

/** Parameters of every list (ADM-5). */
export const pageQuery = {
  limit: countAsked(1, 1000).optional(),
  cursor: z.string().min(1).max(512).optional(),
} as const;

/** Items of a page where nobody says how many. */
export const defaultPageItems = 100;

/** A page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable(), total: z.int().optional() });
}

/** A field to sort by, with `-` for the other way round. */
export function sortAsked<const Fields extends readonly [string, ...string[]]>(fields: Fields) {
  type Field = Fields[number];
  return z
    .string()
    .max(64)
    .transform((text, context): { readonly field: Field; readonly order: 'asc' | 'desc' } => {
      const name = text.replace(/^-/, '');
      const field = fields.find((known): known is Field => known === name);
      if (field !== undefined) return { field, order: text.startsWith('-') ? 'desc' : 'asc' };
      context.addIssue({
        code: 'custom',
        message: `is not one of ${fields.map((known) => `${known}, -${known}`).join(', ')}`,
      });
      return z.NEVER;
    });
}
