import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from '../../../world/disk.ts';
import type { Random } from '../../../world/random.ts';
import { Snapshot } from '../../sqlite/check/backup-snapshot.ts';
import { databaseName } from '../../sqlite/schema/open-metadata.ts';
import { openSecret } from '../../sqlite/sealing/sealing.ts';
import { StoreStartFailure } from '../../upkeep/start-failures.ts';

export type MasterKeyOptions = {
  readonly disk: Disk;
  readonly folder: string;
  readonly random: Random;
  /** 32 bytes from outside the folder; undefined: the file in it. */
  readonly given: Uint8Array | undefined;
  /** Whether the folder holds metadata already; then a key is never made (SEC-802). */
  readonly hasData: boolean;
  readonly insecureModes: 'refuse' | 'allow';
};

const keyBytes = 32;

export const masterKeyPath = (folder: string): string => join(folder, 'keys', 'master.key');
/** The key that is about to become the master key (SEC-804). */
export const nextKeyPath = (folder: string): string => join(folder, 'keys', 'master.key.next');

/** What is sealed to recognise the master key by. */
export const masterKeyLabel = 'tidegate master key';

/**
 * The key that secrets are sealed under: given, or `keys/master.key`, which is made for an empty folder alone.
 * @throws StoreStartFailure MasterKeyMissing, MasterKeyWrong, UnsafeFileMode (SEC-802, SEC-807)
 */
export async function readMasterKey(options: MasterKeyOptions): Promise<Uint8Array> {
  const { disk, folder, given, hasData } = options;
  if (given !== undefined) {
    if (given.byteLength === keyBytes) return given;
    throw new StoreStartFailure(
      'MasterKeyWrong',
      folder,
      `The master key has ${given.byteLength} bytes instead of 32.`,
    );
  }
  const path = masterKeyPath(folder);
  const facts = await disk.facts(path);
  if (facts === undefined) {
    if (!hasData) return makeMasterKey(options, path);
    throw new StoreStartFailure(
      'MasterKeyMissing',
      path,
      `The master key ${path} is missing, and the access keys in ${folder} are sealed under it. ` +
        'Put it back, or give it by TIDEGATE_MASTER_KEY_FILE. A new one would open none of them.',
    );
  }
  // A stop between making the file and writing it leaves it short; nothing was sealed under it then.
  if (!hasData && facts.kind === 'file' && facts.sizeBytes < keyBytes * 2) {
    await disk.removeFile(path);
    return makeMasterKey(options, path);
  }
  if (facts.kind !== 'file') {
    throw new StoreStartFailure('MasterKeyWrong', path, `${path} is not a file (storage.not_a_file).`);
  }
  if (options.insecureModes === 'refuse' && ((facts.mode & 0o077) !== 0 || !facts.ownedByUs)) {
    const mode = facts.mode.toString(8).padStart(4, '0');
    const text = `Others may read ${path} (mode ${mode}). Make it yours alone: chmod 600 ${path}`;
    throw new StoreStartFailure('UnsafeFileMode', path, text);
  }
  return parseMasterKey(await readText(disk, path), path);
}

/** 32 bytes for one purpose, made of a master key. */
export function deriveFrom(masterKey: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', `tidegate ${purpose}`, 32));
}

/** The key in a folder, for those who look only; undefined: there is none that could be one. */
export async function findMasterKey(disk: Disk, folder: string): Promise<Uint8Array | undefined> {
  const path = masterKeyPath(folder);
  if ((await disk.facts(path))?.kind !== 'file') return undefined;
  const text = (await readText(disk, path)).trim();
  return hexKey.test(text) ? Buffer.from(text, 'hex') : undefined;
}

const hexKey = /^[0-9a-f]{64}$/i;

/** 64 hex digits as a key. */
function parseMasterKey(text: string, path: string): Uint8Array {
  const hex = text.trim();
  if (hexKey.test(hex)) return Buffer.from(hex, 'hex');
  throw new StoreStartFailure('MasterKeyWrong', path, `${path} does not hold a master key of 64 hex digits.`);
}

async function makeMasterKey({ disk, folder, random }: MasterKeyOptions, path: string): Promise<Uint8Array> {
  const key = random.bytes(keyBytes);
  await writeMasterKey(disk, folder, path, key);
  return key;
}

/** Writes a key into the folder, durably. */
export async function writeMasterKey(disk: Disk, folder: string, path: string, key: Uint8Array): Promise<void> {
  await disk.makeFolder(join(folder, 'keys'));
  const file = await disk.createFile(path);
  try {
    const text = Buffer.from(`${Buffer.from(key).toString('hex')}\n`);
    if ((await file.write(text, 0)) !== text.byteLength) throw new Error('The master key could not be written whole.');
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(join(folder, 'keys'));
  await disk.syncFolder(folder);
}

/**
 * Ends a change of the master key that was broken off (SEC-804): the new key gets its name where the secrets are sealed under it,
 * and goes where they are not. The lock of the folder is held.
 */
export async function settleMasterKey(disk: Disk, folder: string): Promise<void> {
  const next = nextKeyPath(folder);
  if ((await disk.facts(next)) === undefined) return;
  if (opensFolder(folder, await readText(disk, next))) await disk.moveFile(next, masterKeyPath(folder));
  else await disk.removeFile(next);
  await disk.syncFolder(join(folder, 'keys'));
}

function opensFolder(folder: string, text: string): boolean {
  // Half of a key was written before anything was sealed under it.
  if (!/^[0-9a-f]{64}\n$/.test(text)) return false;
  const snapshot = new Snapshot(join(folder, databaseName));
  try {
    const check = snapshot.meta('master_key_check') ?? '';
    return openSecret(Buffer.from(text.trim(), 'hex'), masterKeyLabel, Buffer.from(check, 'base64')) !== undefined;
  } finally {
    snapshot.close();
  }
}

async function readText(disk: Disk, path: string): Promise<string> {
  const file = await disk.openFile(path, 'read');
  try {
    const bytes = Buffer.alloc(256);
    return bytes.toString('utf8', 0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}
