import { join } from 'node:path';
import type { Disk } from '../../../world/disk.ts';
import { type FolderLock, lockFolder } from '../../sqlite/schema/folder-lock.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { ensureFile } from './open-folder.ts';

/** Works on a data folder as its only process. @throws UpkeepFailure InUse */
export async function underLock<Value>(disk: Disk, folder: string, work: () => Value | Promise<Value>): Promise<Value> {
  await ensureFile(disk, folder, 'LOCK.db');
  const lock: FolderLock | undefined = lockFolder(join(folder, 'LOCK.db'));
  if (lock === undefined) throw new UpkeepFailure('InUse', folder, `A server is using ${folder}.`);
  try {
    return await work();
  } finally {
    lock.release();
  }
}
