import { type Bucket, PresignError } from '@tidegate/presign';
import { storedType } from '../accept.ts';
import type { FileInfo, ListAnswer, PartRequest, SignAnswer, StartAnswer } from '../wire.ts';
import { completeUpload } from './complete-upload.ts';
import { tidyName } from './object-key.ts';
import {
  asRecord,
  checkFile,
  planParts,
  type Rules,
  readFile,
  readRules,
  sizeOfPart,
  type UploadOptions,
} from './rules.ts';
import { refusalOf, StoreRequests, uploadMetadata } from './store-requests.ts';
import { type Claims, openToken, sealToken, secretOf } from './token.ts';
import { UploadRefused, writeAnswer, writeRefused } from './upload-refused.ts';

/** At most so many parts are signed at once: they are good for minutes. */
const mostSigned = 50;
/** 10,000 parts with their entity tags are two thirds of it. */
const mostBodyBytes = 1_048_576;
/** How many results are kept for a page that asks again. */
const mostResults = 256;

/** What one request works with. */
type HandlerContext<Meta, Result> = {
  readonly options: UploadOptions<Meta, Result>;
  readonly rules: Rules;
  readonly bucket: Bucket;
  readonly store: StoreRequests;
  readonly secret: string;
  readonly nowMs: number;
  /** Uploads that were completed here, by id: a page that did not get the answer gets the same. */
  readonly results: Map<string, Promise<Result | undefined>>;
};

/**
 * Answers the requests of `@tidegate/upload`: `POST` with JSON. No byte of a file passes through it, and it keeps no state that
 * an upload needs. What `authorize`, `key` or `complete` throw beside `UploadRefused` is thrown on.
 * @throws PresignError, RangeError at once, for an unknown option or an invalid size or duration
 */
export function uploadHandler<Meta, Result>(
  options: UploadOptions<Meta, Result>,
): (request: Request) => Promise<Response> {
  const rules = readRules(options);
  const results: HandlerContext<Meta, Result>['results'] = new Map();
  const secrets = new WeakMap<Bucket, string>();
  return async (request) => {
    try {
      const body = await readBody(request);
      const bucket = typeof options.bucket === 'function' ? await options.bucket(request) : options.bucket;
      const secret = options.secret ?? secrets.get(bucket) ?? secretOf(bucket);
      // A bucket whose credentials are a function signs with others later; tokens of the first ones must stay good.
      secrets.set(bucket, secret);
      const store = new StoreRequests(bucket, options.fetch ?? fetch);
      const nowMs = (options.now ?? Date.now)();
      return writeAnswer(200, await act({ options, rules, bucket, store, secret, nowMs, results }, request, body));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal instanceof UploadRefused) return writeRefused(refusal);
      throw refusal;
    }
  };
}

/** A form of another site cannot send JSON: what acts with a cookie's rights must be asked by a script that CORS allows. */
async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (request.method !== 'POST') throw new UploadRefused(405, 'Uploads are asked for by POST.');
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw new UploadRefused(415, 'The body must be application/json.');
  const decoder = new TextDecoder();
  let text = '';
  let readBytes = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) break;
    readBytes += value.byteLength;
    if (readBytes > mostBodyBytes) {
      await reader?.cancel();
      throw new UploadRefused(413, 'The body is too long.');
    }
    text += decoder.decode(value, { stream: true });
  }
  try {
    return asRecord(JSON.parse(text + decoder.decode()));
  } catch {
    throw new UploadRefused(400, 'The body is no JSON.');
  }
}

async function act<Meta, Result>(
  context: HandlerContext<Meta, Result>,
  request: Request,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { action } = body;
  if (action === 'start') return start(context, request, readFile(body['file'], body['meta']));
  if (action !== 'sign' && action !== 'list' && action !== 'complete' && action !== 'abort')
    throw new UploadRefused(400, 'action is none of start, sign, list, complete, abort.');
  const claims = openToken<Meta>(context.secret, body['token'], context.bucket.name, context.nowMs);
  await context.options.authorize(request, claims.file);
  if (action === 'sign') return sign(context, claims, body['parts']);
  if (action === 'list') return list(context, claims);
  if (action === 'abort') return abort(context, claims);
  return { result: await complete(context, claims, body['parts']) };
}

