import { arrow, factsText, kindMark, named, nameOfKey, type PageFrame, page, text } from './page.ts';
import { kindOf } from './type-name.ts';
import { fill } from './wording.ts';

/** What is told of an object before it is downloaded. */
export type ConfirmedObject = { readonly sizeBytes: number; readonly type: string } | undefined;

/**
 * LNK-33: the page before a download. Its button posts to the very URL, which is what spends a use; opening the page spends none.
 * @param target of the request, as it came: path and query
 * @param key of the object: only its last part is shown
 * @param uses of the link's limit; undefined: it has none
 * @param object what it gives; undefined: nobody here may say
 */
export function confirmPage(
  { target, key, uses, object }: { target: string; key: string; uses: number | undefined; object: ConfirmedObject },
  frame: PageFrame,
): string {
  const { words } = frame;
  const { texts } = words;
  const name = nameOfKey(key);
  const type = object?.type ?? '';
  const facts = object === undefined ? [] : [kindOf(name, type), words.size(object.sizeBytes)];
  const shown = facts.filter((fact) => fact !== undefined);
  const works =
    uses === undefined ? texts.somebodySent : uses === 1 ? texts.worksOnce : words.count(texts.worksTimes, uses);
  return page(
    fill(texts.downloadName, { name }),
    `<header>${kindMark(name, type)}<div><h1>${fill(text(texts.downloadName), { name: named(name) })}</h1>${shown.length === 0 ? '' : factsText(shown.map(text))}</div></header>
<p>${text(works)}</p>
<form method="post" action="${text(formAction(target))}"><button type="submit">${arrow} ${text(texts.download)}</button></form>`,
    frame,
    { summary: shown.join(' · ') },
  );
}

/** The query alone: a form without a path posts to the path that it came from. */
function formAction(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? '' : target.slice(mark);
}
