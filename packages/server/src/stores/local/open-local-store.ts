import { join } from 'node:path';
import type { StoreFailure } from '@tidegate/protocol';
import type { Clock } from '../../world/clock.ts';
import type { Disk } from '../../world/disk.ts';
import type { Random } from '../../world/random.ts';
import type { AdminStore } from '../admin/admin-store.ts';
import type { WebhookStore } from '../admin/webhook-store.ts';
import { BlobFiles } from '../files/blob-files.ts';
import type { KeyStore } from '../keys/key-store.ts';
import { Secret } from '../keys/secret.ts';
import type { TemporaryStore } from '../keys/temporary-store.ts';
import type { EventStore } from '../links/event-store.ts';
import type { LinkRetention } from '../links/link-retention.ts';
import type { LinkStore } from '../links/link-store.ts';
import type { ShareStore } from '../links/share-store.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { ResumableStore } from '../objects/resumable-store.ts';
import { SqliteAdminRecords } from '../sqlite/admin/admin-records.ts';
import { SqliteEvents } from '../sqlite/admin/events.ts';
import { SqliteWebhooks } from '../sqlite/admin/webhooks.ts';
import { areFilesHeld, holdName } from '../sqlite/check/backup-hold.ts';
import type { FurtherLog } from '../sqlite/commit/further-log.ts';
import type { CommitStep } from '../sqlite/commit/group-commit.ts';
import { noteLatestTime, readLatestTime } from '../sqlite/commit/latest-time.ts';
import { SqliteKeys } from '../sqlite/keys/keys.ts';
import { SqliteTemporary } from '../sqlite/keys/temporary.ts';
import { SqliteLinks } from '../sqlite/links/links.ts';
import { SqliteShares } from '../sqlite/links/shares.ts';
import { SqliteResumables } from '../sqlite/objects/resumables.ts';
import { type FolderLock, lockFolder } from '../sqlite/schema/folder-lock.ts';
import {
  databaseName,
  type OpenedMetadata,
  openMetadata,
  readMeta,
  type Sharing,
  writeMeta,
} from '../sqlite/schema/open-metadata.ts';
import { readBodyKey } from '../sqlite/sealing/body-key.ts';
import { earlierReceiptKeys } from '../sqlite/sealing/reseal.ts';
import { openSecret, sealSecret } from '../sqlite/sealing/sealing.ts';
import { failureOfWorld } from '../upkeep/failure-of-world.ts';
import type { Housekeeping } from '../upkeep/housekeeping.ts';
import { StoreStartFailure } from '../upkeep/start-failures.ts';
import type { FurtherStore } from '../upkeep/store-peers.ts';
import { deriveFrom, masterKeyLabel, readMasterKey, settleMasterKey } from './folder/master-key.ts';
import { ensureFile, openContent, openFolder } from './folder/open-folder.ts';
import { Pins } from './folder/pins.ts';
import { SpaceGuard } from './folder/space-guard.ts';
import { localHousekeeping } from './local-housekeeping.ts';
import { localObjects } from './local-objects.ts';

export type LocalStoreOptions = {
  /** The data folder; made when it is not there. */
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** 32 bytes that secrets are sealed under; undefined: `keys/master.key` in the folder. */
  readonly masterKey?: Uint8Array | undefined;
  /** Bodies up to this size lie in the metadata (0 to 131,072). */
  readonly inlineMaxBytes?: number | undefined;
  /** Bytes of the disk that bodies may not take; undefined: 1 %, at most 256 MiB. */
  readonly freeSpaceReserveBytes?: number | undefined;
  readonly maxOpenUploadsPerBucket?: number | undefined;
  /** Whether blocks of big bodies are compared with their checksums while they are read (REL-12). */
  readonly verifyReads?: boolean | undefined;
  readonly networkFolders?: 'refuse' | 'allow' | undefined;
  readonly insecureModes?: 'refuse' | 'allow' | undefined;
  /** Told once when a sync failed: requests that write are refused from then on, and the process must end (REL-15). */
  readonly onFatal: (failure: StoreFailure) => void;
  /** How long, and how much of, the ledger of links is kept, as of the time of the question. */
  readonly linkRetention?: (() => Partial<LinkRetention>) | undefined;
  /** How long a request for more bytes than its download session has waits for bytes to come back (LDG-16). Default 250. */
  readonly giveBackWaitMs?: number | undefined;
  /** Told of each step of a transaction, for fault tests. */
  readonly onStep?: ((step: CommitStep) => void) | undefined;
  /** Keeps buckets once read, instead of reading them for each request. For the one process that changes the folder. */
  readonly keepsBuckets?: boolean | undefined;
  /** Where several processes are one server: the first holds the lock of the folder, the further ones work under it (REL-17). */
  readonly sharing?: Sharing | undefined;
};