async function start<Meta, Result>(
  context: HandlerContext<Meta, Result>,
  request: Request,
  file: FileInfo,
): Promise<StartAnswer> {
  const { options, rules, bucket, secret, nowMs } = context;
  const meta = await options.authorize(request, file);
  checkFile(rules, file);
  const id = crypto.randomUUID();
  const key = options.key ? options.key(file, meta) : `${crypto.randomUUID()}/${tidyName(file.name)}`;
  // JavaScript may forget the `return`.
  if (typeof key !== 'string' || !key)
    throw new PresignError('OptionInvalid', 'uploadHandler: key() did not return a non-empty string.', {
      option: 'key',
    });
  const { mode, partSize, parts } = planParts(file.size, rules);
  const plain = { id, bucket: bucket.name, key, file, partSize, parts, meta, endsAtMs: nowMs + rules.finishMs };
  // A token that is too long is refused before the store is asked for anything.
  let token = sealToken(secret, { ...plain, uploadId: mode === 'put' ? '' : 'x'.repeat(512) });
  const answer = { bucket: bucket.name, partSize, parts, mode, validForMs: rules.urlSeconds * 1000 };
  if (mode === 'put') {
    token = sealToken(secret, plain);
    return { ...answer, token, put: signPut(context, plain) };
  }
  const { uploadId } = await bucket.createUpload(key, {
    type: storedType(rules.accept, file.type),
    metadata: { [uploadMetadata]: id },
    expiresIn: rules.urlSeconds,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  return { ...answer, token: sealToken(secret, { ...plain, uploadId }) };
}

/** Size, type and the upload's id are signed: the store takes nothing else. */
function signPut<Meta, Result>(
  { bucket, options, rules }: HandlerContext<Meta, Result>,
  { key, id, file }: Claims<Meta>,
): PartRequest {
  const { url, headers } = bucket.presignPut(key, {
    type: storedType(rules.accept, file.type),
    size: file.size,
    metadata: { [uploadMetadata]: id },
    expiresIn: rules.urlSeconds,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return { partNumber: 1, url, headers };
}

function sign<Meta, Result>(context: HandlerContext<Meta, Result>, claims: Claims<Meta>, wanted: unknown): SignAnswer {
  const { key, uploadId, file, partSize, parts } = claims;
  const numbers: number[] = Array.isArray(wanted) ? wanted : [];
  const areParts = numbers.every((part) => Number.isInteger(part) && part >= 1 && part <= parts);
  if (numbers.length < 1 || numbers.length > mostSigned || !areParts)
    throw new UploadRefused(400, `parts must name 1 to ${mostSigned} of the ${parts} parts.`);
  const validForMs = context.rules.urlSeconds * 1000;
  if (uploadId === undefined) return { parts: [signPut(context, claims)], validForMs };
  const signed = context.bucket.presignParts(
    { key, uploadId },
    {
      parts: numbers,
      sizes: numbers.map((part) => sizeOfPart(file.size, partSize, part)),
      expiresIn: context.rules.urlSeconds,
    },
  );
  return { parts: signed.map(({ partNumber, url, headers }) => ({ partNumber, url, headers })), validForMs };
}

async function list<Meta, Result>({ store }: HandlerContext<Meta, Result>, claims: Claims<Meta>): Promise<ListAnswer> {
  const { id, bucket, file, partSize, parts: total } = claims;
  const answer = { bucket, partSize, total };
  const stored = claims.uploadId === undefined ? undefined : await store.listParts(claims);
  if (stored !== undefined) return { ...answer, parts: stored };
  const object = await store.head(claims);
  if (object?.uploadedAs === id) {
    // All is there: what is left to ask for is `complete`.
    const numbers = Array.from({ length: total }, (_, at) => at + 1);
    const parts = numbers.map((partNumber) => ({
      partNumber,
      size: sizeOfPart(file.size, partSize, partNumber),
      etag: '',
    }));
    return { ...answer, parts };
  }
  if (claims.uploadId === undefined) return { ...answer, parts: [] };
  throw new UploadRefused(410, 'The store no longer has this upload.', {
    code: 'LinkExpired',
    hint: 'Start it again.',
  });
}

function complete<Meta, Result>(
  { options, rules, store, results }: HandlerContext<Meta, Result>,
  claims: Claims<Meta>,
  parts: unknown,
): Promise<Result | undefined> {
  const known = results.get(claims.id);
  if (known !== undefined) return known;
  const result = completeUpload(store, rules, claims, parts).then((object) => options.complete?.(object, claims.meta));
  results.set(claims.id, result);
  result.catch(() => results.delete(claims.id));
  for (const [oldest] of results) {
    if (results.size <= mostResults) break;
    results.delete(oldest);
  }
  return result;
}

/** A completed upload stays: the application knows of it. */
async function abort<Meta, Result>(
  { store, results }: HandlerContext<Meta, Result>,
  claims: Claims<Meta>,
): Promise<Record<string, never>> {
  if (results.has(claims.id)) return {};
  if (claims.uploadId !== undefined) {
    await store.giveUp(claims);
    return {};
  }
  const object = await store.head(claims);
  if (object?.uploadedAs === claims.id) await store.remove(claims, object);
  return {};
}
