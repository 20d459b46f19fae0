import { join } from 'node:path';
import { StoreFailure } from '@tidegate/protocol';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import type { Random } from '../../../world/random.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { StorePeers } from '../../upkeep/store-peers.ts';
import { Changes, KeptWhileUnchanged } from '../commit/changes.ts';
import { Checkpointer, type CheckpointerOptions } from '../commit/checkpointer.ts';
import { commitCount } from '../commit/commit-count.ts';
import { FurtherLog, type LogKeeper } from '../commit/further-log.ts';
import { type CommitStep, GroupCommit } from '../commit/group-commit.ts';
import { noteLatestTime } from '../commit/latest-time.ts';
import { ReadTurn } from '../commit/read-turn.ts';
import { Owners } from '../keys/owners.ts';
import type { OpenBucket } from '../objects/buckets.ts';
import { Statements } from './connection.ts';
import { LogFile } from './log-file.ts';
import type { Metadata } from './metadata.ts';
import { openFirst, openFurther } from './open-database.ts';
import { textOf } from './rows.ts';

export type OpenMetadataOptions = {
  readonly folder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether this process holds the lock of the folder and shares it with none: then nobody else changes what it has read. */
  readonly isOnlyWriter?: boolean | undefined;
  readonly onFatal: (failure: StoreFailure) => void;
  readonly onStep?: ((step: CommitStep) => void) | undefined;
  /** Processes that share the database; undefined: there are none. */
  readonly sharing?: Sharing | undefined;
};

/** A process among several on one database: the first one, which holds the folder's lock, or one that it started. */
export type Sharing = { readonly role: 'first'; readonly peers: StorePeers } | { readonly role: 'further' };

export type OpenedMetadata = {
  readonly metadata: Metadata;
  /** Whether the last process ended without closing: files without a row may lie about. */
  readonly wasUnclean: boolean;
  countAll: ObjectStore['countAll'];
  /** Of a further process: for the first one to hold its writes. */
  readonly furtherLog: FurtherLog | undefined;
  /** Notes that everything is in order, and closes. Closes in any case. */
  close(): Promise<void>;
};

/** The file of the metadata in a data folder. */
export const databaseName = 'meta.db';

/**
 * Opens the metadata of a folder whose lock is held, making or migrating the tables.
 * @throws StoreStartFailure DataNewerThanServer, DataDamaged
 */
export async function openMetadata(options: OpenMetadataOptions): Promise<OpenedMetadata> {
  const { folder, disk, clock, random, sharing } = options;
  const path = join(folder, databaseName);
  const isFirst = sharing?.role !== 'further';
  const database = isFirst ? await openFirst({ path, folder, disk }) : await openFurther(path, folder, clock);
  try {
    const sql = new Statements(database);
    const wasUnclean = isFirst && readMeta(sql, 'clean_shutdown') === 'no';
    // Written before anything else: from here on only `close` makes the folder clean again. It also makes the log exist.
    if (isFirst) writeMeta(sql, 'clean_shutdown', 'no');
    const sessionMs = openSessionTime(sql, clock, isFirst);
    const log = await LogFile.open(disk, `${path}-wal`);
    await log.sync();
    await disk.syncFolder(folder);
    const count = options.isOnlyWriter === true ? undefined : commitCount(sql);
    const onFailure = (error: Error): void =>
      commits.fail(new StoreFailure({ what: 'checkpoint of the metadata', kind: 'broken', cause: error }));
    const ofLog = { databasePath: path, clock, onFailure };
    const furtherLog = isFirst ? undefined : new FurtherLog(ofLog);
    const keeper: LogKeeper =
      furtherLog ??
      new Checkpointer({
        ...ofLog,
        peers: sharing?.role === 'first' && count !== undefined ? peersOf(sharing.peers, count.read) : undefined,
      });
    const changes = new Changes(count?.read);
    const reads = count === undefined ? new ReadTurn(database) : undefined;
    const commits = new GroupCommit({
      database,
      clock,
      syncLog() {
        keeper.noteCommit();
        return log.sync();
      },
      shared: count,
      pause: () => keeper.pause(),
      onFatal: options.onFatal,
      reads,
      onEdge: () => changes.note(),
      onStep: options.onStep,
    });
    const openBuckets = new KeptWhileUnchanged<OpenBucket>(changes);
    const owners = new Owners();
    const metadata = { database, sql, commits, changes, reads, openBuckets, owners, clock, sessionMs, random };
    return {
      metadata,
      wasUnclean,
      countAll: () => keeper.count(),
      furtherLog,
      close: () => closeMetadata(metadata, keeper, log, isFirst),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Every start begins where the wall clock is; from there only the monotonic clock counts, which all processes of the machine
 * share. The first process writes down how far the two are apart.
 */
function openSessionTime(sql: Statements, clock: Clock, isFirst: boolean): () => number {
  if (isFirst) writeMeta(sql, 'session_time_offset_ms', String(clock.nowMs() - clock.monotonicMs()));
  const offsetMs = Number(readMeta(sql, 'session_time_offset_ms'));
  return () => Math.round(clock.monotonicMs() + offsetMs);
}

function peersOf(peers: StorePeers, read: () => number): CheckpointerOptions['peers'] {
  let seen = read();
  return {
    holdWrites: () => peers.holdWrites(),
    haveWritten() {
      const before = seen;
      seen = read();
      return seen !== before;
    },
  };
}

async function closeMetadata(metadata: Metadata, keeper: LogKeeper, log: LogFile, isFirst: boolean): Promise<void> {
  const { commits, database, sql } = metadata;
  await commits.settle();
  let problem: unknown = commits.failure;
  try {
    metadata.reads?.end();
    await keeper.close();
    if (!(await log.isSame())) throw new Error('The write-ahead log was replaced while it was in use.');
    if (problem === undefined && isFirst) {
      // Through the queue: another process may be writing at this moment.
      await commits.write({ room: 'meta', names: [] }, () => {
        noteLatestTime(metadata);
        writeMeta(sql, 'clean_shutdown', 'yes');
      });
    }
  } catch (error) {
    problem ??= error;
  }
  try {
    await log.close();
  } finally {
    // The last connection moves the rest of the log into the database and removes it.
    database.close();
  }
  if (problem !== undefined && !(problem instanceof StoreFailure)) {
    throw new StoreFailure({ what: 'closing the metadata', kind: 'broken', cause: problem });
  }
}

/** A value of the table `meta`. */
export function readMeta(sql: Statements, name: string): string | undefined {
  const row = sql.get('SELECT value FROM meta WHERE name = ?').get(name);
  return row === undefined ? undefined : textOf(row, 'value');
}

export function writeMeta(sql: Statements, name: string, value: string): void {
  sql
    .get('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
    .run(name, value);
}
