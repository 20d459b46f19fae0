import type { Acl } from '@tidegate/protocol';
import type { BucketConfig, ListedPage, Owner } from './object-store.ts';

/**
 * Who owns a new version, and with which ACL (STO-141): the bucket's owner where ownership is enforced, and where it is preferred
 * and the writer gives full control by the canned ACL; else who wrote it. Asked inside the transaction that makes the version.
 */
export function ownedIn(
  config: BucketConfig,
  bucketOwner: () => Owner,
  written: { readonly owner: Owner; readonly acl: Acl },
): { readonly owner: Owner; readonly acl: Acl } {
  switch (config.objectOwnership) {
    case 'BucketOwnerEnforced':
      return { owner: bucketOwner(), acl: 'private' };
    case 'BucketOwnerPreferred':
      return written.acl === 'bucket-owner-full-control' ? { owner: bucketOwner(), acl: written.acl } : written;
    default:
      return written;
  }
}

/** A page of a listing with the owners that S3 shows: where ownership is enforced, all is the bucket owner's (POL-30). */
export function withShownOwners<Entry extends { readonly owner: Owner }>(
  page: ListedPage<Entry>,
  bucket: { readonly owner: Owner; readonly config: BucketConfig },
): ListedPage<Entry> {
  if (bucket.config.objectOwnership !== 'BucketOwnerEnforced') return page;
  const { owner } = bucket;
  const entries = page.entries.map((each) =>
    each.kind === 'entry' ? { ...each, entry: { ...each.entry, owner } } : each,
  );
  return { ...page, entries };
}
