import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { signHeaders } from '@tidegate/presign';
import { uriEncode, uriEncodePath } from '@tidegate/presign/internal';
import { readXmlTree, type XmlElement } from '@tidegate/protocol';
import { CliError, exitCodes } from '../core/errors.ts';
import type { Connection } from './connection.ts';
import { type HttpAnswer, type HttpOptions, readDocumentText, sendWithRetries } from './http-client.ts';
import { answerFailure } from './s3-answer.ts';

/** One request to the store, before it is signed. */
export type S3Request = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** Absent: the service itself. */
  readonly bucket?: string;
  readonly key?: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: S3Body | undefined;
  /** What the request is about, for failures: `reports/q3.pdf`. */
  readonly about: string;
};

/** A body in memory, or one that is opened for each try. Its SHA-256 is signed, so that a changed body is refused. */
export type S3Body =
  | Uint8Array
  | {
      readonly open: () => Readable;
      readonly sizeBytes: number;
      readonly sha256: string;
      /** In hex, where parts are compared with those that the store has. */
      readonly md5?: string;
      /** In base64, where the store keeps a checksum. */
      readonly crc64?: string;
    };

const emptySha256 = createHash('sha256').update('').digest('hex');

/** Talks to one store: signs in the header, sends the key's bytes as they are, turns refusals into failures. */
export class S3Client {
  readonly connection: Connection;
  readonly #http: HttpOptions;
  readonly #nowMs: () => number;

  constructor(connection: Connection, http: HttpOptions, nowMs: () => number) {
    this.connection = connection;
    this.#http = http;
    this.#nowMs = nowMs;
  }

  /** The same client for what must still be said after Ctrl-C. A second Ctrl-C ends the process. */
  afterInterrupt(): S3Client {
    return new S3Client(this.connection, { ...this.#http, signal: new AbortController().signal }, this.#nowMs);
  }

  /** Sends, and answers whatever comes, refusals too. @throws CliError not reachable */
  send(request: S3Request): Promise<HttpAnswer> {
    const url = this.urlOf(request);
    return this.sendTo(url, request);
  }

  /** Sends to a URL of the same store that is no bucket's: the admin API. */
  sendTo(url: string, request: Omit<S3Request, 'bucket' | 'key' | 'query'>): Promise<HttpAnswer> {
    const { connection } = this;
    const { body } = request;
    const headers: Record<string, string> = { ...request.headers };
    let payloadHash = emptySha256;
    if (body !== undefined) {
      const isBytes = body instanceof Uint8Array;
      payloadHash = isBytes ? createHash('sha256').update(body).digest('hex') : body.sha256;
      headers['content-length'] = String(isBytes ? body.length : body.sizeBytes);
    }
    const signed = signHeaders({
      method: request.method,
      url,
      headers,
      payloadHash,
      credentials: connection.credentials,
      region: connection.region,
      at: new Date(this.#nowMs()),
    });
    return sendWithRetries(
      { method: request.method, url, headers: signed, body: body instanceof Uint8Array ? body : body?.open },
      this.#http,
    );
  }

  /** Sends, and has an answer of 2xx. @throws CliError for refusals too */
  async ask(request: S3Request): Promise<HttpAnswer> {
    const answer = await this.send(request);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw await answerFailure(answer, request.about, this.connection);
  }

  /** Sends a request and reads the document in the response. @throws CliError if it is not the expected document */
  async askDocument(request: S3Request): Promise<XmlElement> {
    const answer = await this.ask(request);
    const text = await readDocumentText(answer);
    const root = readXmlTree(text);
    if (root === undefined) {
      throw new CliError({
        exit: exitCodes.unreachable,
        what: `${this.connection.endpoint} returned ${answer.status} without an XML document.`,
        fix: 'Is it an S3 server?  tidegate doctor',
      });
    }
    // CompleteMultipartUpload and CopyObject may answer 200 first and fail then.
    if (root.name === 'Error') throw await answerFailure(answer, request.about, this.connection, text);
    return root;
  }

  /** The URL of a request; the key as it is, each byte but `/` and the unreserved ones encoded. */
  urlOf({ bucket, key = '', query = [] }: Pick<S3Request, 'bucket' | 'key' | 'query'>): string {
    const pairs = query.map(([name, value]) =>
      value === '' ? uriEncode(name) : `${uriEncode(name)}=${uriEncode(value)}`,
    );
    const tail = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    const { endpoint, style } = this.connection;
    if (bucket === undefined) return `${endpoint}/${tail}`;
    const path = uriEncodePath(key);
    // A name that is no bucket's goes into the path, encoded: the store says what is wrong with it.
    const isVirtual = style === 'virtual' && /^[a-z0-9-]+$/.test(bucket);
    if (isVirtual) return `${endpoint.replace('://', `://${bucket}.`)}/${path}${tail}`;
    return `${endpoint}/${uriEncode(bucket)}${path === '' ? '' : `/${path}`}${tail}`;
  }
}
