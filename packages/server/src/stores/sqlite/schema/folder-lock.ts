import { DatabaseSync } from 'node:sqlite';
import { isBusy } from './failure-of-database.ts';

/** The right to be the one server of a folder (REL-17, SEC-704). The kernel frees it when the process dies. */
export interface FolderLock {
  release(): void;
}

/** Takes the lock; undefined: another server has it. The file is only ever opened by SQLite, which owns its locks. */
export function lockFolder(path: string): FolderLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
