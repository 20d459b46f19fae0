import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { wrongUse } from '../core/errors.ts';

/** One end of a copy. */
export type CopyPlace =
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stream' };

/**
 * Reads one end of a copy. `s3://…` is the store's, `./…` and `/…` are files; a word without a slash is a file; `a/b` is an object,
 * unless a file or folder of that name is here: then nobody can tell, and it is refused.
 * @throws CliError
 */
export function parseCopyPlace(argument: string, end: 'source' | 'destination'): CopyPlace {
  if (argument === '-') return { kind: 'stream' };
  if (argument === '') throw wrongUse(`The ${end} is empty.`);
  if (/^https?:\/\//i.test(argument)) {
    throw wrongUse('cp copies files and objects, not URLs.', "Use  curl -fOJ 'https://…'");
  }
  if (argument.startsWith('s3://')) return objectPlace(argument.slice('s3://'.length), argument);
  if (/^(?:\/|\.{1,2}(?:\/|$))/.test(argument) || !argument.includes('/')) return { kind: 'file', path: argument };
  if (existsSync(end === 'source' ? argument : dirname(argument))) {
    throw wrongUse(`"${argument}" could be a local file or an object.`, `Write  ./${argument}  or  s3://${argument}`);
  }
  return objectPlace(argument, argument);
}

function objectPlace(path: string, argument: string): CopyPlace {
  const slash = path.indexOf('/');
  const bucket = slash === -1 ? path : path.slice(0, slash);
  if (bucket === '') throw wrongUse(`"${argument}" does not name a bucket.`, 'Write  s3://bucket/key');
  return { kind: 'object', bucket, key: slash === -1 ? '' : path.slice(slash + 1) };
}

/** How an end of a copy is shown. */
export function showPlace(place: CopyPlace): string {
  if (place.kind === 'object') return `s3://${place.bucket}/${place.key}`;
  return place.kind === 'file' ? place.path : '-';
}

/** The last segment of a key or path: the name a file has without its folder. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
