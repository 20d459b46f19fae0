import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the checkout. */
export const repositoryRoot: string = fileURLToPath(new URL('..', import.meta.url));

/**
 * Paths of everything that is, or would become, part of the repository: tracked files and new ones that are not ignored,
 * without files deleted in the work tree. Without git (in an unpacked archive) there is no list, which is an error.
 */
export function listFiles(): string[] {
  const out = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(out.split('\0'))].filter((path) => path !== '' && existsSync(join(repositoryRoot, path))).sort();
}

/** The text of one file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}
