import type { S3Error } from '@tidegate/protocol';
import { failedDeleteCondition, failedDeleteOfNothing, failedPlace } from '../../objects/conditions.ts';
import { failedRemoval } from '../../objects/object-lock.ts';
import type { DeleteOutcome, ObjectDelete } from '../../objects/object-store.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readLock, readTags } from '../schema/stored-json.ts';
import { type OpenBucket, openBucket } from './buckets.ts';
import { freeVersion } from './object-row.ts';
import { currentRow, olderRow } from './version-rows.ts';
import {
  archiveObject,
  findVersionRow,
  insertMarker,
  type KeyPlace,
  newVersionId,
  promoteTop,
  removeOldNull,
  topVersion,
} from './versions.ts';

/** STO-50, STO-104…106, STO-121: inside the transaction, each deletion for itself. @throws S3Error NoSuchBucket */
export function deleteObjects(
  metadata: Metadata,
  bucketName: string,
  deletes: readonly ObjectDelete[],
): readonly DeleteOutcome[] {
  const bucket = openBucket(metadata, bucketName);
  return deletes.map((wanted) => deleteAlone(metadata, bucket, wanted));
}

/** What a deletion did before it came upon a damaged row is taken back, and nothing of the others (REL-12). */
function deleteAlone(metadata: Metadata, bucket: OpenBucket, wanted: ObjectDelete): DeleteOutcome {
  const { sql } = metadata;
  sql.get('SAVEPOINT deletion').run();
  try {
    const outcome = deleteOne(metadata, bucket, wanted);
    sql.get('RELEASE deletion').run();
    return outcome;
  } catch (error) {
    if (!(error instanceof DamagedRow)) throw error;
    sql.get('ROLLBACK TO deletion').run();
    sql.get('RELEASE deletion').run();
    return { key: wanted.key, deleted: false, damaged: error };
  }
}

function deleteOne(metadata: Metadata, bucket: OpenBucket, wanted: ObjectDelete): DeleteOutcome {
  const place = { bucketNumber: bucket.number, key: wanted.key };
  if (wanted.versionId !== undefined) return removeVersion(metadata, place, wanted, wanted.versionId);
  return bucket.config.versioning === undefined
    ? removeObject(metadata, place, wanted)
    : hideObject(metadata, place, wanted, bucket);
}

/** Without versioning the object is gone. */
function removeObject(metadata: Metadata, { bucketNumber, key }: KeyPlace, wanted: ObjectDelete): DeleteOutcome {
  const row = currentRow(metadata, { bucketNumber, key });
  if (wanted.condition !== undefined) {
    const refused =
      row === undefined
        ? failedDeleteOfNothing(key, wanted.condition)
        : failedCondition(metadata, { bucketNumber, key }, row, wanted);
    if (refused !== undefined) return { key, deleted: false, refused };
  }
  if (row === undefined) return { key, deleted: false };
  metadata.sql.get('DELETE FROM objects WHERE bucket = ? AND key = ?').run(bucketNumber, key);
  freeVersion(metadata, row);
  return { key, deleted: true };
}

/** With versioning nothing is lost: a delete marker becomes the newest version (STO-104). Suspended, the version `null` goes. */
function hideObject(metadata: Metadata, place: KeyPlace, wanted: ObjectDelete, { config }: OpenBucket): DeleteOutcome {
  const { sql, clock } = metadata;
  const { key } = place;
  const current = currentRow(metadata, place);
  const top = topVersion(metadata, place);
  const newest = current ?? (top === undefined ? undefined : olderRow(metadata, place, top.id));
  const refused =
    newest === undefined
      ? failedDeleteOfNothing(key, wanted.condition)
      : failedCondition(metadata, place, newest, wanted);
  if (refused !== undefined) return { key, deleted: false, refused };
  // What was chosen by its place and is gone needs no marker.
  if (newest === undefined && wanted.condition?.place !== undefined) return { key, deleted: false };
  const seq = Math.max(current === undefined ? 0 : numberOf(current, 'seq'), top?.seq ?? 0) + 1;
  const newestAtMs = newest === undefined ? 0 : numberOf(newest, 'mtime_ms');
  const isSuspended = config.versioning === 'Suspended';
  if (isSuspended) removeOldNull(metadata, place);
  if (current !== undefined) {
    if (isSuspended && textOf(current, 'version_id') === 'null') {
      sql.get('DELETE FROM objects WHERE bucket = ? AND key = ?').run(place.bucketNumber, key);
      freeVersion(metadata, current);
    } else {
      archiveObject(metadata, place);
    }
  }
  const versionId = isSuspended ? 'null' : newVersionId(metadata);
  insertMarker(metadata, place, { versionId, seq, modifiedAtMs: Math.max(clock.nowMs(), newestAtMs) });
  return { key, deleted: current !== undefined, marker: 'made', markerVersionId: versionId };
}

/** STO-105: the version that is named is gone for good, and what it covered shows again. */
function removeVersion(metadata: Metadata, place: KeyPlace, wanted: ObjectDelete, versionId: string): DeleteOutcome {
  const { sql, clock } = metadata;
  const { key } = place;
  const found = findVersionRow(metadata, place, versionId);
  if (found === undefined) return { key, deleted: false };
  const lock = readLock(optionalText(found.row, 'lock')) ?? {};
  const refused =
    failedCondition(metadata, place, found.row, wanted) ??
    failedRemoval(lock, wanted.bypassGovernance === true, clock.nowMs());
  if (refused !== undefined) return { key, deleted: false, refused };
  sql
    .get(`DELETE FROM ${found.table} WHERE bucket = ? AND key = ? AND version_id = ?`)
    .run(place.bucketNumber, key, versionId);
  freeVersion(metadata, found.row);
  if (found.table === 'objects' || found.isMarker) promoteWhereEmpty(metadata, place);
  return { key, deleted: true, ...(found.isMarker ? { marker: 'removed' } : {}) };
}

function promoteWhereEmpty(metadata: Metadata, place: KeyPlace): void {
  const current = metadata.sql
    .get('SELECT 1 FROM objects WHERE bucket = ? AND key = ?')
    .get(place.bucketNumber, place.key);
  if (current === undefined) promoteTop(metadata, place);
}

function failedCondition(
  metadata: Metadata,
  place: KeyPlace,
  row: Row,
  { condition }: ObjectDelete,
): S3Error | undefined {
  if (condition === undefined) return undefined;
  const facts = {
    etag: textOf(row, 'etag'),
    modifiedAtMs: numberOf(row, 'mtime_ms'),
    sizeBytes: numberOf(row, 'size'),
    tags: readTags(optionalText(row, 'tags')),
  };
  const failed = failedDeleteCondition(facts, condition);
  if (failed !== undefined || condition.place === undefined) return failed;
  return failedPlace({ versionId: textOf(row, 'version_id'), ...standingOf(metadata, place, row) }, condition);
}

/** Where a version stands among those of its key. */
function standingOf({ sql }: Metadata, { bucketNumber, key }: KeyPlace, row: Row) {
  const isOther = 'bucket = ?1 AND key = ?2 AND seq <> ?3';
  const isNewer = 'bucket = ?1 AND key = ?2 AND seq > ?3';
  const has = (what: string): boolean =>
    sql
      .get(`SELECT 1 FROM objects WHERE ${what} UNION ALL SELECT 1 FROM versions WHERE ${what} LIMIT 1`)
      .get(bucketNumber, key, numberOf(row, 'seq')) !== undefined;
  return { isNewest: !has(isNewer), isAlone: !has(isOther) };
}
