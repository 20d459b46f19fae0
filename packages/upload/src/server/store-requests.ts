import { type Bucket, PresignError, type SignedRequest } from '@tidegate/presign';
import type { StoredPart } from '../wire.ts';
import type { Claims } from './token.ts';
import { UploadRefused } from './upload-refused.ts';

/** What the store says of an object. */
export type StoredObject = {
  readonly size: number;
  readonly etag: string;
  readonly uploadedAs: string | undefined;
  readonly versionId: string | undefined;
};

type Answer = { readonly status: number; readonly headers: Headers; readonly text: string };

/** The name of the metadata that says which upload an object came by. */
export const uploadMetadata = 'upload';
/** A page of 1,000 parts is about a third of it. */
const mostAnswerChars = 4_194_304;
/** For requests that are made right away. Without the limits of the bucket's defaults: they are for those who get links. */
const own = { own: true, expiresIn: '5m', limits: {} } as const;

/** The one request of a small file, or a multipart upload that is under way, as the application asks the store about it. */
export class StoreRequests {
  readonly #bucket: Bucket;
  readonly #fetch: typeof fetch;

  constructor(bucket: Bucket, fetchOf: typeof fetch) {
    this.#bucket = bucket;
    this.#fetch = fetchOf;
  }

  /** Undefined when there is no such object. */
  async head({ key }: Claims<unknown>): Promise<StoredObject | undefined> {
    const url = this.#bucket.presignHead(key, own);
    const { status, headers } = await this.#ask('HEAD', { url, method: 'HEAD', headers: {} }, undefined, [404]);
    if (status === 404) return undefined;
    return {
      size: Number(headers.get('content-length')),
      etag: headers.get('etag') ?? '',
      uploadedAs: headers.get(`x-amz-meta-${uploadMetadata}`) ?? undefined,
      versionId: headers.get('x-amz-version-id') ?? undefined,
    };
  }

  /** Every part that the store has; undefined when it no longer has the upload. */
  async listParts({ key, uploadId = '' }: Claims<unknown>): Promise<StoredPart[] | undefined> {
    const found: StoredPart[] = [];
    for (;;) {
      const after = found.at(-1)?.partNumber;
      const request = this.#bucket.presignListParts({ key, uploadId }, after === undefined ? own : { ...own, after });
      const { status, text } = await this.#ask('ListParts', request, undefined, [404]);
      if (status === 404) return undefined;
      const page = readParts(text);
      found.push(...page);
      if (readElement(text, 'IsTruncated') !== 'true' || page.length === 0) return found;
    }
  }

  /** False when the store no longer has the upload: it was completed before, or given up. */
  async join({ key, uploadId = '' }: Claims<unknown>, parts: readonly StoredPart[]): Promise<boolean> {
    const request = this.#bucket.presignComplete({ key, uploadId }, parts, own);
    const { status, text } = await this.#ask('CompleteMultipartUpload', request, request.body, [404]);
    if (status === 404) return false;
    // S3 answers 200 before it knows how it ends.
    const code = readElement(text, 'Code');
    if (code !== undefined) throw refusedBy('CompleteMultipartUpload', status, text);
    return true;
  }

  /** Aborts a multipart upload. A missing one counts as aborted. */
  async giveUp({ key, uploadId = '' }: Claims<unknown>): Promise<void> {
    await this.#ask('AbortMultipartUpload', this.#bucket.presignAbort({ key, uploadId }, own), undefined, [404]);
  }

  /** Removes what was uploaded, and nothing that another upload put there. */
  async remove({ key }: Claims<unknown>, { versionId }: StoredObject): Promise<void> {
    const options = versionId === undefined || versionId === 'null' ? own : { ...own, versionId };
    await this.#ask('DeleteObject', this.#bucket.presignDelete(key, options), undefined, [404]);
  }

  async #ask(
    what: string,
    { url, method, headers }: Pick<SignedRequest, 'url' | 'method' | 'headers'>,
    body: string | undefined,
    also: readonly number[],
  ): Promise<Answer> {
    let answer: Answer;
    try {
      const asked = this.#fetch;
      const response = await asked(url, {
        method,
        headers,
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      });
      answer = { status: response.status, headers: response.headers, text: await readText(response) };
    } catch {
      // What fetch throws may hold the URL (SEC-517).
      throw new UploadRefused(502, `${what}: no answer from the store.`, {
        code: 'StoreRefused',
        hint: 'Is the endpoint of the bucket right, and does it run?',
      });
    }
    const { status, text } = answer;
    if ((status < 200 || status > 299) && !also.includes(status)) throw refusedBy(what, status, text);
    return answer;
  }
}

async function readText(response: Response): Promise<string> {
  const text = await response.text();
  if (text.length > mostAnswerChars) throw new Error('The answer is too long.');
  return text;
}

function refusedBy(what: string, status: number, text: string): UploadRefused {
  const reason = readElement(text, 'Reason') ?? readElement(text, 'Code') ?? String(status);
  // 503 is worth another try, and so is whatever was wrong inside.
  const answered = status >= 500 || status === 200 ? 503 : 502;
  return new UploadRefused(answered, `${what}: the store refused it: ${reason}.`, {
    code: 'StoreRefused',
    reason,
    hint: readElement(text, 'Hint'),
  });
}

/** The refusal that a failed start of a multipart upload is; anything else is the application's own mistake, and stays one. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof PresignError)) return error;
  // An application made the key of the file's name, and the name is one that no key can have.
  if (error.code === 'KeyInvalid') return new UploadRefused(400, 'The file needs another name.');
  if (error.code !== 'RequestFailed') return error;
  const { status = 0, storeCode, reason, hint } = error;
  const word = reason ?? storeCode;
  return new UploadRefused(status >= 500 ? 503 : 502, `The store did not begin the upload${word ? `: ${word}` : ''}.`, {
    code: 'StoreRefused',
    reason: word,
    hint,
  });
}

function readElement(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]{0,2048})</${name}>`).exec(xml)?.[1];
  return text?.replaceAll(/&(quot|amp|lt|gt|apos|#34|#x22|#39|#x27);/g, (_, entity) => entities[entity] ?? '');
}

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  '#34': '"',
  '#x22': '"',
  apos: "'",
  '#39': "'",
  '#x27': "'",
  amp: '&',
  lt: '<',
  gt: '>',
};

function readParts(xml: string): StoredPart[] {
  return xml
    .split('<Part>')
    .slice(1)
    .map((row) => ({
      partNumber: Number(readElement(row, 'PartNumber')),
      size: Number(readElement(row, 'Size')),
      etag: readElement(row, 'ETag') ?? '',
    }));
}
