import type { ObjectStore, PartRecord, UploadTarget, VersionPart, VersionTarget } from '../../objects/object-store.ts';
import { numberedParts } from '../../objects/part-sizes.ts';
import type { Metadata } from '../schema/metadata.ts';
import { partSum } from '../schema/row-sums.ts';
import { optionalText } from '../schema/rows.ts';
import { writeChecksums } from '../schema/stored-json.ts';
import { type BodyPlace, freeBody, placeOf } from './bodies.ts';
import { completeUpload } from './complete-upload.ts';
import { findObject } from './find-object.ts';
import { isWholePart, partRecordOf } from './part-row.ts';
import { findUpload } from './uploads.ts';

/** A part that arrived. `makePlace` runs inside the transaction and takes the body into the metadata. */
export type PartPut = {
  readonly target: UploadTarget;
  readonly part: Omit<PartRecord, 'modifiedAtMs'>;
  readonly makePlace: (nowMs: number) => BodyPlace;
  readonly weightBytes: number;
  readonly guard?: (() => void) | undefined;
};

/** STO-71: a part takes the place of one with its number. */
export function putPart(
  metadata: Metadata,
  { target, part, makePlace, weightBytes, guard }: PartPut,
): Promise<PartRecord> {
  return metadata.commits.write(
    { room: target.bucket, names: [target.uploadId] },
    () => {
      const { id } = findUpload(metadata, target);
      guard?.();
      const modifiedAtMs = metadata.clock.nowMs();
      const place = makePlace(modifiedAtMs);
      const { sql } = metadata;
      const { partNumber, sizeBytes, etag, checksums } = part;
      const old = sql.get('DELETE FROM parts WHERE upload = ? AND part_no = ? RETURNING *').get(id, partNumber);
      const row = {
        inline: place.inline ?? null,
        inline_sum: place.inlineSum ?? null,
        file: place.file ?? null,
        list: place.list ?? null,
        size: sizeBytes,
      };
      sql
        .get(
          `INSERT INTO parts (upload, part_no, size, etag, mtime_ms, checksums, inline, inline_sum, file, list, sum)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          partNumber,
          sizeBytes,
          etag,
          modifiedAtMs,
          writeChecksums({ type: 'FULL_OBJECT', values: checksums }),
          row.inline,
          row.inline_sum,
          row.file,
          row.list,
          partSum(id, partNumber, row),
        );
      // What a damaged row names may be another's.
      if (old !== undefined && isWholePart(id, old)) freeBody(metadata, placeOf(old));
      sql.get('UPDATE uploads SET revision = revision + 1 WHERE id = ?').run(id);
      return { ...part, modifiedAtMs };
    },
    weightBytes,
  );
}

/** The calls about parts that move no bytes (STO-72…75, STO-77). */
export function partCalls(metadata: Metadata): Pick<ObjectStore, 'listParts' | 'completeUpload' | 'readParts'> {
  const { commits, sql } = metadata;
  return {
    async listParts(target, after, limit) {
      await commits.barrier(target.bucket, target.uploadId);
      const { id, record } = findUpload(metadata, target);
      const rows = sql
        .get('SELECT * FROM parts WHERE upload = ? AND part_no > ? ORDER BY part_no LIMIT ?')
        .all(id, after, limit + 1);
      const parts = rows.slice(0, limit).map((row) => partRecordOf(row));
      await commits.foreignBarrier();
      return { upload: record, parts, next: rows.length > limit ? parts.at(-1)?.partNumber : undefined };
    },
    completeUpload: (target, completion) => completeUpload(metadata, target, completion),
    async readParts(target, after, limit) {
      await commits.barrier(target.bucket, target.key);
      return commits.show(() => readVersionParts(metadata, target, after, limit));
    },
  };
}

/** STO-130: parts are numbered from 1 in their order, whatever numbers they were sent with. */
function readVersionParts(
  metadata: Metadata,
  target: VersionTarget,
  after: number,
  limit: number,
): readonly VersionPart[] {
  const { place, record } = findObject(metadata, target);
  if (place.list === undefined || record.partSizes.length === 0) return [];
  const row = metadata.sql.get('SELECT part_checksums FROM segment_lists WHERE id = ?').get(place.list);
  const checksums = row === undefined ? undefined : optionalText(row, 'part_checksums');
  return numberedParts(record.partSizes, checksums, after, limit);
}
