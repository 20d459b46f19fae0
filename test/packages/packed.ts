import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const maxOutputBytes = 64 * 1024 * 1024;

/** The folder of the checkout. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** One packed package: where its tarball is, and the paths inside it. */
export type Packed = { readonly name: string; readonly tarball: string; readonly files: readonly string[] };

/** Output of a program; fails with everything it said. Never inherits what a test runner set. */
export async function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await execute(program, args, { cwd: folder, env, maxBuffer: maxOutputBytes }).catch((error) => {
    throw new Error(`${program} ${args.join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  });
  return stdout;
}

/** A fresh folder and how to remove it. */
export function openFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tidegate-packed-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The packages that are published. */
export const packageFolders = [
  'packages/presign',
  'packages/protocol',
  'packages/server',
  'packages/cli',
  'packages/console',
  'packages/upload',
] as const;

/**
 * Packs a package as `npm publish` would, from a copy of the checkout: npm changes the manifest while it packs, and other tests read it.
 * What the package needs must have been built there.
 */
export async function pack(packageFolder: string, into: string, copy: string): Promise<Packed> {
  const before = readFileSync(join(copy, packageFolder, 'package.json'), 'utf8');
  const text = await run('npm', ['pack', '--json', '--pack-destination', into], join(copy, packageFolder));
  if (readFileSync(join(copy, packageFolder, 'package.json'), 'utf8') !== before)
    throw new Error(`npm pack left ${packageFolder}/package.json changed`);
  const [entry]: readonly PackEntry[] = JSON.parse(text);
  if (entry === undefined) throw new Error(`npm pack of ${packageFolder} named no tarball`);
  return { name: entry.name, tarball: join(into, entry.filename), files: entry.files.map(({ path }) => path).sort() };
}

type PackEntry = {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
};

/**
 * Installs tarballs into an empty project. Their dependencies on each other are taken from the tarballs too, whatever the
 * registry may hold under those names.
 */
export async function installPacked(packed: readonly Packed[], folder: string): Promise<void> {
  const own = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { name: 'elsewhere', private: true, type: 'module', dependencies: own, overrides: own };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  await run('npm', ['install', '--prefer-offline', '--no-fund', '--no-audit', '--loglevel=error'], folder);
}

/** The manifest of a package of the workspace. */
export function readManifest(packageFolder: string): Manifest {
  return JSON.parse(readFileSync(join(root, packageFolder, 'package.json'), 'utf8'));
}

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
};
