import type { Acl } from '@tidegate/protocol';
import { encryptionMember, type ObjectEncryption } from '../object-encryption.ts';
import { type ObjectLock, protectionOf, type Tag } from '../object-lock.ts';
import type { Owner, StoredChecksums, StoredHeaders, VersionRecord } from '../object-store.ts';
import { readPartSizes } from '../part-sizes.ts';
import { type BodyPlace, freeBody, placeOf } from './bodies.ts';
import { readAcl, writeAcl } from './bucket-config.ts';
import type { OpenBucket } from './buckets.ts';
import type { Metadata } from './metadata.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from './rows.ts';
import {
  readChecksums,
  readEncryption,
  readHeaders,
  readLock,
  readTags,
  writeChecksums,
  writeEncryption,
  writeHeaders,
  writeLock,
  writeTags,
} from './stored-json.ts';

/** Columns that `objects` and `versions` share: what moves from one to the other. */
const factColumns =
  'version_id, seq, size, etag, mtime_ms, owner, acl, content_type, checksums, inline, file, list, headers, tags, lock, encryption';

/** Those and where they belong. */
export const movedColumns = `bucket, key, ${factColumns}`;

/** Columns of `objects o` (or `versions o`), with the part sizes of its list `l` and its headers `h`. */
export const objectColumns = `${factColumns.replaceAll(/\w+/g, 'o.$&').replace('o.headers', 'h.headers')}, l.part_sizes`;

/** What a row of a version holds besides itself: its bytes and its headers. */
export const heldColumns = 'inline, file, list, headers';

/** What a version is, besides its name and its bytes. */
export type VersionFacts = {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly contentType: string | undefined;
  readonly headers: StoredHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: StoredChecksums | undefined;
  readonly partSizes: readonly number[];
  readonly owner: Owner;
  readonly acl: Acl;
  readonly tags?: readonly Tag[] | undefined;
  readonly lock?: ObjectLock | undefined;
  readonly encryption?: ObjectEncryption | undefined;
};

export type StoredObject = { readonly record: VersionRecord; readonly place: BodyPlace };

/** A row as a version. */
export function storedObjectOf(
  metadata: Metadata,
  target: { readonly bucket: string; readonly key: string },
  bucket: OpenBucket,
  row: Row,
): StoredObject {
  const partSizes = optionalText(row, 'part_sizes');
  const { headers, metadata: userMetadata } = readHeaders(optionalText(row, 'headers'));
  return {
    place: placeOf(row),
    record: {
      bucket: target.bucket,
      key: target.key,
      versionId: textOf(row, 'version_id'),
      sizeBytes: numberOf(row, 'size'),
      etag: textOf(row, 'etag'),
      modifiedAtMs: numberOf(row, 'mtime_ms'),
      contentType: optionalText(row, 'content_type'),
      headers,
      metadata: userMetadata,
      checksums: readChecksums(optionalText(row, 'checksums')),
      partSizes: partSizes === undefined ? noParts : readPartSizes(partSizes),
      owner: ownerOf(metadata, bucket, row),
      acl: readAcl(row['acl']),
      ...protectionOf(readTags(optionalText(row, 'tags')), readLock(optionalText(row, 'lock'))),
      ...encryptionMember(readEncryption(optionalText(row, 'encryption'))),
    },
  };
}

const noParts: readonly number[] = [];

/** Whose a version is: the bucket owner's where it does not say otherwise. */
export function ownerOf(metadata: Metadata, bucket: OpenBucket, row: Row): Owner {
  return metadata.owners.read(metadata, optionalText(row, 'owner') ?? bucket.ownerId);
}

/** Lets go of what a row of a version held. @param row has `heldColumns` */
export function freeVersion(metadata: Metadata, row: Row): void {
  freeBody(metadata, placeOf(row));
  const headers = optionalNumber(row, 'headers');
  if (headers !== undefined) metadata.sql.get('DELETE FROM version_headers WHERE id = ?').run(headers);
}

/** Where a version goes. */
type VersionPlace = {
  readonly bucket: OpenBucket;
  readonly bucketName: string;
  readonly key: string;
  readonly versionId: string;
  /** Above that of every other version of the key. */
  readonly seq: number;
  /** The row that it takes the place of; what that one held is let go of. */
  readonly replaces: Row | undefined;
};

/** Writes a version as the current one of its key (STO-20). */
export function writeObject(
  metadata: Metadata,
  target: VersionPlace,
  version: { readonly facts: VersionFacts; readonly place: BodyPlace; readonly modifiedAtMs: number },
): VersionRecord {
  const { facts, place, modifiedAtMs } = version;
  const { sql, owners } = metadata;
  owners.ensure(metadata, facts.owner);
  const values = [
    target.versionId,
    target.seq,
    facts.sizeBytes,
    facts.etag,
    modifiedAtMs,
    facts.owner.id === target.bucket.ownerId ? null : facts.owner.id,
    writeAcl(facts.acl),
    facts.contentType ?? null,
    writeChecksums(facts.checksums),
    place.inline ?? null,
    place.file ?? null,
    place.list ?? null,
    insertHeaders(metadata, writeHeaders(facts.headers, facts.metadata)),
    writeTags(facts.tags),
    writeLock(facts.lock),
    writeEncryption(facts.encryption),
  ];
  if (target.replaces === undefined) {
    sql
      .get(
        `INSERT INTO objects (${factColumns}, bucket, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(...values, target.bucket.number, target.key);
  } else {
    sql.get(updateObject).run(...values, target.bucket.number, target.key);
    freeVersion(metadata, target.replaces);
  }
  return {
    bucket: target.bucketName,
    key: target.key,
    versionId: target.versionId,
    sizeBytes: facts.sizeBytes,
    etag: facts.etag,
    modifiedAtMs,
    contentType: facts.contentType,
    headers: facts.headers,
    metadata: facts.metadata,
    checksums: facts.checksums,
    partSizes: facts.partSizes,
    owner: owners.read(metadata, facts.owner.id),
    acl: facts.acl,
    ...protectionOf(facts.tags, facts.lock),
    ...encryptionMember(facts.encryption),
  };
}

const updateObject = `UPDATE objects SET ${factColumns.replaceAll(/\w+/g, '$& = ?')} WHERE bucket = ? AND key = ?`;

function insertHeaders({ sql }: Metadata, headers: string | null): number | null {
  if (headers === null) return null;
  return Number(sql.get('INSERT INTO version_headers (headers) VALUES (?)').run(headers).lastInsertRowid);
}
