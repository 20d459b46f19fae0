import { childOf, childrenOf, textOf, type XmlElement } from '@tidegate/protocol';
import type { S3Client } from './s3-client.ts';

/** One object of a list. */
export type Listed = {
  readonly key: string;
  readonly sizeBytes: number;
  readonly changed: string;
  readonly etag: string;
};

/** A page of a list: folders, objects, and where it goes on. */
export type Page = {
  readonly prefixes: readonly string[];
  readonly objects: readonly Listed[];
  readonly next: string | undefined;
};

/** One version of an object, or the mark that it was deleted. */
export type ListedVersion = Listed & {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
};

/** A page of versions. Folders are in `prefixes`. */
export type VersionPage = {
  readonly prefixes: readonly string[];
  readonly versions: readonly ListedVersion[];
  readonly next: { readonly key: string; readonly versionId: string } | undefined;
};

/** Which keys: those below a prefix, all of them or those of one folder. */
export type ListPlace = {
  readonly bucket: string;
  readonly prefix: string;
  /** All keys below the prefix, not one folder. */
  readonly isDeep: boolean;
};

/** One page of objects. */
export async function listPage(
  client: S3Client,
  { bucket, prefix, isDeep }: ListPlace,
  next: string | undefined,
): Promise<Page> {
  const query: (readonly [string, string])[] = [['list-type', '2']];
  if (next !== undefined) query.push(['continuation-token', next]);
  if (!isDeep) query.push(['delimiter', '/']);
  // Keys that XML cannot hold come percent-encoded.
  query.push(['encoding-type', 'url']);
  if (prefix !== '') query.push(['prefix', prefix]);
  const root = await client.askDocument({ method: 'GET', bucket, query, about: bucket });
  const name = decoderOf(root);
  return {
    prefixes: childrenOf(root, 'CommonPrefixes').map((entry) => name(textOf(entry, 'Prefix'))),
    objects: childrenOf(root, 'Contents').map((entry) => listedOf(entry, name)),
    next: textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextContinuationToken') : undefined,
  };
}

/** Every object below a prefix, page after page. */
export async function* listAll(client: S3Client, place: Omit<ListPlace, 'isDeep'>): AsyncGenerator<Listed> {
  let next: string | undefined;
  do {
    const page = await listPage(client, { ...place, isDeep: true }, next);
    yield* page.objects;
    next = page.next;
  } while (next !== undefined);
}

/** Every version and delete marker below a prefix, page after page. */
export async function* listVersions(client: S3Client, place: Omit<ListPlace, 'isDeep'>): AsyncGenerator<ListedVersion> {
  let next: VersionPage['next'];
  do {
    const page: VersionPage = await listVersionsPage(client, { ...place, isDeep: true }, next);
    yield* page.versions;
    next = page.next;
  } while (next !== undefined);
}

/** One page of versions and delete markers. */
export async function listVersionsPage(
  client: S3Client,
  { bucket, prefix, isDeep }: ListPlace,
  next: VersionPage['next'],
): Promise<VersionPage> {
  const query: (readonly [string, string])[] = isDeep ? [] : [['delimiter', '/']];
  query.push(['encoding-type', 'url']);
  if (next !== undefined) query.push(['key-marker', next.key]);
  if (prefix !== '') query.push(['prefix', prefix]);
  if (next !== undefined && next.versionId !== '') query.push(['version-id-marker', next.versionId]);
  query.push(['versions', '']);
  const root = await client.askDocument({ method: 'GET', bucket, query, about: bucket });
  const name = decoderOf(root);
  const entries = root.children.filter((child) => child.name === 'Version' || child.name === 'DeleteMarker');
  return {
    prefixes: childrenOf(root, 'CommonPrefixes').map((entry) => name(textOf(entry, 'Prefix'))),
    versions: entries
      .map((entry) => ({
        ...listedOf(entry, name),
        versionId: textOf(entry, 'VersionId') ?? 'null',
        isLatest: textOf(entry, 'IsLatest') === 'true',
        isDeleteMarker: entry.name === 'DeleteMarker',
      }))
      .toSorted(byKeyAndAge),
    next:
      textOf(root, 'IsTruncated') === 'true'
        ? { key: name(textOf(root, 'NextKeyMarker')), versionId: textOf(root, 'NextVersionIdMarker') ?? '' }
        : undefined,
  };
}

/** Some stores name all versions of a page before its marks of deletion; here the newest of each key comes first. */
function byKeyAndAge(one: ListedVersion, other: ListedVersion): number {
  const keys = Buffer.compare(Buffer.from(one.key), Buffer.from(other.key));
  if (keys !== 0) return keys;
  if (one.isLatest !== other.isLatest) return one.isLatest ? -1 : 1;
  return one.changed === other.changed ? 0 : one.changed < other.changed ? 1 : -1;
}

/** An upload in parts that was begun and neither completed nor aborted. */
export type ListedUpload = {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: string;
  readonly checksumAlgorithm: string | undefined;
};

/** The open uploads below a prefix. */
export async function* listUploads(
  client: S3Client,
  bucket: string,
  prefix: string,
): AsyncGenerator<ListedUpload, undefined> {
  let marker: readonly [key: string, uploadId: string] | undefined;
  do {
    const query: (readonly [string, string])[] = [['encoding-type', 'url']];
    if (marker !== undefined) query.push(['key-marker', marker[0]]);
    if (prefix !== '') query.push(['prefix', prefix]);
    if (marker !== undefined) query.push(['upload-id-marker', marker[1]]);
    query.push(['uploads', '']);
    const root = await client.askDocument({ method: 'GET', bucket, query, about: bucket });
    const name = decoderOf(root);
    for (const entry of childrenOf(root, 'Upload')) {
      yield {
        key: name(textOf(entry, 'Key')),
        uploadId: textOf(entry, 'UploadId') ?? '',
        initiated: textOf(entry, 'Initiated') ?? '',
        checksumAlgorithm: textOf(entry, 'ChecksumAlgorithm'),
      };
    }
    marker =
      textOf(root, 'IsTruncated') === 'true'
        ? [name(textOf(root, 'NextKeyMarker')), textOf(root, 'NextUploadIdMarker') ?? '']
        : undefined;
  } while (marker !== undefined);
  return undefined;
}

/** The names of all buckets, with when they were made. */
export async function listBuckets(
  client: S3Client,
): Promise<readonly { readonly name: string; readonly createdAt: string }[]> {
  const root = await client.askDocument({ method: 'GET', about: 'the list of buckets' });
  return childrenOf(childOf(root, 'Buckets'), 'Bucket').map((bucket) => ({
    name: textOf(bucket, 'Name') ?? '',
    createdAt: textOf(bucket, 'CreationDate') ?? '',
  }));
}

function listedOf(entry: XmlElement, name: (text: string | undefined) => string): Listed {
  return {
    key: name(textOf(entry, 'Key')),
    sizeBytes: Number(textOf(entry, 'Size') ?? 0),
    changed: textOf(entry, 'LastModified') ?? '',
    etag: (textOf(entry, 'ETag') ?? '').replaceAll('"', ''),
  };
}

function decoderOf(root: XmlElement): (text: string | undefined) => string {
  return textOf(root, 'EncodingType') === 'url' ? (text = '') => decoded(text) : (text = '') => text;
}

/** S3 encodes as forms do: `+` is a blank. What is not encoded properly is shown as it came. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
