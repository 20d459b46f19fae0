import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { withoutBidiControls } from '@tidegate/presign/internal';
import { S3Error } from '@tidegate/protocol';
import type { ListedObject, ObjectStore, ObjectTarget, OpenedObject } from '../stores/objects/object-store.ts';
import type { SendableBody } from './sent-body.ts';
import { archiveEnd, dataDescriptor, directoryRecord, localHeader, type ZipEntry, ZipSize } from './zip-records.ts';

/** What is zipped: everything below a prefix that the caller may read. */
export type ZipSource = {
  readonly bucket: string;
  readonly prefix: string;
  readonly mayRead: (target: ObjectTarget) => Promise<boolean>;
};

/** An archive that was measured and not yet sent. */
/** What a ZIP is made from. */
export type ZipStore = Pick<ObjectStore, 'listObjects' | 'openObject'>;

export type ZipPlan = {
  readonly source: ZipSource;
  readonly sizeBytes: number;
  readonly count: number;
  /** Names what is in it: other objects, or others in their place, make another one (SEC-229). */
  readonly etag: string;
};

/** The directory is kept in memory until the end of the archive; this bounds how many files one may have. */
const maxDirectoryBytes = 16 * 1024 ** 2;
const pageKeys = 1000;

/**
 * LNK-36. Measures the archive of a prefix: a first walk over the listing, so that its length is known before the first byte.
 * @throws S3Error NoSuchBucket; InvalidRequest when it has more files than an archive is made of, or one that nobody here can open
 */
export async function planZip(store: ZipStore, source: ZipSource): Promise<ZipPlan> {
  const size = new ZipSize();
  const hash = createHash('sha256');
  for await (const { object, entry } of walk(store, source)) {
    if (object.encryption?.kind === 'customer') throw sealed(entry.name);
    size.add(entry);
    mark(hash, object);
    if (size.directoryBytes > maxDirectoryBytes) {
      throw new S3Error({ code: 'InvalidRequest', message: 'There are too many files below this prefix for one ZIP.' });
    }
  }
  return { source, sizeBytes: size.totalBytes, count: size.count, etag: hash.digest('hex').slice(0, 32) };
}

/** A planned archive as a body. Sending walks the listing again; where anything changed since it was measured, it is cut. */
export class ZipBody implements SendableBody {
  readonly sizeBytes: number;
  readonly #store: ZipStore;
  readonly #plan: ZipPlan;

  constructor(store: ZipStore, plan: ZipPlan) {
    this.sizeBytes = plan.sizeBytes;
    this.#store = store;
    this.#plan = plan;
  }

  async send(sink: Writable, signal: AbortSignal): Promise<void> {
    const out = new Output(sink, signal, this.sizeBytes);
    const hash = createHash('sha256');
    const directory: Uint8Array[] = [];
    for await (const { object, entry } of walk(this.#store, this.#plan.source)) {
      mark(hash, object);
      const offset = out.sentBytes;
      await out.write(localHeader(entry));
      const crc = await this.#sendObject(object, out);
      await out.write(dataDescriptor(entry, crc));
      directory.push(directoryRecord(entry, { crc, offset }));
    }
    if (hash.digest('hex').slice(0, 32) !== this.#plan.etag) throw changed();
    const directoryOffset = out.sentBytes;
    for (const record of directory) await out.write(record);
    await out.write(archiveEnd(directory.length, directoryOffset, out.sentBytes - directoryOffset));
    if (out.sentBytes !== this.sizeBytes) throw changed();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #sendObject(object: ListedObject, out: Output): Promise<number> {
    const opened = await this.#open(object.key);
    try {
      if (opened.record.etag !== object.etag || opened.record.sizeBytes !== object.sizeBytes) throw changed();
      if (object.sizeBytes === 0) return 0;
      let crc = 0;
      for await (const chunk of opened.stream({ start: 0, end: object.sizeBytes - 1 })) {
        crc = crc32(chunk, crc);
        await out.write(chunk);
      }
      return crc;
    } finally {
      await opened.close();
    }
  }

  async #open(key: string): Promise<OpenedObject> {
    try {
      return await this.#store.openObject({ bucket: this.#plan.source.bucket, key });
    } catch (error) {
      if (error instanceof S3Error) throw changed();
      throw error;
    }
  }
}

/** Writes with back-pressure, and never more than was announced. */
class Output {
  readonly #sink: Writable;
  readonly #signal: AbortSignal;
  readonly #mostBytes: number;
  #sentBytes = 0;

  constructor(sink: Writable, signal: AbortSignal, mostBytes: number) {
    this.#sink = sink;
    this.#signal = signal;
    this.#mostBytes = mostBytes;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#sentBytes += bytes.byteLength;
    return new Promise((resolve, reject) => {
      if (this.#sentBytes > this.#mostBytes) reject(changed());
      else if (this.#signal.aborted || this.#sink.destroyed) reject(new Error('The receiver of the bytes is gone.'));
      else {
        const gone = (): void => reject(new Error('The receiver of the bytes is gone.'));
        this.#sink.once('close', gone);
        this.#sink.write(bytes, (error) => {
          this.#sink.off('close', gone);
          if (error) reject(error);
          else resolve();
        });
      }
    });
  }
}

async function* walk(
  store: ZipStore,
  { bucket, prefix, mayRead }: ZipSource,
): AsyncGenerator<{ readonly object: ListedObject; readonly entry: ZipEntry }> {
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: Awaited<ReturnType<ObjectStore['listObjects']>> = await store.listObjects({
      bucket,
      prefix,
      delimiter: undefined,
      after,
      limit: pageKeys,
    });
    for (const found of page.entries) {
      if (found.kind === 'prefix') continue;
      const object = found.entry;
      const name = entryName(object.key.slice(prefix.length));
      if (name === undefined || !(await mayRead({ bucket, key: object.key }))) continue;
      yield { object, entry: { name, sizeBytes: object.sizeBytes, modifiedAtMs: object.modifiedAtMs } };
    }
    after = page.next;
  }
}

/**
 * A name inside an archive. What a grant does not reach (SIG-48b) is not in it, so nothing of it leads out of the folder that it
 * is unpacked in; a backslash separates folders for some who unpack.
 */
function entryName(key: string): string | undefined {
  const rest = withoutBidiControls(key);
  for (const character of rest) if (character < ' ' || character === '\x7f') return undefined;
  if (rest.split('/').some((segment) => /^\.{0,2}$/.test(segment))) return undefined;
  const name = rest.replaceAll('\\', '_');
  return /^[A-Za-z]:/.test(name) ? name.replace(':', '_') : name;
}

function mark(hash: ReturnType<typeof createHash>, { key, etag, sizeBytes }: ListedObject): void {
  hash.update(`${key}\n${etag}\n${sizeBytes}\n`);
}

/** Refused whole: an archive without it would pass for the folder. */
function sealed(name: string): S3Error {
  const message = `${name} is encrypted with a key that only its sender has, so no ZIP can hold it. Take the other files one by one.`;
  return new S3Error({ code: 'InvalidRequest', message });
}

/** After the first byte there is no refusal: the connection is cut. */
function changed(): Error {
  return new Error('What is zipped changed while it was sent.');
}
