import { completionFingerprint, type JudgedCompletion, judgeCompletion } from '../../objects/completion.ts';
import { completionCondition } from '../../objects/conditions.ts';
import type { Completion, PartRecord, UploadTarget, VersionRecord } from '../../objects/object-store.ts';
import { writePartChecksums } from '../../objects/part-sizes.ts';
import { DamagedRow } from '../../upkeep/damaged-row.ts';
import type { Metadata } from '../schema/metadata.ts';
import { movedPartSum } from '../schema/row-sums.ts';
import { numberOf, optionalText, type Row, textOf } from '../schema/rows.ts';
import { readHeaders, readLock, readTags } from '../schema/stored-json.ts';
import {
  type BodyPlace,
  emptyPlace,
  insertEmptyList,
  insertSegments,
  placeOf,
  readSegments,
  type Segment,
} from './bodies.ts';
import { readAcl } from './bucket-config.ts';
import { bucketNumber } from './buckets.ts';
import { readAnswer, writeAnswer } from './completion-answer.ts';
import type { VersionFacts } from './object-row.ts';
import { fillSlot, openSlot } from './objects.ts';
import { isWholePart, partRecordOf } from './part-row.ts';
import { closeUpload, findUpload, type StoredUpload } from './uploads.ts';

/** Segments that a part may have been copied from, at most: as many as an object has parts. */
const maxSegments = 10_000;
/** Parts that are read in one turn: about 3 ms. An upload of more is judged before its transaction (SEC-909). */
const partsAtOnce = 1_000;
/** How often an upload is judged anew because a part came meanwhile, before it is judged within the transaction. */
const maxTries = 3;

type StoredPart = PartRecord & { readonly place: BodyPlace };

/** What the parts of an upload come to, as long as its revision is the same. */
type Prepared = {
  readonly revision: number;
  readonly partCount: number;
  readonly judged: JudgedCompletion<StoredPart>;
};

/** STO-72…75, REL-5. Decided in one transaction; the parts of a large upload are read and judged before it, turn by turn. */
export async function completeUpload(
  metadata: Metadata,
  target: UploadTarget,
  completion: Completion,
): Promise<VersionRecord> {
  const prepared = completion.parts.length > partsAtOnce ? await prepare(metadata, target, completion) : undefined;
  return metadata.commits.write({ room: target.bucket, names: [target.key, target.uploadId] }, () =>
    completeNow(metadata, target, completion, prepared),
  );
}

/** @returns undefined where the transaction must see for itself: the upload is not open, or parts keep coming */
async function prepare(
  metadata: Metadata,
  target: UploadTarget,
  completion: Completion,
): Promise<Prepared | undefined> {
  await metadata.commits.barrier(target.bucket, target.uploadId);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const upload = findOpen(metadata, target);
    if (upload === undefined) return undefined;
    const { revision } = upload;
    const parts = await readInTurns(metadata, upload.id);
    if (findOpen(metadata, target)?.revision !== revision) continue;
    return { revision, partCount: parts.size, judged: judgeCompletion(upload.record, parts, completion) };
  }
  return undefined;
}

function findOpen(metadata: Metadata, { bucket, uploadId }: UploadTarget): StoredUpload | undefined {
  const row = metadata.sql.get('SELECT key FROM uploads WHERE upload_id = ?').get(uploadId);
  return row === undefined ? undefined : findUpload(metadata, { bucket, uploadId, key: textOf(row, 'key') });
}

async function readInTurns(metadata: Metadata, upload: number): Promise<ReadonlyMap<number, StoredPart>> {
  const parts = new Map<number, StoredPart>();
  for (let after = 0; ; ) {
    const rows = metadata.sql
      .get('SELECT * FROM parts WHERE upload = ? AND part_no > ? ORDER BY part_no LIMIT ?')
      .all(upload, after, partsAtOnce);
    for (const row of rows) parts.set(numberOf(row, 'part_no'), storedPartOf(upload, row));
    if (rows.length < partsAtOnce) return parts;
    after = numberOf(rows.at(-1) ?? {}, 'part_no');
    await new Promise(setImmediate);
  }
}

