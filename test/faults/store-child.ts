// A process that writes to a store without end, until it is killed or has done what it was asked for. It reports each write before it
// begins and after it was answered, by single writes to a descriptor, so that nothing told is lost with the process.
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { S3Error } from '@tidegate/protocol';
import { openLocalStore } from '../../packages/server/src/stores/local/open-local-store.ts';
import { faultyDisk } from '../../packages/server/src/stores/local/test-support/faulty-disk.ts';
import type { ObjectWrite, PartRecord } from '../../packages/server/src/stores/objects/object-store.ts';
import { systemClock } from '../../packages/server/src/world/clock.ts';
import { type Disk, systemDisk } from '../../packages/server/src/world/disk.ts';
import { systemRandom } from '../../packages/server/src/world/random.ts';
import { override } from '../override.ts';
import { bucket } from './check-folder.ts';
import { bodyStream, describedBody } from './oracle.ts';

const [folder = '', firstVersion = '1', writes = '0', skipped = 'none', markers = ''] = process.argv.slice(2);
const clients = 8;
const keysEach = 5;
const tellFd = markers === '' ? 1 : openSync(markers, 'a', 0o600);

/** A disk that leaves out one of the syncs: the control that shows what the test would notice. */
function leaveOut(disk: Disk): Disk {
  if (skipped === 'none') return disk;
  return override(disk, {
    async openFile(path, use) {
      const file = await disk.openFile(path, use);
      return path.endsWith('-wal') && skipped === 'log-sync' ? override(file, { sync: () => Promise.resolve() }) : file;
    },
    async createFile(path) {
      const file = await disk.createFile(path);
      return path.includes('/blobs/') && skipped === 'file-sync'
        ? override(file, { sync: () => Promise.resolve() })
        : file;
    },
    syncFolder: (path) =>
      path.includes('/blobs/') && skipped === 'folder-sync' ? Promise.resolve() : disk.syncFolder(path),
  });
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Waits where the pipe is full, as it is when who reads it is slow: a line is shorter than what a pipe takes whole or not at all. */
function tell(line: string): void {
  for (;;) {
    try {
      writeSync(tellFd, `${line}\n`);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

const owner = { id: 'f'.repeat(64), displayName: 'faults' };
const store = await openLocalStore({
  folder,
  disk: leaveOut(faultyDisk(systemDisk, () => undefined)),
  clock: systemClock,
  random: systemRandom,
  freeSpaceReserveBytes: 0,
  onFatal: (failure) => {
    throw failure;
  },
});
const { objects } = store;
if ((await objects.readBucket(bucket)) === undefined) {
  await objects.createBucket({ name: bucket, owner, region: 'x', acl: 'private' });
}
tell('ready');

let version = Number(firstVersion);
let isOver = false;
let answered = 0;
const plain = { checksums: {}, compute: [] };

function writeFor(key: string, of: number): ObjectWrite {
  const metadata = { key, version: String(of) };
  const encryption = of % 3 === 0 ? ({ kind: 'server' } as const) : undefined;
  return { owner, acl: 'private', contentType: undefined, headers: {}, metadata, encryption, expect: plain };
}

async function putParts(key: string, of: number): Promise<void> {
  const target = { bucket, key };
  const { expect: _, ...write } = writeFor(key, of);
  const { uploadId } = await objects.createUpload({ ...target, write, checksum: undefined });
  const bytes = describedBody(key, of);
  const size = Math.ceil(bytes.byteLength / 3);
  const parts: PartRecord[] = [];
  for (let number = 1; number <= 3; number += 1) {
    const part = bytes.subarray((number - 1) * size, number * size);
    parts.push(await objects.putPart({ ...target, uploadId }, number, bodyStream(part), plain));
  }
  const claims = parts.map(({ partNumber, etag }) => ({ partNumber, etag, checksums: {} }));
  const completion = { parts: claims, minPartBytes: 0, expectChecksums: {}, condition: {} };
  await objects.completeUpload({ ...target, uploadId }, completion);
}

/** One write to a key, told before and after. */
async function step(client: number, held: Map<string, number>): Promise<void> {
  version += 1;
  const mine = version;
  const dice = (mine * 7_919 + client * 31) % 100;
  const key = `c${client}-k${mine % keysEach}`;
  const source = `c${client}-k${(mine + 1) % keysEach}`;
  const sourceVersion = held.get(source);
  if (dice < 15) {
    tell(`start ${mine} ${key} absent`);
    await objects.deleteObjects(bucket, [key]);
    held.delete(key);
  } else if (dice < 30 && sourceVersion !== undefined && source !== key) {
    tell(`start ${mine} ${key} ${sourceVersion}`);
    // Half of the copies are encrypted, so that some take over bodies and some make their own.
    const encryption = mine % 2 === 0 ? ({ kind: 'server' } as const) : undefined;
    const write = { owner, acl: 'private' as const, replace: undefined, encryption };
    await objects.copyObject({ bucket, key: source }, { bucket, key }, write, { source: {}, target: {} });
    held.set(key, sourceVersion);
  } else {
    tell(`start ${mine} ${key} ${mine}`);
    if (dice < 45) await putParts(key, mine);
    else await objects.putObject({ bucket, key }, bodyStream(describedBody(key, mine)), writeFor(key, mine), {});
    held.set(key, mine);
  }
  tell(`done ${mine}`);
  answered += 1;
  // By number, not by time: a busy machine shows as much as an idle one.
  if (answered === Number(writes)) isOver = true;
}

async function client(number: number): Promise<void> {
  const held = new Map<string, number>();
  while (!isOver) {
    try {
      await step(number, held);
    } catch (error) {
      // A source that an earlier process deleted is no failure of the store.
      if (!(error instanceof S3Error) || error.code !== 'NoSuchKey') throw error;
    }
  }
}

async function housekeeping(): Promise<void> {
  while (!isOver) {
    await store.housekeeping.emptyTrash();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await Promise.all([...Array.from({ length: clients }, (_, number) => client(number)), housekeeping()]);
// Told to a file: the end of the recording. The store is left open, as a power loss would.
if (join(folder) !== '') process.exit(0);
