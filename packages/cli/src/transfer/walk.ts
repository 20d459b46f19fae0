import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, exitCodes } from '../core/errors.ts';
import { listAll } from '../s3/listing.ts';
import type { S3Client } from '../s3/s3-client.ts';
import type { Output } from '../terminal/output.ts';
import { printable } from '../terminal/style.ts';
import type { CopyPlace } from './copy-place.ts';

/** A file or object below a folder or prefix. */
export type Found = {
  /** Below the folder or prefix, with slashes. */
  readonly name: string;
  readonly place: Exclude<CopyPlace, { readonly kind: 'stream' }>;
  readonly sizeBytes: number;
  readonly changedMs: number;
};

/** Every file below a folder, or every object below a prefix, by name. @throws CliError */
export async function* walk(
  place: Exclude<CopyPlace, { readonly kind: 'stream' }>,
  client: S3Client,
  output: Pick<Output, 'warn'>,
): AsyncGenerator<Found> {
  if (place.kind === 'file') {
    yield* filesBelow(place.path, output, '');
    return;
  }
  const { bucket } = place;
  const prefix = folderPrefix(place.key);
  for await (const { key, sizeBytes, changed } of listAll(client, { bucket, prefix })) {
    const name = key.slice(prefix.length);
    yield { name, place: { kind: 'object', bucket, key }, sizeBytes, changedMs: Date.parse(changed) };
  }
}

/** `reports` and `reports/` are the same folder. */
export function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

/** Some tools store an empty object for a folder; its name ends in a slash, or it has none. */
export function isFolderMark(name: string): boolean {
  return name === '' || name.endsWith('/');
}

/** Links to files are followed, links to folders are not: they may lead in a circle. */
async function* filesBelow(folder: string, output: Pick<Output, 'warn'>, before: string): AsyncGenerator<Found> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw folderFailure(error, folder);
  });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = before + entry.name;
    if (entry.isDirectory()) {
      yield* filesBelow(path, output, `${name}/`);
      continue;
    }
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile()) {
      yield { name, place: { kind: 'file', path }, sizeBytes: facts.size, changedMs: facts.mtimeMs };
    } else output.warn(`Skipped ${printable(path)}: it is not a regular file.`);
  }
}

function folderFailure(error: unknown, folder: string): CliError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isMissing = code === 'ENOENT';
  const isFile = code === 'ENOTDIR';
  return new CliError({
    exit: isMissing ? exitCodes.notFound : exitCodes.wrongUse,
    what: isMissing
      ? `The folder ${folder} does not exist.`
      : isFile
        ? `${folder} is a file, not a folder.`
        : `The folder ${folder} cannot be read (${code}).`,
    ...(isFile && { fix: 'Name its folder, or omit  -r' }),
    cause: error,
  });
}
