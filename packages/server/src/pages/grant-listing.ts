import { uriEncodePath } from '@tidegate/presign/internal';
import type { ListedObject } from '../stores/objects/object-store.ts';
import { fileRows } from './file-list.ts';
import { named, type PageFrame, page, text } from './page.ts';

/** One page of what lies below a granted prefix. */
export type GrantListing = {
  readonly bucket: string;
  readonly prefix: string;
  readonly objects: readonly ListedObject[];
  /** Where the next page goes on, when there is more. */
  readonly next: string | undefined;
};

/** LNK-34, for programs. Names are relative to the prefix. */
export function listingJson({ bucket, prefix, objects, next }: GrantListing): string {
  const items = objects.map(({ key, sizeBytes, etag, modifiedAtMs }) => ({
    name: key.slice(prefix.length),
    key,
    size: sizeBytes,
    etag,
    modified: new Date(modifiedAtMs).toISOString(),
  }));
  return `${JSON.stringify({ bucket, prefix, items, next: next ?? null })}\n`;
}

/** LNK-34, for people: each name leads to its object with the query of the link itself. @param query with its question mark */
export function listingPage({ prefix, objects, next }: GrantListing, query: string, frame: PageFrame): string {
  const { words } = frame;
  const { texts } = words;
  const title = prefix.split('/').at(-2) ?? prefix;
  const files = objects.map(({ key, sizeBytes }) => {
    const name = key.slice(prefix.length);
    // `./` keeps a name with a colon from being read as a scheme.
    return { name, sizeBytes, href: `./${uriEncodePath(name) + query}` };
  });
  const more = next === undefined ? '' : `<p>${text(words.count(texts.firstFiles, objects.length))}</p>`;
  const list = files.length === 0 ? `<p>${text(texts.nothingYet)}</p>` : fileRows(files, next === undefined, words);
  return page(title, `<h1>${named(title)}</h1>\n${list}\n${more}`, frame);
}
