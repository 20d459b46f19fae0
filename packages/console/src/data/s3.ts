import { ask, type Input } from './api.ts';
import { readXml, textOf, type XmlElement } from './xml.ts';

/** S3 refused, or could not be reached. Its message is for people. */
export class S3Refused extends Error {
  override readonly name = 'S3Refused';
  /** 0: no answer came. */
  readonly status: number;
  /** As S3 names it: `AccessDenied`; empty where the answer had no body. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

type Signing = Input<'signRequest'>;

/** A request to S3. Its headers are signed with it. */
export type S3Request = {
  readonly method: Signing['method'];
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Has the server sign a request with the key of who is signed in. @throws ApiError */
export function signS3(
  { method, bucket, key, query, headers }: S3Request,
  signal?: AbortSignal,
): Promise<{ url: string; headers: Record<string, string> }> {
  const wanted = {
    method,
    ...(bucket !== undefined && { bucket }),
    ...(key !== undefined && { key }),
    ...(query !== undefined && { query: { ...query } }),
    ...(headers !== undefined && { headers: { ...headers } }),
  };
  return ask('signRequest', wanted, signal === undefined ? {} : { signal });
}

/** Sends a request to S3, which never passes the console's own origin. @throws S3Refused, ApiError */
export async function s3(request: S3Request & { body?: BodyInit }, signal?: AbortSignal): Promise<Response> {
  const { url, headers } = await signS3(request, signal);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: request.method,
      headers,
      credentials: 'omit',
      // Under one address there may be something else a moment later.
      cache: 'no-store',
      ...(request.body !== undefined && { body: request.body }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new S3Refused(0, '', "This browser can't reach the S3 endpoint.");
  }
  if (!answer.ok) throw refusalOf(answer.status, await answer.text(), answer.headers.get('x-amz-error-code') ?? '');
  return answer;
}

/** What an answer that is no success says. */
export function refusalOf(status: number, body: string, code = ''): S3Refused {
  try {
    const root = readXml(body);
    return new S3Refused(status, textOf(root, 'Code'), textOf(root, 'Message'));
  } catch {
    return new S3Refused(status, code, code === '' ? `S3 answered ${status}.` : `S3 answered ${status} ${code}.`);
  }
}

/** The document that S3 answers. Errors come with status 200 too, where an answer had to begin before it was known. */
export async function s3Document(request: S3Request & { body?: BodyInit }, signal?: AbortSignal): Promise<XmlElement> {
  const answer = await s3(request, signal);
  const text = await answer.text();
  const root = readXml(text);
  if (root.name === 'Error') throw refusalOf(answer.status, text);
  return root;
}

/** A URL for images, players and downloads, which cannot send headers of their own. It appears in the ledger and expires within minutes. */
export async function s3Url(
  bucket: string,
  key: string,
  {
    versionId,
    saveAs,
    inline,
  }: {
    readonly versionId?: string | undefined;
    readonly saveAs?: string;
    /** Shown, also if it was stored to be saved. */
    readonly inline?: true;
  } = {},
): Promise<string> {
  const wanted: Signing = {
    method: 'GET',
    bucket,
    key,
    as: 'url',
    ...(versionId !== undefined && { query: { versionId } }),
    ...(saveAs !== undefined && { saveAs }),
    ...(inline && { inline }),
  };
  return (await ask('signRequest', wanted)).url;
}
