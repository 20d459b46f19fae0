import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32c } from '@tidegate/protocol';
import { blockBytes } from '../../packages/server/src/stores/objects/body-intake.ts';
import { registerSums } from '../../packages/server/src/stores/sqlite/schema/row-sums.ts';
import { fillVersions } from '../../packages/server/src/stores/sqlite/schema/schema-sums.ts';
import { writeChecksums } from '../../packages/server/src/stores/sqlite/schema/stored-json.ts';

/** A block whose every byte tells where it stands and which body it is of. */
export function seedBlock(seed: number): Buffer {
  return Buffer.from(Array.from({ length: blockBytes }, (_, at) => ((at * 31 + seed) ^ (at >> 8)) & 255));
}

/** A body that was sent as one seed block, and is to be that block, a hole, and the block again. */
export type SparseBody = {
  readonly key: string;
  readonly seed: number;
  readonly sizeBytes: number;
  /** Of the whole body, the hole being zeros. */
  readonly md5: string;
  /** In Base64. */
  readonly crc32: string;
};

/**
 * Makes bodies of a stopped server as large as they would be had their zeros been sent, at no room on the disk. Their rows and sums
 * are what the writer would have left: nothing that reads them can tell.
 */
export async function growBodies(data: string, bodies: readonly SparseBody[]): Promise<void> {
  const database = new DatabaseSync(join(data, 'meta.db'));
  try {
    registerSums(database);
    for (const body of bodies) await growBody(database, data, body);
    database.exec('UPDATE blobs SET sum = sum_of_file(id, size, blocks, cipher)');
    database.exec(fillVersions('objects', '0'));
  } finally {
    database.close();
  }
}

async function growBody(
  database: DatabaseSync,
  data: string,
  { key, seed, sizeBytes, md5, crc32 }: SparseBody,
): Promise<void> {
  const found = database.prepare('SELECT file FROM objects WHERE key = ?').get(key)?.['file'];
  const id = String(found);
  const block = seedBlock(seed);
  const lastBytes = sizeBytes % blockBytes || blockBytes;
  const last = block.subarray(0, lastBytes);
  const file = await open(join(data, 'blobs', id.slice(0, 2), id), 'r+');
  try {
    await file.write(last, 0, lastBytes, sizeBytes - lastBytes);
  } finally {
    await file.close();
  }
  const count = Math.ceil(sizeBytes / blockBytes);
  const ofHole = crc32c(Buffer.alloc(blockBytes), 0);
  const blocks = Buffer.alloc(count * 4);
  for (let at = 0; at < count; at += 1) {
    const sum = at === 0 ? crc32c(block, 0) : at === count - 1 ? crc32c(last, 0) : ofHole;
    blocks.writeUInt32BE(sum, at * 4);
  }
  const checksums = writeChecksums({ type: 'FULL_OBJECT', values: { CRC32: crc32 } });
  database.prepare('UPDATE blobs SET size = ?, blocks = ? WHERE id = ?').run(sizeBytes, blocks, id);
  database
    .prepare('UPDATE objects SET size = ?, etag = ?, checksums = ? WHERE file = ?')
    .run(sizeBytes, md5, checksums, id);
}

/**
 * Turns a resumable upload of two pieces into one of many: the first stands for all except the last, as if it had been sent that way
 * often. The server may run.
 */
export function repeatPiece(
  data: string,
  { key, pieces, receivedBytes }: { readonly key: string; readonly pieces: number; readonly receivedBytes: number },
): void {
  const database = new DatabaseSync(join(data, 'meta.db'), { timeout: 60_000 });
  try {
    registerSums(database);
    database.exec('BEGIN IMMEDIATE');
    const upload = Number(database.prepare('SELECT id FROM uploads WHERE key = ?').get(key)?.['id']);
    const columns = 'size, etag, mtime_ms, checksums, inline, inline_sum, file, list, sum';
    database.exec(`
      UPDATE parts SET part_no = ${pieces} WHERE upload = ${upload} AND part_no = 2;
      INSERT INTO parts (upload, part_no, ${columns})
        WITH RECURSIVE numbers(number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${pieces - 1})
        SELECT upload, number, ${columns} FROM numbers, parts WHERE upload = ${upload} AND part_no = 1;
      UPDATE parts SET sum = sum_of_part(upload, part_no, inline, inline_sum, file, list, size) WHERE upload = ${upload};
      UPDATE blobs SET refs = refs + ${pieces - 2}
        WHERE id = (SELECT file FROM parts WHERE upload = ${upload} AND part_no = 1);
      UPDATE uploads SET revision = revision + 1 WHERE id = ${upload};`);
    database.prepare('UPDATE resumables SET received = ?, pieces = ? WHERE key = ?').run(receivedBytes, pieces, key);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
