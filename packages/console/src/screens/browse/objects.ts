import { s3, s3Document } from '../../data/s3.ts';
import { childrenOf, escapeXml, textOf, type XmlElement } from '../../data/xml.ts';

/** A row of a folder: a folder or an object. */
export type Entry = {
  /** Whole; of a folder it ends in a slash. */
  readonly key: string;
  readonly isFolder: boolean;
  readonly sizeBytes: number;
  /** Empty for folders. */
  readonly changedAt: string;
  /** Of a delete marker, where what was deleted is listed. */
  readonly markerId?: string;
};

export type FolderPage = { readonly entries: readonly Entry[]; readonly next: string | null };

/** Under which name a folder's pages are kept, to be read again. */
export const folderList = 's3 folder';
export const versionList = 's3 versions';
export const bucketList = 's3 buckets';
export const objectHead = 's3 object';

const pageKeys = '500';

/** One page of a folder. @param prefix with the beginning of the names that are wanted @throws S3Refused */
export async function listFolder(
  bucket: string,
  prefix: string,
  token: string | null,
  signal?: AbortSignal,
): Promise<FolderPage> {
  const query = {
    'list-type': '2',
    delimiter: '/',
    'encoding-type': 'url',
    'max-keys': pageKeys,
    ...(prefix !== '' && { prefix }),
    ...(token !== null && { 'continuation-token': token }),
  };
  const root = await s3Document({ method: 'GET', bucket, query }, signal);
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const folders = childrenOf(root, 'CommonPrefixes').map((one) => ({
    key: decoded(textOf(one, 'Prefix')),
    isFolder: true,
    sizeBytes: 0,
    changedAt: '',
  }));
  const objects = childrenOf(root, 'Contents')
    .map(objectOf)
    // The folder itself, where somebody made one.
    .filter(({ key }) => key !== folder);
  return { entries: [...folders, ...objects], next: textOf(root, 'NextContinuationToken') || null };
}

