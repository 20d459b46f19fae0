import { z } from 'zod';
import { readNameCursor, writeNameCursor } from '../stores/links/link-cursor.ts';
import { type AdminEndpoint, type AdminRequest, type AdminTools, endpoint } from './endpoint.ts';
import { defaultPageItems, pageOf, pageQuery } from './json/json-fields.ts';

/** Which page of a list is asked for. */
export type PageAsked = { readonly limit: number; readonly cursor: string | undefined };

/** A page as an endpoint finds it; what else its list tells stands beside. */
type PageFound = { readonly items: readonly unknown[]; readonly next: string | undefined } & Readonly<
  Record<string, unknown>
>;

type DeclaredList<Filters extends z.ZodRawShape> = Pick<AdminEndpoint, 'path' | 'action' | 'text'> & {
  readonly who?: AdminEndpoint['who'];
  readonly filters?: Filters;
  readonly item: z.ZodType;
  /** Where nobody says how many: 100, if this does not. */
  readonly defaultItems?: number;
  /** What the answer has beside `items` and `next`. */
  readonly more?: z.ZodRawShape;
  readonly page: (
    request: AdminRequest<z.output<z.ZodObject<Filters>>, undefined> & PageAsked,
    tools: AdminTools,
  ) => Promise<PageFound>;
};

/** Every list of the API: takes `limit` and `cursor`, answers `items` and `next` (ADM-5). */
export function listEndpoint<Filters extends z.ZodRawShape>(declared: DeclaredList<Filters>): AdminEndpoint {
  const { path, action, text, who = 'owner', filters, item, more = {}, page } = declared;
  const { defaultItems = defaultPageItems } = declared;
  return endpoint({
    method: 'GET',
    ...{ path, action, text, who },
    query: z.strictObject({ ...filters, ...pageQuery }),
    answer: pageOf(item).extend(more),
    async handle({ query, ...request }, tools) {
      // Sound: the schema is made of the filters and of `pageQuery`, whose parts are taken off here.
      const { limit = defaultItems, cursor, ...asked } = query as z.output<z.ZodObject<Filters>> & Partial<PageAsked>;
      const asFilters = asked as unknown as z.output<z.ZodObject<Filters>>;
      const { items, next, ...extra } = await page(
        { ...request, body: undefined, query: asFilters, limit, cursor },
        tools,
      );
      return { status: 200, value: { items, next: next ?? null, ...extra } };
    },
  });
}

/** A page of a list that is short enough to be had whole. @param nameOf what names an item among the others, and never changes */
export function pageOfWhole<Item>(
  all: readonly Item[],
  nameOf: (item: Item) => string,
  { limit, cursor }: PageAsked,
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const after = cursor === undefined ? undefined : readNameCursor(cursor);
  const named = all
    .map((item) => ({ item, name: nameOf(item) }))
    .filter(({ name }) => after === undefined || name > after);
  named.sort((one, other) => (one.name < other.name ? -1 : 1));
  const page = named.slice(0, limit);
  const last = page.at(-1);
  const next = named.length > limit && last !== undefined ? writeNameCursor(last.name) : undefined;
  return { items: page.map(({ item }) => item), next };
}
