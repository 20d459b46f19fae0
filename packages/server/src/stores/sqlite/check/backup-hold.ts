import { DatabaseSync } from 'node:sqlite';
import { isBusy } from '../schema/failure-of-database.ts';

/** The file whose lock says that somebody copies bodies. Only ever opened by SQLite, which owns its locks. */
export const holdName = 'HOLD.db';

/** How long a copy waits for the one who asks whether the file is held. */
const waitMs = 10_000;

/**
 * Has the server of the folder keep files that nothing refers to any more, until the returned function is called (REL-11).
 * Several may hold; the kernel lets go when a process dies. Whoever holds before it makes its cut finds every file of it.
 */
export function holdFiles(path: string): () => void {
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    // A transaction that has read holds a lock that others may share, and that nobody can take for himself.
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN; SELECT count(*) FROM sqlite_schema');
  } catch (error) {
    database.close();
    throw error;
  }
  return () => database.close();
}

/** Whether anybody holds the files. The file must be there. */
export function areFilesHeld(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}