function objectOf(element: XmlElement): Entry {
  return {
    key: decoded(textOf(element, 'Key')),
    isFolder: false,
    sizeBytes: Number(textOf(element, 'Size')),
    changedAt: textOf(element, 'LastModified'),
  };
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Every key under a prefix, page by page. @throws S3Refused */
export async function* listAll(
  bucket: string,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly Entry[], void> {
  let token = '';
  do {
    const query = {
      'list-type': '2',
      'encoding-type': 'url',
      prefix,
      ...(token !== '' && { 'continuation-token': token }),
    };
    const root = await s3Document({ method: 'GET', bucket, query }, signal);
    yield childrenOf(root, 'Contents').map(objectOf);
    token = textOf(root, 'NextContinuationToken');
  } while (token !== '');
}

/** Whether there is an object of exactly this key. A list says it without an error where there is none. @throws S3Refused */
export async function hasObject(bucket: string, key: string): Promise<boolean> {
  const query = { 'list-type': '2', 'encoding-type': 'url', prefix: key, 'max-keys': '1' };
  const root = await s3Document({ method: 'GET', bucket, query });
  return childrenOf(root, 'Contents').some((found) => decoded(textOf(found, 'Key')) === key);
}

/** Whether there is anything under a prefix. @throws S3Refused */
export async function hasAny(bucket: string, prefix: string): Promise<boolean> {
  const root = await s3Document({ method: 'GET', bucket, query: { 'list-type': '2', prefix, 'max-keys': '1' } });
  return childrenOf(root, 'Contents').length > 0;
}

export type Version = {
  readonly key: string;
  readonly id: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  readonly changedAt: string;
};

/** Versions and delete markers of one key, or of all directly below a folder, the newest first. @throws S3Refused */
export async function listVersions(
  bucket: string,
  prefix: string,
  { exactly, cursor, signal }: { readonly exactly?: boolean; readonly cursor?: string | null; signal?: AbortSignal },
): Promise<{ versions: readonly Version[]; folders: readonly string[]; next: string | null }> {
  const [keyMarker = '', idMarker = ''] = (cursor ?? '').split('\n');
  const query = {
    versions: '',
    'encoding-type': 'url',
    ...(prefix !== '' && { prefix }),
    ...(exactly !== true && { delimiter: '/' }),
    ...(keyMarker !== '' && { 'key-marker': keyMarker }),
    ...(idMarker !== '' && { 'version-id-marker': idMarker }),
  };
  const root = await s3Document({ method: 'GET', bucket, query }, signal);
  const versions = root.children
    .filter(({ name }) => name === 'Version' || name === 'DeleteMarker')
    .map((element) => ({
      key: decoded(textOf(element, 'Key')),
      id: textOf(element, 'VersionId'),
      isLatest: textOf(element, 'IsLatest') === 'true',
      isMarker: element.name === 'DeleteMarker',
      sizeBytes: Number(textOf(element, 'Size') || '0'),
      changedAt: textOf(element, 'LastModified'),
    }))
    .filter(({ key }) => exactly !== true || key === prefix);
  const isCut = textOf(root, 'IsTruncated') === 'true';
  const next = `${decoded(textOf(root, 'NextKeyMarker'))}\n${textOf(root, 'NextVersionIdMarker')}`;
  const folders = childrenOf(root, 'CommonPrefixes').map((one) => decoded(textOf(one, 'Prefix')));
  return { versions, folders, next: isCut ? next : null };
}

/** One page of what was deleted in a folder and can be had again: folders, and objects below a delete marker. */
export async function listDeleted(
  bucket: string,
  prefix: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<FolderPage> {
  const page = await listVersions(bucket, prefix, { cursor, ...(signal !== undefined && { signal }) });
  const folders = page.folders.map((key) => ({ key, isFolder: true, sizeBytes: 0, changedAt: '' }));
  const markers = page.versions
    .filter(({ isMarker, isLatest }) => isMarker && isLatest)
    .map(({ key, changedAt, id }) => ({ key, isFolder: false, sizeBytes: 0, changedAt, markerId: id }));
  return { entries: [...folders, ...markers], next: page.next };
}

export type Bucket = { readonly name: string; readonly createdAt: string };

/** The buckets that the key sees. @throws S3Refused */
export async function listBuckets(signal?: AbortSignal): Promise<readonly Bucket[]> {
  const root = await s3Document({ method: 'GET' }, signal);
  const [list] = childrenOf(root, 'Buckets');
  if (list === undefined) return [];
  return childrenOf(list, 'Bucket').map((bucket) => ({
    name: textOf(bucket, 'Name'),
    createdAt: textOf(bucket, 'CreationDate'),
  }));
}

/** How the bucket keeps versions. Off where this may not be asked: then deleting is asked about. */
export async function readVersioning(bucket: string, signal?: AbortSignal): Promise<'off' | 'enabled' | 'suspended'> {
  const root = await s3Document({ method: 'GET', bucket, query: { versioning: '' } }, signal);
  const status = textOf(root, 'Status');
  return status === 'Enabled' ? 'enabled' : status === 'Suspended' ? 'suspended' : 'off';
}

/** What S3 returns about an object. */
export type Head = {
  readonly type: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly changedAt: string;
  readonly versionId: string | undefined;
  /** Headers that say how it is served: `cache-control`. */
  readonly served: readonly (readonly [name: string, value: string])[];
  readonly metadata: readonly (readonly [name: string, value: string])[];
  readonly checksums: readonly (readonly [name: string, value: string])[];
  readonly retention: { readonly mode: string; readonly until: string } | undefined;
  readonly hasLegalHold: boolean;
};

const servedNames = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];

/** @throws S3Refused */
export async function readHead(
  bucket: string,
  key: string,
  versionId: string | undefined,
  signal?: AbortSignal,
): Promise<Head> {
  const { headers } = await s3(
    {
      method: 'HEAD',
      bucket,
      key,
      ...(versionId !== undefined && { query: { versionId } }),
      headers: { 'x-amz-checksum-mode': 'ENABLED' },
    },
    signal,
  );
  const all = [...headers];
  const behind = (prefix: string) =>
    all.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : []));
  const mode = headers.get('x-amz-object-lock-mode');
  return {
    type: headers.get('content-type') ?? '',
    sizeBytes: Number(headers.get('content-length') ?? '0'),
    etag: (headers.get('etag') ?? '').replaceAll('"', ''),
    changedAt: new Date(headers.get('last-modified') ?? 0).toISOString(),
    versionId: headers.get('x-amz-version-id') ?? undefined,
    served: all.filter(([name]) => servedNames.includes(name)),
    metadata: behind('x-amz-meta-'),
    checksums: behind('x-amz-checksum-').filter(([name]) => name !== 'type'),
    retention: mode === null ? undefined : { mode, until: headers.get('x-amz-object-lock-retain-until-date') ?? '' },
    hasLegalHold: headers.get('x-amz-object-lock-legal-hold') === 'ON',
  };
}

export type Pair = { readonly name: string; readonly value: string };

/** @throws S3Refused */
export async function readTags(
  bucket: string,
  key: string,
  versionId: string | undefined,
  signal?: AbortSignal,
): Promise<readonly Pair[]> {
  const query = { tagging: '', ...(versionId !== undefined && { versionId }) };
  const root = await s3Document({ method: 'GET', bucket, key, query }, signal);
  const [set] = childrenOf(root, 'TagSet');
  if (set === undefined) return [];
  return childrenOf(set, 'Tag').map((tag) => ({ name: textOf(tag, 'Key'), value: textOf(tag, 'Value') }));
}

/** @throws S3Refused */
export async function writeTags(
  bucket: string,
  key: string,
  versionId: string | undefined,
  tags: readonly Pair[],
): Promise<void> {
  const query = { tagging: '', ...(versionId !== undefined && { versionId }) };
  if (tags.length === 0) {
    await s3({ method: 'DELETE', bucket, key, query });
    return;
  }
  const written = tags.map(
    ({ name, value }) => `<Tag><Key>${escapeXml(name)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  await s3({
    method: 'PUT',
    bucket,
    key,
    query,
    headers: { 'content-type': 'application/xml' },
    body: `<Tagging><TagSet>${written.join('')}</TagSet></Tagging>`,
  });
}
