import { CliError, exitCodes } from '../core/errors.ts';
import type { S3Client } from '../s3/s3-client.ts';
import type { Output } from '../terminal/output.ts';
import { pathPattern } from './name-filter.ts';
import { type Found, walk } from './walk.ts';

type Object = { readonly bucket: string; readonly key: string };

/**
 * The objects that a pattern such as `s3://logs/2026/*.gz` names; undefined where the key is not a pattern. A key may contain `*`
 * itself: an object with exactly this key is the one that is meant. Names are those below the last folder before the first `*`.
 * @throws CliError when nothing matches
 */
export async function objectsOf(
  { bucket, key }: Object,
  client: S3Client,
  output: Pick<Output, 'warn'>,
): Promise<readonly Found[] | undefined> {
  const wild = /[*?]|\[[^\]]+\]/.exec(key);
  if (wild === null) return undefined;
  const head = await client.send({ method: 'HEAD', bucket, key, about: `${bucket}/${key}` });
  head.body.resume();
  if (head.status < 300) return undefined;
  const folder = key.slice(0, key.lastIndexOf('/', wild.index) + 1);
  const pattern = pathPattern(key.slice(folder.length));
  const found: Found[] = [];
  for await (const one of walk({ kind: 'object', bucket, key: folder }, client, output)) {
    if (pattern.test(one.name)) found.push(one);
  }
  if (found.length > 0) return found;
  throw new CliError({
    exit: exitCodes.notFound,
    what: `No object matches ${bucket}/${key}.`,
    fix: '* and ? match within one folder; ** also matches /.',
    code: 'NoSuchKey',
  });
}
