import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { type ChecksumAlgorithm, checksumAlgorithmNames, checksumAlgorithms, createChecksum } from '@tidegate/protocol';
import { CliError, exitCodes, Interrupted } from '../core/errors.ts';
import type { HttpAnswer } from '../s3/http-client.ts';
import { headerText } from '../s3/s3-answer.ts';
import type { S3Client } from '../s3/s3-client.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Stored } from './upload.ts';

/** What is fetched, and from whom. */
export type DownloadPlan = {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly progress: Progress;
  /** The bytes are compared with the checksum that the store keeps; the answer was asked for with it. */
  readonly isChecked?: boolean;
  /** What a download before this one left goes on; what fails stays for the next. */
  readonly isResumed?: boolean;
  /** False: a range or a version; what is cut is not asked for again from the middle. */
  readonly isWhole?: boolean;
};

const triesMost = 4;

/** Downloads to a file: beside it first, under its name when it is whole. @throws CliError */
export async function downloadToFile(answer: HttpAnswer, path: string, plan: DownloadPlan): Promise<Stored> {
  const partial = partialPath(path, headerText(answer, 'etag'), plan);
  const startBytes = plan.isResumed ? await sizeOfPartial(partial) : 0;
  const file = createWriteStream(partial, { flags: plan.isResumed ? 'a' : 'wx' });
  try {
    await opened(file, path);
    const stored = await downloadTo(answer, file, plan, startBytes === 0 ? undefined : { partial, startBytes });
    file.end();
    await once(file, 'close');
    await rename(partial, path);
    return stored;
  } catch (error) {
    file.destroy();
    const isKept = plan.isResumed && !(error instanceof WrongBytes);
    if (!isKept) await rm(partial, { force: true });
    throw error;
  }
}

/** With `--resume` the name says which object it is a part of: a changed one begins anew. */
function partialPath(path: string, etag: string | undefined, { bucket, key, isResumed }: DownloadPlan): string {
  const name = basename(path).slice(0, 200);
  if (!isResumed || etag === undefined) return join(dirname(path), `.${name}.${randomBytes(6).toString('hex')}.part`);
  const which = createHash('sha256')
    .update(JSON.stringify([bucket, key, etag]))
    .digest('hex')
    .slice(0, 16);
  return join(dirname(path), `.${name}.${which}.resume`);
}

async function sizeOfPartial(partial: string): Promise<number> {
  try {
    return (await stat(partial)).size;
  } catch {
    // Nothing is there to go on with.
    return 0;
  }
}

/** What arrived is not what the store keeps a checksum of. */
class WrongBytes extends CliError {}

async function opened(file: ReturnType<typeof createWriteStream>, path: string): Promise<void> {
  try {
    await once(file, 'open');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isMissing = code === 'ENOENT';
    throw new CliError({
      exit: isMissing ? exitCodes.notFound : exitCodes.wrongUse,
      what: isMissing ? `The folder ${dirname(path)} does not exist.` : `${path} cannot be written (${code}).`,
      cause: error,
    });
  }
}

/**
 * Writes the whole body. An interrupted body resumes where it stopped, while the object is unchanged (If-Match); a body that ends
 * early is never accepted as complete. @throws CliError
 */
export async function downloadTo(
  first: HttpAnswer,
  into: Writable,
  plan: DownloadPlan,
  before?: { readonly partial: string; readonly startBytes: number },
): Promise<Stored> {
  const { client, bucket, key, progress, isChecked } = plan;
  const about = `${bucket}/${key}`;
  const sizeBytes = Number(headerText(first, 'content-length') ?? Number.NaN);
  const etag = headerText(first, 'etag');
  const expected = isChecked ? checksumOf(first, about) : undefined;
  const checksum = expected === undefined ? undefined : createChecksum(expected.algorithm);
  if (before !== undefined && checksum !== undefined) {
    for await (const chunk of createReadStream(before.partial)) checksum.update(chunk);
  }
  let writtenBytes = before?.startBytes ?? 0;
  progress.moved(writtenBytes);
  const rest = (): Promise<HttpAnswer> =>
    client.ask({
      method: 'GET',
      bucket,
      key,
      headers: { range: `bytes=${writtenBytes}-`, 'if-match': etag ?? '*' },
      about,
    });
  let answer = first;
  if (writtenBytes > 0) {
    first.body.destroy();
    if (writtenBytes < sizeBytes) answer = await rest();
  } else if (sizeBytes === 0) {
    first.body.resume();
  }
  for (let tried = 1; writtenBytes !== sizeBytes; tried += 1) {
    try {
      for await (const chunk of answer.body) {
        writtenBytes += chunk.length;
        checksum?.update(chunk);
        progress.moved(chunk.length);
        if (!into.write(chunk)) await once(into, 'drain');
      }
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') throw new Interrupted();
      if (into.errored !== null) throw into.errored;
    }
    if (writtenBytes === sizeBytes || (Number.isNaN(sizeBytes) && answer.body.complete)) break;
    if (tried === triesMost || Number.isNaN(sizeBytes) || etag === undefined || plan.isWhole === false) {
      throw new CliError({
        exit: exitCodes.unreachable,
        what: `${about} was cut off after ${writtenBytes} of ${Number.isNaN(sizeBytes) ? 'unknown' : sizeBytes} bytes.`,
      });
    }
    answer = await rest();
  }
  const crc64 = compare(checksum?.digest(), expected, about);
  return { sizeBytes: writtenBytes, etag, sourceEtag: etag, crc64 };
}

type Expected = { readonly algorithm: ChecksumAlgorithm; readonly value: string };

/** The checksum of all bytes that the store keeps; that of a list of parts says nothing of the bytes. @throws CliError */
function checksumOf(answer: HttpAnswer, about: string): Expected {
  for (const algorithm of checksumAlgorithmNames) {
    const value = headerText(answer, checksumAlgorithms[algorithm].header);
    if (value !== undefined && !value.includes('-')) return { algorithm, value };
  }
  throw new CliError({
    exit: exitCodes.refused,
    what: `The server has no checksum of the whole object ${about}.`,
    fix: 'Omit --checksum. Objects uploaded with it have one.',
  });
}

function compare(seen: string | undefined, expected: Expected | undefined, about: string): string | undefined {
  if (expected === undefined) return undefined;
  if (seen === expected.value) return expected.algorithm === 'CRC64NVME' ? seen : undefined;
  throw new WrongBytes({
    exit: exitCodes.unreachable,
    what: `${about} does not match its checksum (${expected.algorithm}).`,
    fix: 'Try again. If it fails again, the object is damaged.',
  });
}

/** Where a download goes: into a folder under the key's last segment, or to the path itself. @throws CliError */
export async function fileFor(path: string, key: string): Promise<string> {
  const isFolder = path.endsWith('/') || (await isDirectory(path));
  if (!isFolder) return path;
  const name = key.slice(key.lastIndexOf('/') + 1);
  // A key may end in anything; a file's name must stay in its folder (SEC-304 on this side).
  if (name === '' || name === '.' || name === '..' || /[\0\\]/.test(name)) {
    throw new CliError({
      exit: exitCodes.wrongUse,
      what: `The key "${key}" cannot be a file name.`,
      fix: `Name the file:  ${join(path, 'NAME')}`,
    });
  }
  return join(path, name);
}

/** Whether a folder is there. */
export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Missing or invisible: then it is not a folder for us, and writing reports why.
    return false;
  }
}
