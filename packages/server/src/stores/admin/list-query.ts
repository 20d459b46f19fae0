/** A page of a bucket that is asked for. */
export type ListQuery = {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** Exclusive: a key, or a common prefix (then everything under it is skipped). Empty: from the start. */
  readonly after: string;
  /** At most so many entries, objects and common prefixes together. 0 to 1,000. */
  readonly limit: number;
};

/** As a list of versions is asked for. */
export type VersionListQuery = ListQuery & {
  /** With `after`: older versions of the key `after` than this one are still listed; all of them, when it is gone. */
  readonly afterVersionId: string;
};

/** As a list of uploads is asked for. */
export type UploadListQuery = ListQuery & {
  /** With `after`: uploads of the key `after` whose id is greater are still listed. */
  readonly afterUploadId: string;
};

/** One page in UTF-8 byte order, objects and common prefixes interleaved. */
export type ListedPage<Entry> = {
  readonly entries: readonly (
    | { readonly kind: 'entry'; readonly entry: Entry }
    | { readonly kind: 'prefix'; readonly prefix: string }
  )[];
  /** Where the next page begins (`after`), when there is more. */
  readonly next: string | undefined;
};
