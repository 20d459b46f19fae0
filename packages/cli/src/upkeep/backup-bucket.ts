import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type {
  BackupBucket,
  BackupContent,
  BackupObject,
  OpenedObject,
  OpenUpload,
  PutCondition,
} from '@tidegate/server';
import { CliError, exitCodes, Interrupted, wrongUse } from '../core/errors.ts';
import type { HttpAnswer } from '../s3/http-client.ts';
import { listAll, listUploads } from '../s3/listing.ts';
import { answerFailure, headerText, readRefusal } from '../s3/s3-answer.ts';
import type { S3Body, S3Client } from '../s3/s3-client.ts';
import { deletedAtOnce, deleteMany } from '../transfer/delete-many.ts';
import { uploadParts } from '../transfer/multipart.ts';
import { copyInStore } from '../transfer/store-copy.ts';

/** Above this size an object goes in parts. */
const singleMostBytes = 64 * 1024 * 1024;
const partLeastBytes = 16 * 1024 * 1024;
/** Of 10,000 that S3 has; one object is at most 5 TiB. */
const partsMost = 9_000;
/** How often a download that was cut is asked for again without a byte in between. */
const triesMost = 4;

/** The header that says what the bytes of a backup's object hash to, on every S3 store: not all of them keep checksums. */
const hashHeader = 'x-amz-meta-sha256';

/** Whether an argument names a bucket rather than a folder. */
export function isBucketPlace(argument: string): boolean {
  return argument.startsWith('s3://');
}

/** A prefix of a bucket of any S3 store, as a place for backups. */
export class S3BackupBucket implements BackupBucket {
  readonly address: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly #client: S3Client;