export type LocalStore = {
  readonly objects: ObjectStore;
  readonly keys: KeyStore;
  readonly links: LinkStore;
  readonly temporary: TemporaryStore;
  /** What the admin API keeps of itself. */
  readonly records: AdminStore;
  readonly shares: ShareStore;
  readonly resumables: ResumableStore;
  readonly events: EventStore;
  readonly webhooks: WebhookStore;
  readonly housekeeping: Housekeeping;
  /** What the first process may ask of this one, if it is a further one. */
  readonly further: FurtherStore | undefined;
  /** 32 bytes for one purpose, made of the master key: the same after every start, and in every process. */
  readonly deriveKey: (purpose: string) => Uint8Array;
  /** Public halves of keys that receipts were signed with under earlier master keys. */
  readonly earlierReceiptKeys: readonly string[];
  /** Whether the folder held no data before. */
  readonly isNew: boolean;
  /** The latest time that a server on this folder has seen (REL-16). */
  readonly latestTime: LatestTime;
  close(): Promise<void>;
};

export type LatestTime = {
  readonly readMs: () => number | undefined;
  /** Forgets it: the time is what the clock says now. */
  readonly reset: () => Promise<void>;
};

const defaultInlineMaxBytes = 65_536;
const largestInlineMaxBytes = 131_072;
const defaultMaxOpenUploads = 10_000;

/**
 * Opens a data folder as the one server of it.
 * @throws StoreStartFailure with the kind that says what is wrong
 */
export async function openLocalStore(options: LocalStoreOptions): Promise<LocalStore> {
  const { folder, disk, sharing } = options;
  if (sharing?.role === 'further') return openLocked(options, { release: () => undefined });
  await openFolder(disk, folder, options.networkFolders ?? 'refuse');
  await ensureFile(disk, folder, 'LOCK.db');
  return openContent(folder, () => openAlone(options));
}

