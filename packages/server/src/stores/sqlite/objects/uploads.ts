import { checksumAlgorithmNames, refusal, S3Error } from '@tidegate/protocol';
import { type Cursor, cursorAt, pageStart, readPage } from '../../admin/list-page.ts';
import { keyAfter } from '../../objects/key-order.ts';
import { encryptionMember, encryptionOf } from '../../objects/object-encryption.ts';
import { lockOfNew } from '../../objects/object-lock.ts';
import type {
  ListedPage,
  NewUpload,
  ObjectStore,
  UploadLimits,
  UploadListQuery,
  UploadRecord,
  UploadTarget,
} from '../../objects/object-store.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readEncryption, writeEncryption, writeHeaders, writeLock, writeTags } from '../schema/stored-json.ts';
import { readAcl, writeAcl } from './bucket-config.ts';
import { bucketNumber, openBucket } from './buckets.ts';
import { aboveAllText } from './listing.ts';

/** An upload as the metadata hold it. */
export type StoredUpload = {
  readonly id: number;
  readonly record: UploadRecord;
  readonly row: Row;
  /** Counts the parts that came: the same number, the same parts. */
  readonly revision: number;
};

const columns =
  'u.id, u.upload_id, u.key, u.initiated_ms, u.owner, u.acl, u.checksum_algorithm, u.checksum_type, u.content_type, u.headers, u.tags, u.lock, u.encryption, u.link_limits, u.key_existed, u.revision';

/** An open upload. @throws S3Error NoSuchBucket, NoSuchUpload */
export function findUpload(metadata: Metadata, target: UploadTarget): StoredUpload {
  const bucket = bucketNumber(metadata, target.bucket);
  const row = metadata.sql
    .get(`SELECT ${columns} FROM uploads u WHERE u.upload_id = ? AND u.bucket = ? AND u.key = ?`)
    .get(target.uploadId, bucket, target.key);
  if (row === undefined) throw refusal('NoSuchUpload', { UploadId: target.uploadId });
  return {
    id: numberOf(row, 'id'),
    record: recordOf(metadata, target.bucket, row),
    row,
    revision: numberOf(row, 'revision'),
  };
}

/** The calls about uploads as such (STO-70, STO-76, STO-78). */
export function uploadCalls(
  metadata: Metadata,
  maxOpenUploads: number,
): Pick<ObjectStore, 'createUpload' | 'readUpload' | 'abortUpload' | 'listUploads'> {
  const { commits } = metadata;
  return {
    createUpload(upload, guard) {
      const uploadId = newUploadId(metadata);
      return commits.write({ room: upload.bucket, names: [upload.key, uploadId] }, () => {
        guard?.();
        return createUpload(metadata, upload, uploadId, maxOpenUploads);
      });
    },
    async readUpload(target) {
      await commits.barrier(target.bucket, target.uploadId);
      return commits.show(() => findUpload(metadata, target).record);
    },
    abortUpload: (target, guard) =>
      commits.write({ room: target.bucket, names: [target.key, target.uploadId] }, () => {
        guard?.();
        const { id } = findUpload(metadata, target);
        closeUpload(metadata, id);
      }),
    async listUploads(query) {
      await commits.barrier(query.bucket, 'all');
      return commits.show(() => listUploads(metadata, query));
    },
  };
}

/** Ends an upload; the parts it still has are taken apart in the background. */
export function closeUpload(metadata: Metadata, id: number): void {
  metadata.sql.get('DELETE FROM uploads WHERE id = ?').run(id);
  metadata.sql.get('INSERT OR IGNORE INTO upload_trash (upload) VALUES (?)').run(id);
}

/** Ids begin with the time, so that uploads of one key are listed in the order of their beginning, as S3 does. */
function newUploadId({ clock, random }: Metadata): string {
  const time = Math.max(0, clock.nowMs()).toString(16).padStart(12, '0');
  return time + Buffer.from(random.bytes(16)).toString('hex');
}

