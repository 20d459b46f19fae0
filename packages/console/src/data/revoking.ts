import type { Link } from '@tidegate/presign/admin';
import { say, sayFailed } from '../components/toast.tsx';
import { plural } from '../format.ts';
import { ask, type Output } from './api.ts';
import { type Pages, queries, readAgain } from './hooks.ts';

type LinkPage = Output<'listLinks'>;

/** Puts the newest of one link into every list and page that shows it. */
export function patchLink(id: string, change: (link: Link) => Link): void {
  const inPage = (page: LinkPage): LinkPage =>
    page.items.some((link) => link.id === id)
      ? { ...page, items: page.items.map((link) => (link.id === id ? change(link) : link)) }
      : page;
  // Sound, here and below: what the operations answer.
  queries.patch('listLinks', (known) => {
    const list = known as LinkPage | Pages<LinkPage>;
    return 'pages' in list ? { pages: list.pages.map(inPage) } : inPage(list);
  });
  queries.patch('readLink', (known) => {
    const link = known as Link;
    return link.id === id ? change(link) : link;
  });
}

/** Takes links back. The page shows it at once, and takes that back when the server refuses. */
export async function revokeLinks(links: readonly Pick<Link, 'id' | 'state'>[]): Promise<void> {
  const before = new Map(links.map(({ id, state }) => [id, state]));
  for (const { id } of links) patchLink(id, (link) => ({ ...link, state: 'revoked' }));
  const made: string[] = [];
  let cut = 0;
  try {
    for (const { id } of links) {
      const { id: revocation, cut: ended } = await ask('revoke', { match: { id } });
      cut += ended;
      if (revocation !== null) made.push(revocation);
    }
    const ended = cut === 0 ? '' : ` ${plural(cut, 'transfer')} ${cut === 1 ? 'was' : 'were'} cut.`;
    say(`${links.length === 1 ? 'Revoked.' : `${plural(links.length, 'link')} revoked.`}${ended}`, () => {
      restoreByRevocation(made).catch(sayFailed);
    });
  } catch (error) {
    for (const [id, state] of before) patchLink(id, (link) => ({ ...link, state }));
    sayFailed(error);
  }
  await readAll();
}

/** Undoes revocations of single links. */
export async function restoreLinks(links: readonly Link[]): Promise<void> {
  const ids = links.flatMap(({ revocation }) => (revocation === null ? [] : [revocation.id]));
  try {
    await restoreByRevocation(ids);
    say(ids.length === 1 ? 'Restored.' : `${plural(ids.length, 'link')} restored.`);
  } catch (error) {
    sayFailed(error);
  }
}

async function restoreByRevocation(ids: readonly string[]): Promise<void> {
  for (const id of ids) await ask('undoRevocation', { id });
  await readAll();
}

function readAll(): Promise<void> {
  return readAgain([
    ...(['listLinks', 'readLink', 'listLinkEvents', 'readSummary', 'listRevocations'] as const),
    ...(['listRequests', 'readRequest', 'listShares', 'readShare'] as const),
  ]);
}
