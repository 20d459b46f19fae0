import { join } from 'node:path';
import type { Disk } from '../../../world/disk.ts';
import { readText, replaceText } from './backup-files.ts';

/** The file of a data folder that says when and where to the last backup was made. */
const lastBackupName = 'last-backup.json';

/** What is kept of the last backup. */
export type LastBackup = { readonly madeAtMs: number; readonly target: string; readonly manifestSha256: string };

/** When the last backup of a data folder was made; undefined: nobody knows of one. */
export async function lastBackupAtMs(disk: Disk, folder: string): Promise<number | undefined> {
  const text = await readText(disk, join(folder, lastBackupName));
  const madeAtMs: unknown = /^\{"madeAtMs":(\d{1,15}),/.exec(text ?? '')?.[1];
  return typeof madeAtMs === 'string' ? Number(madeAtMs) : undefined;
}

/** For who wants to know how old the last one is; the data themselves are not touched. */
export async function noteBackup(
  disk: Disk,
  folder: string,
  { madeAtMs, target, manifestSha256 }: LastBackup,
): Promise<void> {
  await replaceText(disk, folder, lastBackupName, `${JSON.stringify({ madeAtMs, target, manifestSha256 })}\n`);
}
