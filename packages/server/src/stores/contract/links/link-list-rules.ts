import assert from 'node:assert/strict';
import type { LinkQuery, LinkStore } from '../../links/link-store.ts';
import { idOf, type LinkRule, linkOf, noteOf, queryOf, refusedNote } from './link-subject.ts';

const letters = 'bcdefghijklmnopq';
const count = letters.length ** 2;

/** The identities of a list, with something done before each page but the first. */
async function walk(
  links: LinkStore,
  query: Partial<LinkQuery>,
  between: (turn: number, seen: ReadonlySet<string>) => Promise<void>,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn === 0 || cursor !== undefined; turn += 1) {
    if (turn > 0) await between(turn, new Set(ids));
    const page = await links.listLinks(queryOf({ limit: 11, ...query, cursor }));
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  return ids;
}

const wholeQueries: readonly Partial<LinkQuery>[] = [
  {},
  { bucket: 'photos' },
  { prefix: 'a' },
  { unusedOnly: true },
  { states: ['active', 'spent', 'expired', 'revoked'], sort: 'expires' },
];

/** LDG-52: what happens while somebody pages. */
export const linkListRules: readonly LinkRule[] = (['lastSeen', 'firstSeen', 'expires', 'created'] as const).flatMap(
  (sort) =>
    (['asc', 'desc'] as const).map((order) => ({
      name: `LDG-52 the pages of a list by ${sort}, ${order}, are of its first page, whatever is used, narrowed and made meanwhile`,
      async check({ links, clock }) {
        const linkAt = (n: number) =>
          linkOf(`${letters[n >> 4]}${letters[n & 15]}`, {
            key: `a/${n}`,
            expiresAtMs: clock.nowMs() + 10_000_000 + n,
          });
        const all = Array.from({ length: count }, (_, n) => linkAt(n));
        for (const [n, link] of all.entries()) {
          if (n % 3 === 0) await links.register(link, { note: undefined, label: undefined });
          else
            links.note(
              n % 3 === 1 ? noteOf(link, clock.nowMs() + ((n * 7) % 50)) : refusedNote(link, clock.nowMs(), 'x'),
            );
        }
        await links.flush();
        const before = await walk(links, { sort, order }, () => Promise.resolve());
        assert.equal(before.length, count);
        for (const [index, filter] of wholeQueries.entries()) {
          const query = { ...filter, sort: filter.sort ?? sort, order };
          const expected = await walk(links, query, () => Promise.resolve());
          const ids = await walk(links, query, async (turn, seen) => {
            clock.advance(1_000);
            for (const [n, link] of all.entries()) {
              if (n % 7 !== turn % 7 && (turn > 2 || seen.has(link.id))) continue;
              // What was never used stays so, as far as the filter goes by it.
              if (filter.unusedOnly === true) links.note(refusedNote(link, clock.nowMs() + n, 'x'));
              else links.note(noteOf(link, clock.nowMs() + n));
              if (n % 2 === turn % 2) await links.tighten(link.id, { expiresAtMs: clock.nowMs() + 5_000_000 - n });
            }
            links.note(noteOf(linkOf(`z${letters[index]}${letters[turn % 16]}`), clock.nowMs()));
            await links.flush();
          });
          assert.deepEqual(ids, expected, JSON.stringify(query));
        }
        assert.ok(before.includes(idOf('bc')));
      },
    })),
);
