import { kindMark, named, nameOfKey, type PageFrame, page, text } from './page.ts';
import { fill } from './wording.ts';

/**
 * LNK-33: the page before a download. Its button posts to the very URL, which is what spends a use; opening the page spends none.
 * @param target of the request, as it came: path and query
 * @param key of the object: only its last part is shown
 * @param uses of the link's limit; undefined: it has none
 */
export function confirmPage(target: string, key: string, uses: number | undefined, frame: PageFrame): string {
  const { words } = frame;
  const { texts } = words;
  const name = nameOfKey(key);
  const works =
    uses === undefined ? texts.somebodySent : uses === 1 ? texts.worksOnce : words.count(texts.worksTimes, uses);
  return page(
    fill(texts.downloadName, { name }),
    `<header>${kindMark(name, '')}<div><h1>${fill(text(texts.downloadName), { name: named(name) })}</h1><p>${text(works)}</p></div></header>
<form method="post" action="${text(formAction(target))}"><button type="submit">${text(texts.download)}</button></form>`,
    frame,
  );
}

/** The query alone: a form without a path posts to the path that it came from. */
function formAction(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark);
}
