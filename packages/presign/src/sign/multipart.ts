import type { Pair } from '../values/member-pairs.ts';
import { checkText } from '../values/option-checks.ts';
import { fail, PresignError } from '../values/presign-error.ts';
import { sizeBytes } from '../values/size.ts';
import { checkKey } from './given.ts';
import { checkPartNumber, objectHeaders, putLimits, putNames, requestOf } from './links.ts';
import type { CommonOptions, PartsOptions, PutOptions, SignedPart, SignedRequest, Upload } from './options.ts';
import type { Signer } from './signer.ts';

/** How much of an answer is read: a refusal is far smaller. */
const answerMost = 65_536;

const createNames = `${putNames} fetch`;
const partsNames = 'parts sizes';
const listNames = 'after';

function refuse(option: string, what: string, hint: string): never {
  fail('OptionInvalid', what, option, hint);
}

/** What can be said when the upload begins, before there is a body. */
function checkCreateOptions(signer: Signer, { size, checksum, overwrite }: PutOptions): void {
  if (size !== undefined)
    refuse(
      'size',
      'size is not known to a multipart upload before it ends.',
      'Use maxSize, or `sizes` with presignParts.',
    );
  if (checksum)
    refuse(
      'checksum',
      'A checksum of the whole body is not signed when an upload begins.',
      'Leave it out, or use presignPut.',
    );
  if (overwrite === false && signer.places().store !== 'tidegate') {
    refuse(
      'overwrite',
      'overwrite: false is decided when the upload ends.',
      "Pass headers: { 'if-none-match': '*' } to presignComplete.",
    );
  }
}

/**
 * Starts a multipart upload with a presigned request, so that its limits hold for every part and the end.
 * @throws PresignError RequestFailed, and what signing throws
 */
export async function createUpload(
  signer: Signer,
  key: string,
  options: PutOptions & { fetch?: typeof fetch },
): Promise<Upload> {
  checkCreateOptions(signer, options);
  const signed = signer.sign({
    method: 'POST',
    key,
    options,
    names: createNames,
    query: [['uploads', '']],
    headers: objectHeaders(options),
    limits: putLimits(signer, options),
    own: true,
  });
  const { url, headers, method } = requestOf('POST', signed);
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(url, { method, headers });
    text = (await response.text()).slice(0, answerMost);
  } catch (cause) {
    const { host } = signer.places().own;
    throw new PresignError('RequestFailed', `createUpload: no answer from '${host}'.`, {
      cause,
      hint: 'Is the endpoint right, and does it run?',
    });
  }
  const { status } = response;
  const uploadId = response.ok ? readElement(text, 'UploadId') : undefined;
  if (uploadId) return { key, uploadId };
  const storeCode = readElement(text, 'Code');
  const reason = readElement(text, 'Reason');
  throw new PresignError(
    'RequestFailed',
    `createUpload: ${status} ${storeCode ?? 'without an upload id'}${reason ? ` (${reason})` : ''}`,
    { status, storeCode, reason, hint: readElement(text, 'Hint') ?? '' },
  );
}

/** A request of an upload that was started. */
function uploadRequest(
  signer: Signer,
  method: SignedRequest['method'],
  upload: Upload,
  options: CommonOptions,
  names = '',
  query: readonly Pair[] = [],
  headers: readonly Pair[] = [],
): SignedRequest {
  const { key, uploadId }: Upload = Object(upload);
  checkKey(key);
  checkText(uploadId, 'uploadId');
  const named: Pair[] = [...query, ['uploadId', uploadId]];
  return requestOf(method, signer.sign({ method, key, options, names, query: named, headers }));
}

/** One signed request for each part. @throws PresignError */
export function presignParts(signer: Signer, upload: Upload, options: PartsOptions): SignedPart[] {
  const { parts, sizes } = options;
  const numbers: number[] = [];
  if (Array.isArray(parts)) numbers.push(...parts);
  else if (!parts) refuse('parts', 'parts is missing.', 'Give part numbers, or { from, to }.');
  else for (let part = parts.from, last = Number(checkPartNumber(parts.to)); part <= last; part++) numbers.push(part);
  if (!numbers.length) refuse('parts', 'parts names no part.', 'Parts are counted from 1 to 10000.');
  if (sizes && sizes.length !== numbers.length)
    refuse('sizes', `sizes has ${sizes.length} entries for ${numbers.length} parts.`, 'Give one size for each part.');
  return numbers.map((partNumber, at) => {
    const size = sizes?.[at];
    const headers = size === undefined ? [] : [['content-length', String(sizeBytes(`sizes[${at}]`, size))] as const];
    const query = [['partNumber', checkPartNumber(partNumber)] as const];
    return { ...uploadRequest(signer, 'PUT', upload, options, partsNames, query, headers), partNumber };
  });
}

/** Request that joins the parts. `body` is the XML when `parts` is given. @throws PresignError */
export function presignComplete(
  signer: Signer,
  upload: Upload,
  parts: readonly { partNumber: number; etag: string }[] | undefined,
  options: CommonOptions,
): SignedRequest & { body?: string } {
  const request = uploadRequest(signer, 'POST', upload, options);
  if (!parts) return request;
  const rows = parts
    .toSorted((a, b) => a.partNumber - b.partNumber)
    .map(
      ({ partNumber, etag }) =>
        `<Part><PartNumber>${checkPartNumber(partNumber)}</PartNumber><ETag>${writeText(etag)}</ETag></Part>`,
    );
  const space = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return { ...request, body: `<CompleteMultipartUpload xmlns="${space}">${rows.join('')}</CompleteMultipartUpload>` };
}

/** Request that gives the upload up. @throws PresignError */
export function presignAbort(signer: Signer, upload: Upload, options: CommonOptions): SignedRequest {
  return uploadRequest(signer, 'DELETE', upload, options);
}

/** Request that lists the parts that the store has, behind part number `after`. @throws PresignError */
export function presignListParts(
  signer: Signer,
  upload: Upload,
  options: CommonOptions & { after?: number },
): SignedRequest {
  const { after } = options;
  const query = after ? [['part-number-marker', checkPartNumber(after)] as const] : [];
  return uploadRequest(signer, 'GET', upload, options, listNames, query);
}

/** The little XML that a signer meets: texts of one level in a store's answer, and texts written into a body. */

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** The text of the first element `name` without attributes or children; `undefined` when there is none. S3's answers need no more. */
function readElement(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const from = start + name.length + 2;
  const end = xml.indexOf(`</${name}>`, from);
  if (start < 0 || end < 0) return undefined;
  return xml.slice(from, end).replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, word) => {
    if (word !== undefined) return entities[word] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return point > 0x10ffff ? whole : String.fromCodePoint(point);
  });
}

/** Text as the content of an element. */
function writeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