function completeNow(
  metadata: Metadata,
  target: UploadTarget,
  completion: Completion,
  prepared: Prepared | undefined,
): VersionRecord {
  const { sql, clock } = metadata;
  const bucket = bucketNumber(metadata, target.bucket);
  const fingerprint = completionFingerprint(completion);
  const done = sql
    .get('SELECT answer FROM completions WHERE upload_id = ? AND bucket = ? AND key = ? AND parts_hash = ?')
    .get(target.uploadId, bucket, target.key, fingerprint);
  if (done !== undefined) return readAnswer(metadata, target, textOf(done, 'answer'));
  const upload = findUpload(metadata, target);
  const { judged, partCount } =
    prepared?.revision === upload.revision ? prepared : judgeNow(metadata, upload, completion);
  const condition = completionCondition(completion, upload.record);
  const slot = openSlot(metadata, target, condition, readLock(optionalText(upload.row, 'lock')));
  const nowMs = clock.nowMs();
  const partSizes = judged.parts.map((part) => part.sizeBytes);
  const { checksum } = upload.record;
  const checksums = checksum === undefined ? undefined : writePartChecksums(checksum.algorithm, judged.parts);
  const list = insertEmptyList(metadata, partSizes, checksums);
  const numbers =
    judged.parts.length === partCount ? undefined : JSON.stringify(judged.parts.map((part) => part.partNumber));
  moveBodies(metadata, upload.id, list, judged.parts, numbers);
  const facts: VersionFacts = {
    ...readHeaders(optionalText(upload.row, 'headers')),
    sizeBytes: judged.sizeBytes,
    etag: judged.etag,
    contentType: optionalText(upload.row, 'content_type'),
    checksums: judged.checksums,
    partSizes,
    owner: upload.record.owner,
    acl: readAcl(upload.row['acl']),
    tags: readTags(optionalText(upload.row, 'tags')),
    encryption: upload.record.encryption,
  };
  const place: BodyPlace = { ...emptyPlace, list };
  const record = fillSlot(metadata, slot, { facts, place, nowMs });
  removeParts(metadata, upload.id, numbers);
  closeUpload(metadata, upload.id);
  sql
    .get('INSERT INTO completions (upload_id, bucket, key, parts_hash, answer, completed_ms) VALUES (?, ?, ?, ?, ?, ?)')
    .run(target.uploadId, bucket, target.key, fingerprint, writeAnswer(record), nowMs);
  return record;
}

function judgeNow(
  metadata: Metadata,
  upload: StoredUpload,
  completion: Completion,
): Pick<Prepared, 'judged' | 'partCount'> {
  const rows = metadata.sql.get('SELECT * FROM parts WHERE upload = ?').all(upload.id);
  const parts = new Map(rows.map((row) => [numberOf(row, 'part_no'), storedPartOf(upload.id, row)]));
  return { judged: judgeCompletion(upload.record, parts, completion), partCount: parts.size };
}

/**
 * The segments of the list take over what the parts held.
 * @param numbers a list of numbers as JSON; undefined: all parts of the upload
 */
function moveBodies(
  metadata: Metadata,
  upload: number,
  list: number,
  parts: readonly StoredPart[],
  numbers: string | undefined,
): void {
  if (parts.every(({ place, sizeBytes }) => place.list === undefined && sizeBytes > 0)) {
    // One statement for 10,000 parts: a tenth of the time that as many would take.
    if (numbers === undefined) metadata.sql.get(moveParts('')).run(list, upload);
    else metadata.sql.get(moveParts('AND part_no IN (SELECT value FROM json_each(?3))')).run(list, upload, numbers);
    return;
  }
  insertSegments(
    metadata,
    list,
    parts.flatMap((part) => segmentsOf(metadata, part)),
  );
}

function moveParts(which: string): string {
  return `INSERT INTO segments (list, start, inline, inline_sum, file, offset, size, sum)
    SELECT ?1, start, inline, inline_sum, file, 0, size, ${movedPartSum('?1', 'start')}
    FROM (SELECT *, sum(size) OVER (ORDER BY part_no) - size AS start FROM parts WHERE upload = ?2 ${which})`;
}

/** Parts that were not named stay behind for the trash. */
function removeParts(metadata: Metadata, upload: number, numbers: string | undefined): void {
  const { sql } = metadata;
  if (numbers === undefined) sql.get('DELETE FROM parts WHERE upload = ?').run(upload);
  else {
    sql.get('DELETE FROM parts WHERE upload = ? AND part_no IN (SELECT value FROM json_each(?))').run(upload, numbers);
  }
}

function segmentsOf(metadata: Metadata, part: StoredPart): readonly Segment[] {
  const { place, sizeBytes } = part;
  if (sizeBytes === 0) return [];
  if (place.list === undefined) return [{ place, offset: 0, sizeBytes }];
  // A part that is itself a list (copied from other bodies) gives its segments and is no more.
  const segments = readSegments(metadata, place.list, 0, maxSegments);
  metadata.sql.get('DELETE FROM segments WHERE list = ?').run(place.list);
  metadata.sql.get('DELETE FROM segment_lists WHERE id = ?').run(place.list);
  return segments;
}

/** @throws StoreFailure when the row is not what was written */
function storedPartOf(upload: number, row: Row): StoredPart {
  if (!isWholePart(upload, row)) throw new DamagedRow('parts');
  return { ...partRecordOf(row), place: placeOf(row) };
}