async function openAlone(options: LocalStoreOptions): Promise<LocalStore> {
  const { folder } = options;
  const lock = lockFolder(join(folder, 'LOCK.db'));
  if (lock === undefined) {
    throw new StoreStartFailure('FolderInUse', folder, `Another server is using ${folder}.`);
  }
  try {
    return await openLocked(options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(options: LocalStoreOptions, lock: FolderLock): Promise<LocalStore> {
  const { folder, disk, clock, random, onFatal, onStep, sharing } = options;
  const isFirst = sharing?.role !== 'further';
  const hasData = ((await disk.facts(join(folder, databaseName)))?.sizeBytes ?? 0) > 0;
  if (isFirst && options.masterKey === undefined) await settleMasterKey(disk, folder);
  const masterKey = await readMasterKey({
    disk,
    folder,
    random,
    given: options.masterKey,
    hasData,
    insecureModes: options.insecureModes ?? 'refuse',
  });
  const blobs = new BlobFiles({
    folder: join(folder, 'blobs'),
    disk,
    random,
    onSyncFailure: (failure) => opened.metadata.commits.fail(failure),
    verifyReads: options.verifyReads ?? true,
  });
  if (isFirst) {
    await blobs.prepare();
    await ensureFile(disk, folder, databaseName);
  }
  const isOnlyWriter = sharing === undefined;
  const opened = await openMetadata({ folder, disk, clock, random, isOnlyWriter, onFatal, onStep, sharing });
  let bodyKey: Uint8Array;
  try {
    checkMasterKey(opened, masterKey, options);
    bodyKey = keyOfBodies(opened, masterKey, options);
  } catch (error) {
    await opened.close();
    throw error;
  }
  const { metadata, wasUnclean, furtherLog } = opened;
  const pins = new Pins();
  const links = new SqliteLinks({
    metadata,
    giveBackWaitMs: options.giveBackWaitMs,
    retention: options.linkRetention,
    isFirst,
  });
  const keys = new SqliteKeys(metadata, masterKey);
  const close = closeOnce(opened, links, keys, lock);
  return {
    objects: localObjects({
      metadata,
      blobs,
      pins,
      random,
      bodyKey,
      space: new SpaceGuard({ disk, folder, clock, reserveBytes: options.freeSpaceReserveBytes }),
      inlineMaxBytes: Math.min(options.inlineMaxBytes ?? defaultInlineMaxBytes, largestInlineMaxBytes),
      maxOpenUploads: options.maxOpenUploadsPerBucket ?? defaultMaxOpenUploads,
      countAll: () => opened.countAll(),
      keepsBuckets: options.keepsBuckets ?? false,
      close,
    }),
    keys,
    links,
    temporary: new SqliteTemporary(metadata, links),
    records: new SqliteAdminRecords(metadata, masterKey),
    shares: new SqliteShares(metadata, masterKey, isFirst),
    resumables: new SqliteResumables(metadata),
    events: new SqliteEvents(metadata),
    webhooks: new SqliteWebhooks(metadata, masterKey),
    housekeeping: localHousekeeping({
      metadata,
      blobs,
      pins,
      wasUnclean,
      peers: sharing?.role === 'first' ? sharing.peers : undefined,
      areFilesHeld: () => isHeld(disk, join(folder, holdName)),
    }),
    further: furtherLog === undefined ? undefined : furtherStore(furtherLog, pins),
    deriveKey: (purpose) => deriveFrom(masterKey, purpose),
    earlierReceiptKeys: earlierReceiptKeys(metadata.database),
    isNew: !hasData,
    latestTime: {
      readMs: () => readLatestTime(metadata),
      reset: () => metadata.commits.write({ room: 'meta', names: [] }, () => noteLatestTime(metadata)),
    },
    close,
  };
}

async function isHeld(disk: Disk, path: string): Promise<boolean> {
  try {
    return (await disk.facts(path)) !== undefined && areFilesHeld(path);
  } catch (error) {
    throw failureOfWorld('asking whether files are being copied', error);
  }
}

function furtherStore(log: FurtherLog, pins: Pins): FurtherStore {
  return {
    holdWrites: () => log.hold(),
    releaseWrites: () => log.release(),
    pinnedLists: (lists) => lists.filter((list) => pins.isPinned(list)),
  };
}

function closeOnce(
  opened: OpenedMetadata,
  links: SqliteLinks,
  keys: SqliteKeys,
  lock: FolderLock,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    // What links and keys were told is lost with a store that cannot write; closing says so itself.
    closing ??= Promise.allSettled([links.close(), keys.close()])
      .then(() => opened.close())
      .finally(() => lock.release());
    return closing;
  };
}

/** @throws StoreStartFailure when what encrypted bodies hang on was altered: a new key would open none of them */
function keyOfBodies({ metadata }: OpenedMetadata, masterKey: Uint8Array, { folder }: LocalStoreOptions): Uint8Array {
  const key = readBodyKey(metadata, masterKey);
  if (key !== undefined) return key;
  const text = `The key of encrypted objects in ${folder} was altered: it does not open under the master key.`;
  throw new StoreStartFailure('MasterKeyWrong', folder, text);
}

/** Keeps a known text sealed under the master key, so that another key is noticed at start (SEC-802). */
function checkMasterKey(
  { metadata }: OpenedMetadata,
  masterKey: Uint8Array,
  { folder, random }: LocalStoreOptions,
): void {
  const kept = readMeta(metadata.sql, 'master_key_check');
  if (kept === undefined) {
    const sealed = sealSecret(masterKey, masterKeyLabel, new Secret(masterKeyLabel), random);
    writeMeta(metadata.sql, 'master_key_check', Buffer.from(sealed).toString('base64'));
    return;
  }
  if (openSecret(masterKey, masterKeyLabel, Buffer.from(kept, 'base64')) !== undefined) return;
  throw new StoreStartFailure(
    'MasterKeyWrong',
    folder,
    `The access keys in ${folder} are sealed under another master key. Give the one that the folder was made with.`,
  );
}
