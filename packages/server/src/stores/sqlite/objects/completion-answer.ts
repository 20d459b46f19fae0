import { encryptionMember } from '../../objects/object-encryption.ts';
import { protectionOf } from '../../objects/object-lock.ts';
import type { ObjectTarget, VersionRecord } from '../../objects/object-store.ts';
import { readPartSizes, writePartSizes } from '../../objects/part-sizes.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
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
import { readAcl, writeAcl } from './bucket-config.ts';

/** What a completed upload answered, kept so that a repeated Complete answers the same (REL-5). */
export function writeAnswer(record: VersionRecord): string {
  return JSON.stringify({
    version_id: record.versionId,
    size: record.sizeBytes,
    etag: record.etag,
    mtime_ms: record.modifiedAtMs,
    content_type: record.contentType ?? null,
    headers: writeHeaders(record.headers, record.metadata),
    checksums: writeChecksums(record.checksums),
    part_sizes: writePartSizes(record.partSizes),
    owner: record.owner.id,
    acl: writeAcl(record.acl),
    tags: writeTags(record.tags),
    lock: writeLock(record.lock),
    encryption: writeEncryption(record.encryption),
  });
}

/** The other way round. */
export function readAnswer(metadata: Metadata, target: ObjectTarget, text: string): VersionRecord {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('A kept answer is no object.');
  const row: Row = { ...parsed };
  return {
    bucket: target.bucket,
    key: target.key,
    versionId: textOf(row, 'version_id'),
    sizeBytes: numberOf(row, 'size'),
    etag: textOf(row, 'etag'),
    modifiedAtMs: numberOf(row, 'mtime_ms'),
    contentType: optionalText(row, 'content_type'),
    ...readHeaders(optionalText(row, 'headers')),
    checksums: readChecksums(optionalText(row, 'checksums')),
    partSizes: readPartSizes(textOf(row, 'part_sizes')),
    owner: metadata.owners.read(metadata, textOf(row, 'owner')),
    acl: readAcl(row['acl']),
    ...protectionOf(readTags(optionalText(row, 'tags')), readLock(optionalText(row, 'lock'))),
    ...encryptionMember(readEncryption(optionalText(row, 'encryption'))),
  };
}
