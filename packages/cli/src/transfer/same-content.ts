import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Client } from '../s3/s3-client.ts';
import type { CopyPlace } from './copy-place.ts';

/** An object as HEAD returns it. */
type Seen = { readonly sizeBytes: number; readonly etag: string };

/**
 * Whether two places hold the same bytes, by size and entity tag: the MD5 of a body, or the MD5 of those of its parts. Where a tag is
 * something else, as under a customer's key, nobody can tell, and the answer is no.
 */
export async function holdSame(source: CopyPlace, target: CopyPlace, client: S3Client): Promise<boolean> {
  if (source.kind === 'stream' || target.kind === 'stream') return false;
  if (source.kind === 'object' && target.kind === 'object') {
    const [one, other] = await Promise.all([source, target].map((place) => readHead(place, client)));
    return one !== undefined && other !== undefined && one.sizeBytes === other.sizeBytes && one.etag === other.etag;
  }
  const [file, object] = source.kind === 'file' ? [source, target] : [target, source];
  if (file.kind !== 'file' || object.kind !== 'object') return false;
  const facts = await stat(file.path).catch(() => undefined);
  if (facts?.isFile() !== true) return false;
  const seen = await readHead(object, client);
  if (seen === undefined || seen.sizeBytes !== facts.size) return false;
  const [, parts] = /^[0-9a-f]{32}(?:-(\d+))?$/.exec(seen.etag) ?? [undefined, undefined];
  if (parts === undefined) return (await md5OfFile(file.path)).toString('hex') === seen.etag;
  const partBytes = (await readHead(object, client, 1))?.sizeBytes ?? 0;
  if (partBytes === 0 || Math.ceil(facts.size / partBytes) !== Number(parts)) return false;
  const whole = createHash('md5');
  for (let start = 0; start < facts.size; start += partBytes) {
    whole.update(await md5OfFile(file.path, start, Math.min(facts.size, start + partBytes) - 1));
  }
  return `${whole.digest('hex')}-${parts}` === seen.etag;
}

type ObjectPlace = Extract<CopyPlace, { readonly kind: 'object' }>;

/** @param partNumber then the size is that of this part */
async function readHead(
  { bucket, key }: ObjectPlace,
  client: S3Client,
  partNumber?: number,
): Promise<Seen | undefined> {
  const query = partNumber === undefined ? {} : { query: [['partNumber', String(partNumber)]] as const };
  const head = await client.send({ method: 'HEAD', bucket, key, ...query, about: `${bucket}/${key}` });
  head.body.resume();
  if (head.status !== 200 && head.status !== 206) return undefined;
  const etag = (headerText(head, 'etag') ?? '').replaceAll('"', '');
  return { sizeBytes: Number(headerText(head, 'content-length')), etag };
}

/** Of the whole, or from `start` to `end`, both included. */
async function md5OfFile(path: string, start?: number, end?: number): Promise<Buffer> {
  const hash = createHash('md5');
  const range = start === undefined || end === undefined ? {} : { start, end };
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, ...range })) hash.update(chunk);
  return hash.digest();
}
