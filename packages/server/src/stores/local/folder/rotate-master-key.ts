import { join } from 'node:path';
import type { Disk } from '../../../world/disk.ts';
import type { Random } from '../../../world/random.ts';
import { openFirst } from '../../sqlite/schema/open-database.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import {
  earlierReceiptKeys,
  type Resealed,
  type ResealOptions,
  resealAll,
  SealedUnderAnotherKey,
} from '../../sqlite/sealing/reseal.ts';
import { UpkeepFailure } from '../../upkeep/upkeep-failure.ts';
import { underLock } from './folder-use.ts';
import {
  deriveFrom,
  masterKeyPath,
  nextKeyPath,
  readMasterKey,
  settleMasterKey,
  writeMasterKey,
} from './master-key.ts';

export type RotateOptions = {
  /** The data folder. No server may be at work on it. */
  readonly folder: string;
  /** The key that is given from outside; undefined: `keys/master.key` in the folder. */
  readonly masterKey: Uint8Array | undefined;
  /** The key that is to be, given from outside; undefined: one is made, in the folder. */
  readonly newKey: Uint8Array | undefined;
  readonly insecureModes: 'refuse' | 'allow';
  /** The public half of the key that receipts are signed with, made of its seed. Those of before are kept: receipts stay good. */
  readonly receiptKeyOf: (seed: Uint8Array) => string;
  readonly disk: Disk;
  readonly random: Random;
  readonly onStep?: ResealOptions['onStep'];
};

/**
 * Puts another master key in place of the one that the secrets of a folder are sealed under (SEC-804). In the folder the new key
 * is written beside the old one first, and gets its name after the transaction: a kill at any moment leaves the one that opens.
 * @throws UpkeepFailure NoData, InUse, MasterKeyWrong
 * @throws StoreStartFailure when the folder or its key cannot be used
 */
export async function rotateMasterKey(options: RotateOptions): Promise<Resealed> {
  const { folder, disk, random, newKey } = options;
  const path = join(folder, databaseName);
  if (((await disk.facts(path))?.sizeBytes ?? 0) === 0) {
    throw new UpkeepFailure('NoData', folder, `There is no data folder of Tidegate at ${folder}.`);
  }
  return await underLock(disk, folder, async () => {
    await settleMasterKey(disk, folder);
    const given = options.masterKey;
    const from = await readMasterKey({ ...options, given, hasData: true });
    const to = newKey ?? random.bytes(32);
    if (Buffer.compare(from, to) === 0) {
      throw new UpkeepFailure('MasterKeyWrong', folder, `That is the master key that ${folder} has already.`);
    }
    if (newKey === undefined) await writeMasterKey(disk, folder, nextKeyPath(folder), to);
    const resealed = await reseal(options, path, from, to);
    if (newKey === undefined) {
      await disk.moveFile(nextKeyPath(folder), masterKeyPath(folder));
      await disk.syncFolder(join(folder, 'keys'));
    } else if (given === undefined) {
      // The key lies outside now: what lies here opens nothing any more.
      await disk.removeFile(masterKeyPath(folder));
      await disk.syncFolder(join(folder, 'keys'));
    }
    return resealed;
  });
}

async function reseal(
  { folder, disk, random, receiptKeyOf, onStep }: RotateOptions,
  path: string,
  from: Uint8Array,
  to: Uint8Array,
): Promise<Resealed> {
  const database = await openFirst({ path, folder, disk });
  try {
    const signed = [...earlierReceiptKeys(database), receiptKeyOf(deriveFrom(from, 'receipts'))];
    const meta = new Map([['receipt_keys', JSON.stringify(signed)]]);
    return resealAll(database, { from, to, random, meta, onStep });
  } catch (error) {
    if (!(error instanceof SealedUnderAnotherKey)) throw error;
    const text = `The secrets in ${folder} are sealed under another master key than the one that was given: ${error.message}`;
    throw new UpkeepFailure('MasterKeyWrong', folder, text, error);
  } finally {
    database.close();
  }
}
