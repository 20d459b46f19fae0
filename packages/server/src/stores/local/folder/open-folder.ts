import { dirname, join } from 'node:path';
import type { Disk } from '../../../world/disk.ts';
import { isNotWritable } from '../../sqlite/schema/failure-of-database.ts';
import { StoreStartFailure } from '../../upkeep/start-failures.ts';

/** File systems over a network, by statfs type: their locks and shared memory are not those of one machine (REL-17). */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff53_4d42, 'CIFS'],
  [0xfe53_4d42, 'SMB2'],
  [0x5346_414f, 'AFS'],
  [0x7375_7245, 'CODA'],
  [0x0102_1997, '9P'],
  [0x00c3_6400, 'Ceph'],
]);

/** The last one: what Node answers under `--permission` (SEC-1008). */
const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOENT', 'ELOOP', 'ERR_ACCESS_DENIED']);

/** The same of what is in the folder: a file that is missing there is another matter. */
const notPermitted = new Set(['EACCES', 'EPERM', 'EROFS', 'ERR_ACCESS_DENIED']);

/**
 * Makes the data folder and sees that we may keep data in it.
 * @throws StoreStartFailure FolderNotWritable, NetworkFolder
 */
export async function openFolder(disk: Disk, folder: string, networkFolders: 'refuse' | 'allow'): Promise<void> {
  await asStartFailure(folder, async () => {
    // Its own name must survive as what is in it does.
    if ((await disk.makeFolder(folder)) === 'made') await disk.syncFolder(dirname(folder));
    if ((await disk.facts(folder))?.kind === 'other') {
      throw new StoreStartFailure('FolderNotWritable', folder, `${folder} is a link or a device, not a folder.`);
    }
  });
  const { fileSystemType } = await disk.space(folder);
  const network = networkFileSystems.get(fileSystemType >>> 0);
  if (network !== undefined && networkFolders === 'refuse') {
    throw new StoreStartFailure(
      'NetworkFolder',
      folder,
      `${folder} is on a network file system (${network}). Two servers could not see each other's locks there. ` +
        'Use a folder on a disk of this machine.',
    );
  }
}

/** Makes an empty file that only we may read, unless it is there (SEC-703). SQLite opens it and owns its locks. */
export async function ensureFile(disk: Disk, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  await asStartFailure(folder, async () => {
    try {
      await (await disk.createFile(path)).close();
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    // Never opened here: closing any descriptor of it would drop SQLite's locks in this process.
    const facts = await disk.facts(path);
    if (facts?.kind !== 'file') {
      throw new StoreStartFailure('DataDamaged', path, `${path} is not a file (storage.not_a_file).`);
    }
  });
}

/**
 * Opens what lies in the folder. Files of another user, as a start with `sudo` leaves them, are no bug (STO-93).
 * @throws StoreStartFailure FolderNotWritable, and what `open` throws
 */
export async function openContent<Content>(folder: string, open: () => Promise<Content>): Promise<Content> {
  try {
    return await open();
  } catch (error) {
    if (!isNotWritable(error) && !notPermitted.has(codeOf(error) ?? '')) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const text = `${folder} holds files that this user may not open for writing (${why}).`;
    throw new StoreStartFailure('FolderNotWritable', folder, text, error);
  }
}

async function asStartFailure(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !notWritable.has(code)) throw error;
    throw new StoreStartFailure('FolderNotWritable', folder, `${folder} cannot be written to (${code}).`, error);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
