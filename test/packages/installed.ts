import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { installPacked, pack, packageFolders, root, run } from './packed.ts';

/** An install takes half a minute; a machine that is shared has needed five. */
const patienceMs = 600_000;
const cache = join(root, 'node_modules/.cache/tidegate-packed');

/** What the packages are made from. Other sources, another install. */
function sourceStamp(): string {
  const digest = createHash('sha256');
  const files = globSync(['packages/*/{src,bin}/**/*', 'packages/*/package.json', 'package-lock.json', 'tools/*.mjs'], {
    cwd: root,
    withFileTypes: true,
  });
  for (const file of files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    digest.update(file).update(readFileSync(file));
  return digest.digest('hex').slice(0, 16);
}

/** Builds the packages in a copy, so that nothing under the feet of other tests changes. */
export async function buildCopy(copy: string): Promise<void> {
  const isCopied = (path: string) =>
    !/^(?:node_modules|.*\.tsbuildinfo|\.package\.json\.original)$/.test(basename(path));
  cpSync(join(root, 'packages'), join(copy, 'packages'), { recursive: true, filter: isCopied });
  for (const file of [
    ...['tsconfig.base.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'],
    ...['tools/published-manifest.mjs', 'tools/bundle.mjs'],
  ])
    cpSync(join(root, file), join(copy, file));
  // The packages of others are the checkout's; ours are those of the copy.
  mkdirSync(join(copy, 'node_modules/@tidegate'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@tidegate' && name !== 'tidegate' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  for (const folder of packageFolders.filter((path) => path !== 'packages/cli'))
    symlinkSync(join(copy, folder), join(copy, 'node_modules/@tidegate', basename(folder)));
  for (const folder of packageFolders.filter((path) => path !== 'packages/console'))
    rmSync(join(copy, folder, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-b', 'tsconfig.build.json', '--force'], copy);
  await run(process.execPath, ['tools/bundle.mjs'], copy);
}

async function install(folder: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'making-'));
  try {
    await buildCopy(join(work, 'copy'));
    mkdirSync(join(work, 'project'));
    const packed = [];
    for (const path of packageFolders) packed.push(await pack(path, join(work, 'project'), join(work, 'copy')));
    await installPacked(packed, join(work, 'project'));
    renameSync(join(work, 'project'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * A project in which the packed packages are installed, and nothing of this repository is reachable. Made once for each state of the
 * sources; test files that need it at the same time wait for the one that makes it.
 */
export async function installedProject(): Promise<string> {
  const folder = join(cache, sourceStamp());
  const lock = `${folder}.lock`;
  const deadlineMs = Date.now() + patienceMs;
  while (!existsSync(folder)) {
    if (Date.now() > deadlineMs) throw new Error(`No process holds ${lock}. Remove it.`);
    mkdirSync(cache, { recursive: true });
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch {
      await new Promise((next) => setTimeout(next, 200));
      continue;
    }
    try {
      for (const old of readdirSync(cache))
        if (join(cache, old) !== lock && dirname(lock) === cache) rmSync(join(cache, old), { recursive: true });
      await install(folder);
    } finally {
      rmSync(lock, { force: true });
    }
  }
  return folder;
}
