import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { sizeBytes } from '@tidegate/presign/internal';
import { encodeWords } from '@tidegate/protocol';
import type { Call } from '../core/command.ts';
import { wrongUse } from '../core/errors.ts';
import { countFlag, pairsFlag, sizeFlag } from '../core/flag-values.ts';
import { nearestKeyHint } from '../s3/nearest-key.ts';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Client } from '../s3/s3-client.ts';
import { Progress } from '../terminal/progress.ts';
import { type CopyPlace, showPlace } from './copy-place.ts';
import { downloadTo, downloadToFile, fileFor } from './download.ts';
import { mediaTypeOf } from './media-types.ts';
import { copyInStore } from './store-copy.ts';
import { type Stored, type UploadPlan, uploadFile, uploadStream } from './upload.ts';

const defaultParallel = 4;
const partLeastBytes = 5 * 1024 * 1024;

/** How things are copied: read from the flags once. */
export type CopyPlan = {
  readonly call: Call;
  readonly client: S3Client;
  readonly parallel: number;
  readonly partBytes: number | undefined;
  readonly keepParts: boolean;
  readonly isChecked: boolean;
  readonly isResumed: boolean;
  readonly condition: Readonly<Record<string, string>>;
  /** The bar of a whole folder; absent: each copy has its own. */
  readonly progress?: Progress;
};

/** What was copied, and where to. */
export type Copied = { readonly stored: Stored; readonly place: CopyPlace };

type ObjectPlace = { readonly bucket: string; readonly key: string };

/** The plan that the flags of `cp` and `mv` make. @throws CliError */
export function copyPlan(call: Call, client: S3Client): CopyPlan {
  const { flags } = call;
  return {
    call,
    client,
    parallel: countFlag(flags, 'parallel', 1, 64) ?? defaultParallel,
    partBytes: partBytesOf(call),
    keepParts: flags.has('keep-parts') || flags.has('resume'),
    isChecked: flags.has('checksum'),
    isResumed: flags.has('resume'),
    condition: flags.has('if-none-match') ? { 'if-none-match': '*' } : {},
  };
}

function partBytesOf({ flags }: Call): number | undefined {
  const size = sizeFlag(flags, 'part-size');
  if (size === undefined) return undefined;
  const bytes = sizeBytes('--part-size', size);
  if (bytes < partLeastBytes) throw wrongUse('--part-size must be at least 5MiB.');
  return bytes;
}

/** Copies one thing: a file, an object or a stream. `destination` is the place itself, or a folder for files. @throws CliError */
export async function copyOne(source: CopyPlace, destination: CopyPlace, plan: CopyPlan): Promise<Copied> {
  if (destination.kind === 'object') return { stored: await toStore(source, destination, plan), place: destination };
  if (source.kind === 'object') return await fromStore(source, destination, plan);
  throw wrongUse('Source and destination are both local.', 'Write  s3://bucket/key  for the one in the store.');
}

async function toStore(source: CopyPlace, target: ObjectPlace, plan: CopyPlan): Promise<Stored> {
  const { call, client, parallel, keepParts, condition, partBytes } = plan;
  const { output, world } = call;
  const about = `${target.bucket}/${target.key}`;
  const { bucket, key } = target;
  const given = objectHeaders(call);
  if (source.kind === 'object') {
    if (source.bucket === bucket && source.key === key && Object.keys(given).length === 0) {
      throw wrongUse(
        `${showPlace(source)} is both source and destination.`,
        'Name another key, or what to change:  --content-type, --metadata, …',
      );
    }
    return withKeyHint(
      () => copyInStore({ client, source, bucket, key, condition, headers: given, parallel, keepParts }),
      source,
      client,
    );
  }
  const type = mediaTypeOf(key);
  const size = source.kind === 'file' ? await sizeOf(source.path) : undefined;
  const progress = plan.progress ?? new Progress(world, output, about, size);
  const upload: UploadPlan = {
    client,
    bucket,
    key,
    headers: { ...(type !== undefined && { 'content-type': type }), ...given, ...condition },
    parallel,
    keepParts,
    progress,
    partBytes,
    checksum: plan.isChecked,
    resume: plan.isResumed,
  };
  try {
    return source.kind === 'file'
      ? await uploadFile(source.path, upload)
      : await uploadStream(addAbortSignal(world.interrupt, world.stdin), upload);
  } finally {
    if (plan.progress === undefined) progress.end();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    // Opening it reports what is wrong with it.
    return undefined;
  }
}

async function fromStore(source: ObjectPlace, destination: CopyPlace, plan: CopyPlan): Promise<Copied> {
  if (source.key === '')
    throw wrongUse(`s3://${source.bucket} is a bucket, not an object.`, 'Add  -r  to copy all of it.');
  refuseObjectHeaders(plan.call);
  const { call, client } = plan;
  const { output, world } = call;
  const { bucket, key } = source;
  const about = `${bucket}/${key}`;
  const place: CopyPlace =
    destination.kind === 'file' ? { kind: 'file', path: await fileFor(destination.path, key) } : destination;
  const headers: Record<string, string> = plan.isChecked ? { 'x-amz-checksum-mode': 'ENABLED' } : {};
  const answer = await withKeyHint(() => client.ask({ method: 'GET', bucket, key, headers, about }), source, client);
  const size = Number(headerText(answer, 'content-length') ?? 0);
  const progress = plan.progress ?? new Progress(world, output, about, size);
  const download = { client, bucket, key, progress, isChecked: plan.isChecked, isResumed: plan.isResumed };
  try {
    const stored =
      place.kind === 'file'
        ? await downloadToFile(answer, place.path, download)
        : await downloadTo(answer, world.stdout, download);
    return { stored, place };
  } catch (error) {
    answer.body.destroy();
    throw error;
  } finally {
    if (plan.progress === undefined) progress.end();
  }
}

/** What a missing key may have been meant to be is looked up only when it is missing. */
async function withKeyHint<Result>(act: () => Promise<Result>, source: ObjectPlace, client: S3Client): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw await nearestKeyHint(error, source, client);
  }
}

/** Flags that set a header of an object by its name. */
const headerFlags = ['content-type', 'cache-control', 'content-disposition', 'content-encoding'] as const;

/** The headers that the flags of `cp`, `mv` and `sync` set on objects. @throws CliError */
function objectHeaders({ flags }: Call): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const name of headerFlags) {
    const value = flags.text(name);
    if (value !== undefined) headers[name] = checked(name, value);
  }
  for (const [name, value] of Object.entries(pairsFlag(flags, 'metadata') ?? {})) {
    if (!/^[a-z0-9!#$%&'*+.^_|~-]+$/i.test(name)) throw wrongUse(`--metadata "${name}" is not a name for metadata.`);
    headers[`x-amz-meta-${name.toLowerCase()}`] = checked('metadata', encodeWords(value));
  }
  return headers;
}

/** Refuses those flags where no object is written. @throws CliError */
function refuseObjectHeaders({ flags }: Call): void {
  const flag = [...headerFlags, 'metadata'].find((name) => flags.has(name));
  if (flag !== undefined) throw wrongUse(`--${flag} is for uploads and copies, not for downloads.`);
}

/** A header is one line of visible ASCII. */
function checked(flag: string, value: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw wrongUse(`--${flag} is empty, or has characters that a header cannot have.`, 'Use printable ASCII.');
}
