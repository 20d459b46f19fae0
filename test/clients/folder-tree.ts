import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** File names that clients are known to stumble over. */
const names = [
  'a.txt',
  'empty.txt',
  'folder/b ü.txt',
  'folder/deeper/c+d&e=f;g,h.txt',
  'folder with spaces/x y (1).txt',
  "o'clock.txt",
  'per cent %20 sign.txt',
  'name.with..dots.txt',
];
/** More than one part for each of the clients. */
const bigFileBytes = 20 * 1024 * 1024 + 1;

/** Makes a folder full of files: text, nothing, and one of several parts. */
export async function writeTree(folder: string): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, name === 'empty.txt' ? '' : `this is ${name}\n`);
  }
  await writeFile(join(folder, 'big.bin'), randomBytes(bigFileBytes));
}

/** One file more, one less, one changed in size: what a second run has to find. */
export async function changeTree(folder: string): Promise<{ readonly removed: string }> {
  await writeFile(join(folder, 'a.txt'), 'this is a.txt, and it was changed\n');
  await writeFile(join(folder, 'folder', 'new.txt'), 'new\n');
  return { removed: join(folder, 'empty.txt') };
}

/** What a folder holds: path → SHA-256. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[relative(folder, path)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
