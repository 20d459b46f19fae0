import type { Acl } from '@tidegate/protocol';
import { encryptionMember, type ObjectEncryption } from '../../objects/object-encryption.ts';
import { type ObjectLock, protectionOf, type Tag } from '../../objects/object-lock.ts';
import type { Owner, StoredChecksums, StoredHeaders, VersionRecord } from '../../objects/object-store.ts';
import { readPartSizes } from '../../objects/part-sizes.ts';
import type { Metadata } from '../schema/metadata.ts';
import { versionSum } from '../schema/row-sums.ts';
import { numberOf, optionalNumber, optionalText, type Row, textOf } from '../schema/rows.ts';
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
} from '../schema/stored-json.ts';
import { type BodyPlace, freeBody, placeOf } from './bodies.ts';
import { readAcl, writeAcl } from './bucket-config.ts';
import type { OpenBucket } from './buckets.ts';
import { factColumns } from './version-rows.ts';

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

/** Lets go of what a row of a version held; the row is proven. */
export function freeVersion(metadata: Metadata, row: Row): void {
  freeBody(metadata, placeOf(row));
  const headers = optionalNumber(row, 'headers_id');
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
  const headers = writeHeaders(facts.headers, facts.metadata);
  const row = {
    version_id: target.versionId,
    seq: target.seq,
    size: facts.sizeBytes,
    etag: facts.etag,
    mtime_ms: modifiedAtMs,
    owner: facts.owner.id === target.bucket.ownerId ? null : facts.owner.id,
    acl: writeAcl(facts.acl),
    content_type: facts.contentType ?? null,
    checksums: writeChecksums(facts.checksums),
    inline: place.inline ?? null,
    inline_sum: place.inlineSum ?? null,
    file: place.file ?? null,
    list: place.list ?? null,
    headers,
    headers_id: insertHeaders(metadata, headers),
    tags: writeTags(facts.tags),
    lock: writeLock(facts.lock),
    encryption: writeEncryption(facts.encryption),
  };
  const bucket = target.bucket.number;
  sql
    .get(target.replaces === undefined ? insertObject : updateObject)
    .run(
      row.version_id,
      row.seq,
      row.size,
      row.etag,
      row.mtime_ms,
      row.owner,
      row.acl,
      row.content_type,
      row.checksums,
      row.inline,
      row.inline_sum,
      row.file,
      row.list,
      row.headers_id,
      row.tags,
      row.lock,
      row.encryption,
      versionSum(bucket, target.key, row),
      bucket,
      target.key,
    );
  if (target.replaces !== undefined) freeVersion(metadata, target.replaces);
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

const insertObject = `INSERT INTO objects (${factColumns}, bucket, key) VALUES (${'?, '.repeat(19)}?)`;
const updateObject = `UPDATE objects SET ${factColumns.replaceAll(/\w+/g, '$& = ?')} WHERE bucket = ? AND key = ?`;

function insertHeaders({ sql }: Metadata, headers: string | null): number | null {
  if (headers === null) return null;
  return Number(sql.get('INSERT INTO version_headers (headers) VALUES (?)').run(headers).lastInsertRowid);
}