  /** @param argument `s3://bucket/prefix`; a slash at its end makes no difference */
  constructor(client: S3Client, argument: string) {
    const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*?)\/*$/s.exec(argument) ?? [];
    if (bucket === '') throw wrongUse(`"${argument}" names no bucket.`, 'Write  s3://bucket/prefix');
    this.bucket = bucket;
    this.prefix = path === '' ? '' : `${path}/`;
    this.address = path === '' ? `s3://${bucket}` : `s3://${bucket}/${path}`;
    this.#client = client;
  }

  async *list(): AsyncGenerator<BackupObject> {
    for await (const { key, sizeBytes } of listAll(this.#client, this)) {
      yield { name: key.slice(this.prefix.length), sizeBytes };
    }
  }

  async *listUploads(): AsyncGenerator<OpenUpload> {
    try {
      for await (const { key, uploadId } of listUploads(this.#client, this.bucket, this.prefix)) {
        yield { name: key.slice(this.prefix.length), uploadId };
      }
    } catch (error) {
      // A right of its own, and not on every store: then what others began stays.
      if (!(error instanceof CliError) || error.parts.exit !== exitCodes.refused) throw error;
    }
  }

  async put(name: string, content: BackupContent, condition?: PutCondition): Promise<'stored' | 'changed'> {
    const headers = { 'content-type': 'application/octet-stream', [hashHeader]: content.sha256 };
    if (content.sizeBytes > singleMostBytes && condition === undefined) {
      await this.#putParts(name, content, headers);
      return 'stored';
    }
    const put = (more: Readonly<Record<string, string>>): Promise<HttpAnswer> =>
      this.#client.send({
        method: 'PUT',
        ...this.#placeOf(name),
        headers: { ...headers, ...more, ...checksumHeader(content.sha256) },
        body: bodyOf(content, 0, content.sizeBytes, content.sha256),
      });
    const answer = await put(headersOf(condition));
    if (condition !== undefined && (answer.status === 412 || answer.status === 409)) {
      answer.body.resume();
      return 'changed';
    }
    if (condition === undefined || answer.status !== 501) {
      await this.#expect(answer, name);
      return 'stored';
    }
    // A store that knows no such conditions. To look first leaves a moment in which it may change.
    answer.body.resume();
    const there = await this.#head(name);
    if ((there === undefined ? undefined : headerText(there, 'etag')) !== etagOf(condition)) return 'changed';
    await this.#expect(await put({}), name);
    return 'stored';
  }

  async get(name: string): Promise<OpenedObject | undefined> {
    const answer = await this.#client.send({ method: 'GET', ...this.#placeOf(name) });
    if (answer.status === 404) {
      const refusal = await readRefusal(answer);
      if (refusal.code === 'NoSuchKey') return undefined;
      throw new CliError({
        exit: exitCodes.notFound,
        what: `Bucket ${this.bucket} does not exist.`,
        code: refusal.code,
        status: 404,
      });
    }
    if (answer.status !== 200) throw await answerFailure(answer, this.#about(name), this.#client.connection);
    const sizeBytes = Number(headerText(answer, 'content-length') ?? Number.NaN);
    const etag = headerText(answer, 'etag') ?? '';
    return { sizeBytes, etag, bytes: this.#read(name, answer, sizeBytes, etag) };
  }

  async hashOf(name: string): Promise<string | undefined> {
    const head = await this.#head(name);
    return head === undefined ? undefined : headerText(head, hashHeader);
  }

  async copyFrom(source: BackupBucket, name: string): Promise<number | undefined> {
    try {
      const { sizeBytes } = await copyInStore({
        client: this.#client,
        source: { bucket: source.bucket, key: `${source.prefix}${name}` },
        bucket: this.bucket,
        key: `${this.prefix}${name}`,
        condition: {},
        headers: {},
        parallel: 2,
        keepParts: false,
      });
      return sizeBytes;
    } catch (error) {
      if (error instanceof CliError && error.parts.exit === exitCodes.notFound) return undefined;
      throw error;
    }
  }

  async remove(names: readonly string[], uploads: readonly OpenUpload[]): Promise<void> {
    for (let start = 0; start < names.length; start += deletedAtOnce) {
      const group = names.slice(start, start + deletedAtOnce);
      await deleteMany(
        this.#client,
        this.bucket,
        group.map((name) => ({ key: `${this.prefix}${name}` })),
      );
    }
    for (const { name, uploadId } of uploads) {
      const query = [['uploadId', uploadId]] as const;
      const answer = await this.#client.send({ method: 'DELETE', ...this.#placeOf(name), query });
      // One that ended in the meantime is gone already.
      if (answer.status === 404) answer.body.resume();
      else await this.#expect(answer, name);
    }
  }

  async #putParts(name: string, content: BackupContent, headers: Readonly<Record<string, string>>): Promise<void> {
    const partBytes = Math.max(partLeastBytes, Math.ceil(content.sizeBytes / partsMost));
    const parts = function* () {
      for (let start = 0; start < content.sizeBytes; start += partBytes) {
        const end = Math.min(content.sizeBytes, start + partBytes);
        yield async () => bodyOf(content, start, end, await hashOfRange(content, start, end));
      }
    };
    const { bucket, key } = this.#placeOf(name);
    await uploadParts(parts(), {
      client: this.#client,
      bucket,
      key,
      headers,
      parallel: 2,
      keepParts: false,
      partHashes: true,
    });
  }

  async *#read(name: string, first: HttpAnswer, sizeBytes: number, etag: string): AsyncGenerator<Uint8Array> {
    let [answer, readBytes, tries] = [first, 0, 1];
    for (;;) {
      try {
        for await (const chunk of answer.body) {
          readBytes += chunk.length;
          tries = 1;
          yield chunk;
        }
      } catch (error) {
        if (error instanceof Error && error.name === 'AbortError') throw new Interrupted();
      }
      if (readBytes >= sizeBytes) return;
      if (tries === triesMost || etag === '') {
        const what = `${this.#about(name)} was cut after ${readBytes} of ${sizeBytes} bytes.`;
        throw new CliError({ exit: exitCodes.unreachable, what, fix: 'Run it again; what was copied is kept.' });
      }
      tries += 1;
      const range = { range: `bytes=${readBytes}-`, 'if-match': etag };
      answer = await this.#client.ask({ method: 'GET', ...this.#placeOf(name), headers: range });
    }
  }

  async #head(name: string): Promise<HttpAnswer | undefined> {
    const answer = await this.#client.send({ method: 'HEAD', ...this.#placeOf(name) });
    answer.body.resume();
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw await answerFailure(answer, this.#about(name), this.#client.connection, '');
    return answer;
  }

  async #expect(answer: HttpAnswer, name: string): Promise<void> {
    if (answer.status < 200 || answer.status > 299)
      throw await answerFailure(answer, this.#about(name), this.#client.connection);
    answer.body.resume();
  }

  #placeOf(name: string) {
    return { bucket: this.bucket, key: `${this.prefix}${name}`, about: this.#about(name) };
  }

  #about(name: string): string {
    return `${this.bucket}/${this.prefix}${name}`;
  }
}

function bodyOf(content: BackupContent, start: number, end: number, sha256: string): S3Body {
  const open = () => Readable.from(content.read(start, end), { objectMode: false });
  return { open, sizeBytes: end - start, sha256 };
}

async function hashOfRange(content: BackupContent, start: number, end: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of content.read(start, end)) hash.update(bytes);
  return hash.digest('hex');
}

function checksumHeader(sha256: string): Record<string, string> {
  return { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') };
}

function headersOf(condition: PutCondition | undefined): Record<string, string> {
  if (condition === undefined) return {};
  return condition.kind === 'absent' ? { 'if-none-match': '*' } : { 'if-match': condition.etag };
}

function etagOf(condition: PutCondition): string | undefined {
  return condition.kind === 'absent' ? undefined : condition.etag;
}
