import { type Bucket, type Duration, type Limits, PresignError, type Size } from '@tidegate/presign';
import { durationSeconds, sizeBytes } from '@tidegate/presign/internal';
import { isAccepted } from '../accept.ts';
import { largestObject, partBytesOf, smallBytes } from '../parts.ts';
import type { FileInfo } from '../wire.ts';
import { UploadRefused } from './upload-refused.ts';

/** An object that the store confirmed. */
export type UploadedObject = {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly file: FileInfo;
};

/** What an application decides about its uploads. */
export type UploadOptions<Meta, Result> = {
  bucket: Bucket | ((request: Request) => Bucket | Promise<Bucket>);
  /** Runs at every request of an upload, before anything is signed: throw `UploadRefused` to refuse. What it returns at the start
   *  reaches the other callbacks; it travels as JSON in the token, where the page can read it and cannot change it. */
  authorize(request: Request, file: FileInfo): Meta | Promise<Meta>;
  /** The key of the object. Default: a random folder and the file's tidied name. The page never chooses it. */
  key?(file: FileInfo, meta: Meta): string;
  /** Media types and extensions: `image/*`, `application/pdf`, `.csv`. One of them must fit. Default: every file. */
  accept?: readonly string[];
  /** Default '5GB'. At most 5 TiB. */
  maxSize?: Size;
  /** Default 0. */
  minSize?: Size;
  /** Default: 8 MiB, or what makes 9,000 parts. 5 MiB to 5 GiB. */
  partSize?: Size;
  /** How long each URL is good. Default '15m'. */
  expiresIn?: Duration;
  /** How long an upload may take, with all pauses. Default '7d'. */
  finishIn?: Duration;
  /** Limits of the links, where the bucket is on a Tidegate. */
  limits?: Limits;
  /** Seals the tokens. Default: derived from the credentials; give one when these change while uploads run. */
  secret?: string;
  /** Runs after the store confirmed the object, and again when the page did not get the answer: let it do the same twice. What it
   *  returns is what `upload()` resolves to. */
  complete?(object: UploadedObject, meta: Meta): Result | Promise<Result>;
  /** How the store is asked. Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** The clock, in milliseconds. For tests. */
  now?: () => number;
};

/** Bounds of sizes and times, as numbers. */
export type Rules = {
  readonly accept: readonly string[] | undefined;
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly partBytes: number | undefined;
  readonly urlSeconds: number;
  readonly finishMs: number;
};

const mebibyte = 1024 ** 2;
const largestPart = 5 * 1024 ** 3;
const mostNameChars = 1024;

const optionNames =
  'bucket authorize key accept maxSize minSize partSize expiresIn finishIn limits secret complete fetch now';

/** Reads the options once, so that a mistake in them shows at startup. @throws PresignError, RangeError */
export function readRules(options: Omit<UploadOptions<never, unknown>, 'authorize' | 'key' | 'complete'>): Rules {
  for (const option in options) {
    if (!optionNames.split(' ').includes(option))
      throw new PresignError('OptionInvalid', `uploadHandler: unknown option '${option}'.`, {
        option,
        hint: `Options: ${optionNames}`,
      });
  }
  const rules = {
    accept: options.accept,
    leastBytes: sizeBytes('minSize', options.minSize ?? 0),
    mostBytes: sizeBytes('maxSize', options.maxSize ?? '5GB'),
    partBytes: options.partSize === undefined ? undefined : sizeBytes('partSize', options.partSize),
    urlSeconds: durationSeconds('expiresIn', options.expiresIn ?? '15m'),
    finishMs: durationSeconds('finishIn', options.finishIn ?? '7d') * 1000,
  };
  const { leastBytes, mostBytes, partBytes = smallBytes } = rules;
  if (mostBytes > largestObject || leastBytes > mostBytes)
    throw new RangeError('minSize to maxSize is no range up to 5 TiB.');
  if (partBytes < 5 * mebibyte || partBytes > largestPart) throw new RangeError('partSize is not 5 MiB to 5 GiB.');
  return rules;
}

/** How a file is cut, or that it goes whole. */
export function planParts(
  sizeBytes: number,
  { partBytes }: Rules,
): { mode: 'put' | 'multipart'; partSize: number; parts: number } {
  if (sizeBytes < smallBytes) return { mode: 'put', partSize: sizeBytes, parts: 1 };
  const partSize = partBytesOf(sizeBytes, partBytes);
  return { mode: 'multipart', partSize, parts: Math.ceil(sizeBytes / partSize) };
}

/** The bytes of part `partNumber`. */
export function sizeOfPart(sizeBytes: number, partSize: number, partNumber: number): number {
  return Math.max(0, Math.min(partSize, sizeBytes - partSize * (partNumber - 1)));
}

/** What the page says of the file, in the form that is sealed. @throws UploadRefused */
export function readFile(given: unknown, meta: unknown): FileInfo {
  const { name, size, type, lastModified } = asRecord(given);
  const isFile =
    typeof name === 'string' &&
    name.length <= mostNameChars &&
    typeof size === 'number' &&
    Number.isSafeInteger(size) &&
    size >= 0 &&
    typeof type === 'string' &&
    type.length <= 255 &&
    typeof lastModified === 'number';
  if (!isFile) throw new UploadRefused(400, 'file needs name, size, type and lastModified.');
  return { name, size, type, lastModified, ...(meta === undefined ? {} : { meta }) };
}

/** @throws UploadRefused */
export function checkFile({ accept, leastBytes, mostBytes }: Rules, file: FileInfo): void {
  if (!isAccepted(accept, file)) {
    throw new UploadRefused(415, 'Files of this kind are not taken here.', {
      code: 'TypeNotAllowed',
      hint: `Choose one of: ${accept?.join(', ')}.`,
    });
  }
  checkSize({ leastBytes, mostBytes }, file.size);
}

/** @throws UploadRefused */
export function checkSize({ leastBytes, mostBytes }: Pick<Rules, 'leastBytes' | 'mostBytes'>, size: number): void {
  if (size > mostBytes) {
    throw new UploadRefused(413, `The file has ${size} bytes; at most ${mostBytes} are taken.`, {
      code: 'TooLarge',
      hint: 'Choose a smaller file.',
    });
  }
  if (size < leastBytes) {
    throw new UploadRefused(400, `The file has ${size} bytes; at least ${leastBytes} are wanted.`, {
      code: 'TooSmall',
      hint: 'Choose a larger file.',
    });
  }
}

/** The members of a JSON object; none of anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
