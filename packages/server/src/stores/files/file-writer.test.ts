import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '@tidegate/protocol';
import { override } from '../../../../../test/override.ts';
import type { DiskFile } from '../../world/disk.ts';
import { ownMemoryOf } from '../upkeep/own-memory.ts';
import { FileWriter } from './file-writer.ts';

/** A file in memory. `takes` says how many of the bytes that a call brings are taken; a call waits until `go` lets it. */
function fileInMemory({ takes = (bytes: number) => bytes, waits = false } = {}) {
  const content = Buffer.alloc(16_777_216);
  const calls: { position: number; pieces: number; bytes: number }[] = [];
  const waiting: (() => void)[] = [];
  let sizeBytes = 0;
  let atOnce = 0;
  const file: DiskFile = {
    read: () => Promise.reject(new Error('not read')),
    write: () => Promise.reject(new Error('written in pieces')),
    async writeMany(pieces, position) {
      atOnce += 1;
      assert.equal(atOnce, 1, 'a write began while another was under way');
      assert.equal(position, sizeBytes);
      if (waits) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      const bytes = Buffer.concat(pieces);
      const taken = takes(bytes.byteLength);
      bytes.copy(content, position, 0, taken);
      calls.push({ position, pieces: pieces.length, bytes: bytes.byteLength });
      sizeBytes = position + taken;
      atOnce -= 1;
      return taken;
    },
    sync: () => Promise.resolve(),
    facts: () => Promise.reject(new Error('not looked at')),
    close: () => Promise.resolve(),
  };
  return { file, calls, go: () => waiting.shift()?.(), content: () => content.subarray(0, sizeBytes) };
}

function writerOf(file: DiskFile): FileWriter {
  return new FileWriter({
    id: 'a'.repeat(32),
    file,
    syncFolder: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    settled: () => undefined,
    onSyncFailure: () => undefined,
  });
}

/** Bytes that differ from place to place. */
function bytesOf(sizeBytes: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 1) bytes[at] = (at * 31 + (at >> 8)) & 255;
  return bytes;
}

/** Chunks of the sizes, in turn, that are together `whole`; each in memory of its own. */
function cut(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = 0, turn = 0; start < whole.byteLength; turn += 1) {
    const end = Math.min(start + (sizes[turn % sizes.length] ?? 1), whole.byteLength);
    const chunk = Buffer.allocUnsafeSlow(end - start);
    whole.copy(chunk, 0, start, end);
    chunks.push(chunk);
    start = end;
  }
  return chunks;
}

for (const sizes of [[65_536], [1_448], [1, 16_384], [3_500_000], [70_000, 5, 16_383, 1_048_576]]) {
  test(`REL-12 chunks of ${sizes.join(', ')} bytes are in the file, with a checksum for each block, and their memory is given back`, async () => {
    const whole = bytesOf(5_000_001);
    const { file, calls, content } = fileInMemory();
    const writer = writerOf(file);
    const chunks = cut(whole, sizes);
    for (const chunk of chunks) {
      writer.write(chunk, ownMemoryOf(chunk));
      await writer.room();
    }
    const sums = Buffer.from(await writer.finish());
    assert.ok(content().equals(whole));
    assert.equal(sums.byteLength, 5 * 4);
    for (let block = 0; block < 5; block += 1) {
      const expected = crc32c(whole.subarray(block * 1_048_576, (block + 1) * 1_048_576), 0);
      assert.equal(sums.readUInt32BE(block * 4), expected);
    }
    assert.deepEqual(
      chunks.filter(({ buffer }) => buffer.byteLength > 0),
      [],
    );
    assert.ok(Math.max(...calls.map(({ pieces }) => pieces)) <= 400);
  });
}

test('REL-12 what a disk leaves of a write is written by the next', async () => {
  const whole = bytesOf(2_000_000);
  const { file, content } = fileInMemory({ takes: (bytes) => Math.ceil(bytes / 3) });
  const writer = writerOf(file);
  for (const chunk of cut(whole, [65_536, 100])) writer.write(chunk, ownMemoryOf(chunk));
  await writer.finish();
  assert.ok(content().equals(whole));
});

test('a body whose disk is slow has a bound, and goes on when the disk does', async () => {
  const { file, go } = fileInMemory({ waits: true });
  const writer = writerOf(file);
  let heldBytes = 0;
  while (writer.room() === undefined) {
    writer.write(Buffer.alloc(65_536), undefined);
    heldBytes += 65_536;
    assert.ok(heldBytes <= 3_145_728);
  }
  const room = writer.room();
  go();
  // What came while the first write was under way is one write more.
  await new Promise(setImmediate);
  go();
  await room;
  assert.equal(writer.room(), undefined);
  await writer.finish();
});

test('REL-14 a write that failed is told to the next chunk, to who waits for room, and to the end', async () => {
  const { file } = fileInMemory();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const writer = writerOf(override(file, { writeMany: () => Promise.reject(full) }));
  for (let chunk = 0; chunk < 48; chunk += 1) writer.write(Buffer.alloc(65_536), undefined);
  await assert.rejects(Promise.resolve(writer.room()), { kind: 'full' });
  assert.throws(() => writer.write(Buffer.alloc(1), undefined), { kind: 'full' });
  await assert.rejects(writer.finish(), { kind: 'full' });
  await writer.abort();
});
