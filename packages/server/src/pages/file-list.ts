import { named, text } from './page.ts';
import type { Wording } from './wording.ts';

/** One file of a page that lists several. */
export type ListedFile = { readonly name: string; readonly sizeBytes: number; readonly href: string };

/**
 * The rows of a list, as people sort names: `file2` before `file10`. Names are shown without the folder that all of them are in.
 * @param isWhole whether these are all files: of a part of them nobody knows what they have in common
 */
export function fileRows(files: readonly ListedFile[], isWhole: boolean, words: Wording): string {
  const folder = isWhole ? commonFolder(files.map(({ name }) => name)) : '';
  const rows = files.toSorted((one, other) => words.compare(one.name, other.name));
  return `<ul class="files">\n${rows
    .map(
      ({ name, sizeBytes, href }) =>
        `<li class="row"><a href="${text(href)}">${named(name.slice(folder.length))}</a> <span class="muted">${text(words.size(sizeBytes))}</span></li>`,
    )
    .join('\n')}\n</ul>`;
}

/** The folder, with its slash, that all names begin with; empty: there is none. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  for (const name of others) {
    while (!name.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}
