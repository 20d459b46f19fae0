import type { Limits } from '../limits/limit-rows.ts';
import { attachment } from '../values/attachment.ts';
import { memberPairs, metadataPairs, type Pair } from '../values/member-pairs.ts';
import { checkString } from '../values/option-checks.ts';
import { fail } from '../values/presign-error.ts';
import { sizeBytes } from '../values/size.ts';
import { checkKey } from './given.ts';
import { wholeSeconds } from './lifetime.ts';
import type { CommonOptions, GetOptions, ListOptions, PutOptions, SignedRequest } from './options.ts';
import { writeQuery } from './presign.ts';
import type { Draft, Signed, Signer } from './signer.ts';

/** The links to one object, or to one listing. */
export interface LinkBucket {
  readonly name: string;
  /** URL to download `key`. Give it to a browser, curl, anyone. */
  presignGet(key: string, options?: GetOptions): string;
  /** URL for the headers only. Never consumes a use. */
  presignHead(key: string, options?: CommonOptions): string;
  /** URL of a listing, as XML. For a page that people can read, use `presignGet` with `limits.grant`. */
  presignList(options?: ListOptions): string;
  /** Request that deletes one object, or one version with `versionId`. */
  presignDelete(key: string, options?: CommonOptions): SignedRequest;
  /** Request that uploads one object of at most 5 GiB. `fetch(put.url, { ...put, body })`. */
  presignPut(key: string, options?: PutOptions): SignedRequest;
}

const none: CommonOptions = {};
/** S3 counts parts from 1 to 10,000. */
const partMost = 10_000;

/** @throws PresignError OptionInvalid */
export function checkPartNumber(partNumber: number): string {
  if (!(Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= partMost))
    fail('OptionInvalid', `${partNumber} is not a part number from 1 to 10000.`, 'partNumber');
  return String(partNumber);
}

/** What the client must do, of what was signed: it sends `content-length` by itself (`SignedRequest.headers`). */
export function requestOf(method: SignedRequest['method'], { url, headers, expiresAtMs }: Signed): SignedRequest {
  const shown = headers.filter(([name]) => name !== 'content-length');
  return { url, method, headers: Object.fromEntries(shown), expiresAt: new Date(expiresAtMs) };
}

const shownAs = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'contentType',
  'expires',
] as const;
const getNames = 'download contentType cacheControl contentLanguage contentEncoding expires partNumber';
/** What `presignPut` and `createUpload` take. */
export const putNames =
  'type size maxSize overwrite cacheControl contentDisposition contentEncoding metadata tags checksum';
const stored = ['cacheControl', 'contentDisposition', 'contentEncoding'] as const;
const listed = ['continuationToken', 'delimiter', 'maxKeys', 'prefix', 'startAfter'] as const;
const ofList = 'continuationToken delimiter maxKeys prefix startAfter';

function getQuery(key: string, options: GetOptions): Pair[] {
  checkKey(key);
  const { download, expires, partNumber } = options;
  if (download && download !== true) checkString(download, 'download');
  if (expires) wholeSeconds('expires', expires);
  const shown = {
    ...options,
    contentDisposition: download
      ? attachment(download === true ? key.slice(key.lastIndexOf('/') + 1) : download)
      : undefined,
    expires: expires?.toUTCString(),
  };
  const query = memberPairs(shown, shownAs, 'response-');
  for (const [name, value] of query) {
    // SIG-104: a store refuses them when the link is used.
    if (/[\r\n]/.test(value)) fail('OptionInvalid', `${name} has a line break.`, name, 'Leave it out.');
  }
  if (partNumber !== undefined) query.push(['partNumber', checkPartNumber(partNumber)]);
  return query;
}

/** The headers that say what an object is, in `presignPut` and when a multipart upload starts. */
export function objectHeaders(options: PutOptions): Pair[] {
  const { type, metadata, tags } = options;
  const headers = [...memberPairs(options, stored), ...metadataPairs(metadata)];
  if (type !== undefined) {
    checkString(type, 'type');
    headers.push(['content-type', type]);
  }
  if (tags) headers.push(['x-amz-tagging', writeQuery(Object.entries(tags))]);
  return headers;
}

function putHeaders(options: PutOptions): Pair[] {
  const { size, overwrite, checksum } = options;
  const headers = objectHeaders(options);
  if (size !== undefined) headers.push(['content-length', String(sizeBytes('size', size))]);
  if (overwrite === false) headers.push(['if-none-match', '*']);
  if (checksum) headers.push([`x-amz-checksum-${checksum.algorithm.toLowerCase()}`, checksum.value]);
  return headers;
}

/** The limits of an upload: those given, and those that `maxSize` and `overwrite` stand for. */
export function putLimits(signer: Signer, { limits, maxSize, overwrite }: PutOptions): Limits | undefined {
  const given = limits ?? signer.config.defaults?.limits;
  const writeOnce =
    overwrite === false && signer.places().store === 'tidegate' && signer.config.signatureVersion !== 'v2';
  if (maxSize === undefined && !writeOnce) return given;
  return {
    ...given,
    ...(maxSize !== undefined && { maxBytes: sizeBytes('maxSize', maxSize) }),
    ...(writeOnce && { writeOnce }),
  };
}

/** Signs links to one object, or to one listing, for `signer`. */
export function linkBucket(signer: Signer): LinkBucket {
  const request = (draft: Draft): SignedRequest => requestOf(draft.method, signer.sign(draft));
  return {
    name: signer.name,
    presignGet: (key, options = none) =>
      signer.sign({
        method: 'GET',
        key,
        options,
        names: getNames,
        query: options === none ? [] : getQuery(key, options),
      }).url,
    presignHead: (key, options = none) => signer.sign({ method: 'HEAD', key, options }).url,
    presignDelete: (key, options = none) => request({ method: 'DELETE', key, options }),
    presignPut: (key, options = {}) =>
      request({
        method: 'PUT',
        key,
        options,
        names: putNames,
        headers: putHeaders(options),
        limits: putLimits(signer, options),
      }),
    presignList: (options = {}) =>
      signer.sign({
        method: 'GET',
        options,
        names: ofList,
        query: [['list-type', '2'], ...memberPairs(options, listed)],
      }).url,
  };
}
