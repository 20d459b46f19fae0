import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../world/clock.ts';
import type { Disk } from '../../../world/disk.ts';
import { StoreStartFailure } from '../../upkeep/start-failures.ts';
import { openDatabase } from './connection.ts';
import { isBusy, isNotWritable } from './failure-of-database.ts';
import { expectedSchemaText, migrate, readSchemaText, readSchemaVersion, schemaVersion } from './schema.ts';

type Place = { readonly path: string; readonly folder: string; readonly disk: Disk };

/**
 * Opens the database of a folder whose lock is held, making its tables, or bringing older ones to what this program knows: in one
 * transaction, after a copy of the database was made and synced (REL-13).
 * @throws StoreStartFailure DataNewerThanServer, DataDamaged, FolderNotWritable
 */
export async function openFirst({ path, folder, disk }: Place): Promise<DatabaseSync> {
  const database = open(path);
  try {
    refuseNewer(database, folder);
    const version = readSchemaVersion(database);
    if (version > 0 && version < schemaVersion) {
      // A migration runs over what is there: nothing else may run with it (SEC-711).
      requireOurs(database, path, version);
      await keepCopy(database, { path, folder, disk }, version);
    }
    migrate(database, version);
    requireOurs(database, path, schemaVersion);
    return database;
  } catch (error) {
    database.close();
    throw error instanceof StoreStartFailure ? error : unusable(path, error);
  }
}

/** How long a further process tries to open while another one is in the way, and how often. */
const openTries = 200;
const openAgainMs = 25;

/** Opens in a further process: after one that was killed, the next reader of the log sets it right, and the others wait. */
export async function openFurther(path: string, folder: string, clock: Clock): Promise<DatabaseSync> {
  for (let tries = 1; ; tries += 1) {
    try {
      return openAsItIs(path, folder);
    } catch (error) {
      if (tries === openTries || !(error instanceof StoreStartFailure) || !isBusy(error.cause)) throw error;
    }
    await new Promise<void>((resolve) => clock.after(openAgainMs, resolve));
  }
}

function openAsItIs(path: string, folder: string): DatabaseSync {
  const database = open(path);
  try {
    refuseNewer(database, folder);
    requireOurs(database, path, schemaVersion);
    return database;
  } catch (error) {
    database.close();
    throw error instanceof StoreStartFailure ? error : unusable(path, error);
  }
}

function open(path: string): DatabaseSync {
  try {
    return openDatabase(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function refuseNewer(database: DatabaseSync, folder: string): void {
  const version = readSchemaVersion(database);
  if (version <= schemaVersion) return;
  const text =
    `The data in ${folder} were written by a newer Tidegate (format ${version}, this one knows ${schemaVersion}). ` +
    'Start that version, or restore the copy that was made before the upgrade.';
  throw new StoreStartFailure('DataNewerThanServer', folder, text);
}

/** Nothing may run in the database that we did not put there (SEC-711). */
function requireOurs(database: DatabaseSync, path: string, version: number): void {
  if (readSchemaText(database) === expectedSchemaText(version)) return;
  throw new StoreStartFailure('DataDamaged', path, `The tables in ${path} are not those of Tidegate.`);
}

/**
 * Copies the database to `meta.db.v<N>.bak` before its tables become those of another version. The name is given when the copy
 * is whole: one that a kill left half is never taken for it.
 */
async function keepCopy(database: DatabaseSync, { path, folder, disk }: Place, version: number): Promise<void> {
  const kept = `${path}.v${version}.bak`;
  const fresh = `${kept}.new`;
  try {
    await disk.removeFile(fresh);
    // SQLite would make it readable for others (SEC-809).
    await (await disk.createFile(fresh)).close();
    database.prepare('VACUUM INTO ?').run(fresh);
    const file = await disk.openFile(fresh, 'write');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await disk.moveFile(fresh, kept);
    await disk.syncFolder(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `The metadata could not be copied to ${kept} before the upgrade: ${why}. Nothing was changed.`;
    throw new StoreStartFailure('FolderNotWritable', folder, text, error);
  }
}

function unusable(path: string, cause: unknown): StoreStartFailure {
  const why = cause instanceof Error ? cause.message : String(cause);
  if (isNotWritable(cause)) {
    const text = `${path} cannot be opened for writing (${why}).`;
    return new StoreStartFailure('FolderNotWritable', dirname(path), text, cause);
  }
  return new StoreStartFailure('DataDamaged', path, `The metadata in ${path} cannot be read: ${why}.`, cause);
}