function createUpload(metadata: Metadata, upload: NewUpload, uploadId: string, maxOpenUploads: number): UploadRecord {
  const { sql, owners, clock } = metadata;
  const { key, write, checksum, linkLimits } = upload;
  const { number: bucket, config } = openBucket(metadata, upload.bucket);
  // Refused now, not after all the parts have come.
  lockOfNew(write.lock ?? {}, config.objectLock, clock.nowMs());
  const open = sql.get('SELECT count(*) AS open FROM uploads WHERE bucket = ?').get(bucket);
  if (open !== undefined && numberOf(open, 'open') >= maxOpenUploads) {
    throw new S3Error({ code: 'SlowDown', message: 'The bucket has too many open multipart uploads.' });
  }
  const initiatedAtMs = clock.nowMs();
  // Not the row itself: a damaged one does not keep an upload from beginning.
  const keyExisted = sql.get('SELECT 1 FROM objects WHERE bucket = ? AND key = ?').get(bucket, key) !== undefined;
  const encryption = encryptionOf(write.encryption, config.encryption?.algorithm, metadata.random);
  owners.ensure(metadata, write.owner);
  sql
    .get(
      `INSERT INTO uploads (upload_id, bucket, key, initiated_ms, owner, acl, checksum_algorithm, checksum_type, content_type, headers, tags, lock, encryption, link_limits, key_existed, revision)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    )
    .run(
      uploadId,
      bucket,
      key,
      initiatedAtMs,
      write.owner.id,
      writeAcl(write.acl),
      checksum?.algorithm ?? null,
      checksum?.type ?? null,
      write.contentType ?? null,
      writeHeaders(write.headers, write.metadata),
      writeTags(write.tags),
      writeLock(write.lock),
      writeEncryption(encryption),
      linkLimits === undefined ? null : JSON.stringify(linkLimits),
      keyExisted ? 1 : 0,
    );
  const owner = owners.read(metadata, write.owner.id);
  return {
    uploadId,
    bucket: upload.bucket,
    key,
    initiatedAtMs,
    keyExisted,
    owner,
    acl: write.acl,
    checksum,
    contentType: write.contentType,
    ...encryptionMember(encryption),
    linkLimits,
  };
}

function listUploads(metadata: Metadata, query: UploadListQuery): ListedPage<UploadRecord> {
  const bucket = bucketNumber(metadata, query.bucket);
  return readPage<UploadRecord>(query, uploadsStart(query), {
    behind: (entry) => ({ key: entry.key, behindId: entry.uploadId }),
    readRun(from, before, limit) {
      const rows = metadata.sql
        .get(
          `SELECT ${columns} FROM uploads u WHERE u.bucket = ?1 AND (u.key, u.upload_id) > (?2, ?3)
           AND u.key < ?4 ORDER BY u.key, u.upload_id LIMIT ?5`,
        )
        .all(bucket, from.key, from.behindId, before ?? aboveAllText, limit);
      return rows.map((row) => recordOf(metadata, query.bucket, row));
    },
  });
}

/** With an id to go on behind, the rest of the uploads of the key `after` comes first. */
function uploadsStart(query: UploadListQuery): Cursor | undefined {
  const start = pageStart(query);
  if (query.afterUploadId === '' || query.after === '' || start !== keyAfter(query.after)) return cursorAt(start);
  return { key: query.after, behindId: query.afterUploadId };
}

function recordOf(metadata: Metadata, bucket: string, row: Row): UploadRecord {
  const algorithm = checksumAlgorithmNames.find((name) => name === row['checksum_algorithm']);
  const type = optionalText(row, 'checksum_type') === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT';
  return {
    uploadId: textOf(row, 'upload_id'),
    bucket,
    key: textOf(row, 'key'),
    initiatedAtMs: numberOf(row, 'initiated_ms'),
    keyExisted: numberOf(row, 'key_existed') === 1,
    owner: metadata.owners.read(metadata, textOf(row, 'owner')),
    acl: readAcl(row['acl']),
    checksum: algorithm === undefined ? undefined : { algorithm, type },
    contentType: optionalText(row, 'content_type'),
    ...encryptionMember(readEncryption(optionalText(row, 'encryption'))),
    linkLimits: readUploadLimits(optionalText(row, 'link_limits')),
  };
}

function readUploadLimits(text: string | undefined): UploadLimits | undefined {
  if (text === undefined) return undefined;
  const limits: UploadLimits = JSON.parse(text);
  return limits;
}
