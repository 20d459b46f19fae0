import { quoteEtag, type ListedObject as WireObject } from '@tidegate/protocol';
import type { ListedObject, ListedPage } from '../../stores/objects/object-store.ts';

/** How names are written in a list: as they are, or percent-encoded (`encoding-type=url`), for characters XML cannot hold (SEC-417). */
export type NameEncoding = 'url' | undefined;

/** Writes a name of a list. A slash stays a slash, as on Amazon S3. */
export function encodeName(name: string, encoding: NameEncoding): string {
  if (encoding === undefined) return name;
  return encodeURIComponent(name)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}

/** Writes a name that may be absent. */
export function encodeOptionalName(name: string | undefined, encoding: NameEncoding): string | undefined {
  return name === undefined ? undefined : encodeName(name, encoding);
}

/** The two lists of a listing document. */
export type ListedMembers = {
  readonly contents: readonly WireObject[];
  readonly commonPrefixes: readonly { readonly prefix: string }[];
};

/** Sorts a page into objects and common prefixes, in wire form. */
export function listedMembers(
  page: ListedPage<ListedObject>,
  options: { readonly encoding: NameEncoding; readonly owners: 'shown' | 'hidden' },
): ListedMembers {
  const contents: WireObject[] = [];
  const commonPrefixes: { prefix: string }[] = [];
  for (const each of page.entries) {
    if (each.kind === 'prefix') {
      commonPrefixes.push({ prefix: encodeName(each.prefix, options.encoding) });
      continue;
    }
    const { entry } = each;
    contents.push({
      key: encodeName(entry.key, options.encoding),
      lastModifiedMs: entry.modifiedAtMs,
      etag: quoteEtag(entry.etag),
      checksumAlgorithms: Object.keys(entry.checksums?.values ?? {}),
      checksumType: entry.checksums?.type,
      sizeBytes: entry.sizeBytes,
      owner: options.owners === 'shown' ? { id: entry.owner.id, displayName: entry.owner.displayName } : undefined,
      storageClass: 'STANDARD',
    });
  }
  return { contents, commonPrefixes };
}
