import type { BlobStore } from '../objects/blob-store.ts';
import {
  abortUploads,
  dismantle,
  droppedLists,
  dropTrash,
  forgetCompletions,
  lifecycleBucket,
  readNote,
  readTrash,
  unknownFiles,
  writeNote,
} from '../sqlite/objects/trash.ts';
import type { Metadata } from '../sqlite/schema/metadata.ts';
import type { Housekeeping } from '../upkeep/housekeeping.ts';
import type { StorePeers } from '../upkeep/store-peers.ts';
import type { Pins } from './folder/pins.ts';

export type HousekeepingParts = {
  readonly metadata: Metadata;
  readonly blobs: BlobStore;
  readonly pins: Pins;
  readonly wasUnclean: boolean;
  /** Other processes with readers of their own; undefined: there are none. */
  readonly peers: StorePeers | undefined;
  /** Whether somebody copies files at the moment: then none that a copy may need goes (REL-11). */
  readonly areFilesHeld: () => Promise<boolean>;
};

/** Housekeeping of the local store. */
export function localHousekeeping({
  metadata,
  blobs,
  pins,
  wasUnclean,
  peers,
  areFilesHeld,
}: HousekeepingParts): Housekeeping {
  /** Folders that the sweep has still to look through; empty: it begins anew. */
  let shards: string[] = [];
  return {
    wasUnclean,
    async emptyTrash() {
      const free = peers === undefined ? undefined : await unpinnedElsewhere(metadata, peers);
      if (await dismantle(metadata, (list) => pins.isPinned(list) || free?.has(list) === false)) return 'more';
      // The commit that dropped them must be durable before the files go.
      await metadata.commits.barrierForAll();
      const files = readTrash(metadata);
      await metadata.commits.foreignBarrier();
      // Asked after the list was read: a copy that begins later has a cut in which nothing refers to these any more.
      if (files.length === 0 || (await areFilesHeld())) return 'done';
      for (const file of files) await blobs.remove(file);
      await dropTrash(metadata, files);
      return 'more';
    },
    async sweepOrphans(beforeMs) {
      if (shards.length === 0) shards = [...blobs.shards()];
      const shard = shards.pop();
      if (shard === undefined) return 'done';
      const old = (await blobs.list(shard)).filter((file) => file.modifiedAtMs < beforeMs).map((file) => file.id);
      for (const id of unknownFiles(metadata, old)) {
        if (!blobs.isUnfinished(id)) await blobs.remove(id);
      }
      return shards.length === 0 ? 'done' : 'more';
    },
    async abortUploads(beforeMs) {
      return (await abortUploads(metadata, beforeMs)) ? 'more' : 'done';
    },
    lifecycleBucket: (after) => lifecycleBucket(metadata, after),
    readNote: (job) => readNote(metadata, job),
    writeNote: (job, text) => writeNote(metadata, job, text),
    async forgetCompletions(beforeMs) {
      return (await forgetCompletions(metadata, beforeMs)) ? 'more' : 'done';
    },
  };
}

/**
 * Dropped lists that no other process reads. One that nobody holds once it was dropped is held by nobody ever again: whoever
 * looks now does not find it.
 */
async function unpinnedElsewhere(metadata: Metadata, peers: StorePeers): Promise<ReadonlySet<number>> {
  const lists = droppedLists(metadata);
  if (lists.length === 0) return new Set();
  const held = await peers.pinnedLists(lists);
  return held === 'unknown' ? new Set() : new Set(lists.filter((list) => !held.includes(list)));
}
