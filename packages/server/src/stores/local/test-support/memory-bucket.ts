import { createHash } from 'node:crypto';
import type {
  BackupBucket,
  BackupContent,
  BackupObject,
  OpenedObject,
  OpenUpload,
  PutCondition,
} from '../../upkeep/backup-bucket.ts';

type Stored = { readonly bytes: Buffer; readonly etag: string; readonly sha256: string };

/** A prefix of a bucket that is in memory. Every call is told of before it does anything, and may be made to fail. */
export class MemoryBucket implements BackupBucket {
  readonly bucket: string;
  readonly prefix = 'backups/';
  readonly objects = new Map<string, Stored>();
  readonly uploads: OpenUpload[] = [];
  /** Told of each call. Ends it by throwing. */
  onCall: (what: string, name: string) => void = () => undefined;
  #puts = 0;

  constructor(bucket = 'far') {
    this.bucket = bucket;
  }

  get address(): string {
    return `s3://${this.bucket}/backups`;
  }

  async *list(): AsyncGenerator<BackupObject> {
    this.onCall('list', '');
    yield* Array.from(this.objects, ([name, { bytes }]) => ({ name, sizeBytes: bytes.byteLength }));
    await Promise.resolve();
  }

  async *listUploads(): AsyncGenerator<OpenUpload> {
    this.onCall('listUploads', '');
    yield* [...this.uploads];
    await Promise.resolve();
  }

  async put(name: string, content: BackupContent, condition?: PutCondition): Promise<'stored' | 'changed'> {
    this.onCall('put', name);
    const there = this.objects.get(name)?.etag;
    if (condition?.kind === 'absent' && there !== undefined) return 'changed';
    if (condition?.kind === 'etag' && there !== condition.etag) return 'changed';
    const pieces: Uint8Array[] = [];
    for await (const bytes of content.read(0, content.sizeBytes)) pieces.push(bytes);
    this.#puts += 1;
    this.objects.set(name, { bytes: Buffer.concat(pieces), etag: `"${this.#puts}"`, sha256: content.sha256 });
    return 'stored';
  }

  get(name: string): Promise<OpenedObject | undefined> {
    this.onCall('get', name);
    const stored = this.objects.get(name);
    if (stored === undefined) return Promise.resolve(undefined);
    const { bytes, etag } = stored;
    return Promise.resolve({ sizeBytes: bytes.byteLength, etag, bytes: piecesOf(bytes) });
  }

  hashOf(name: string): Promise<string | undefined> {
    this.onCall('hashOf', name);
    return Promise.resolve(this.objects.get(name)?.sha256);
  }

  copyFrom(source: BackupBucket, name: string): Promise<number | undefined> {
    this.onCall('copyFrom', name);
    const stored = source instanceof MemoryBucket ? source.objects.get(name) : undefined;
    if (stored !== undefined) this.objects.set(name, stored);
    return Promise.resolve(stored?.bytes.byteLength);
  }

  remove(names: readonly string[], uploads: readonly OpenUpload[]): Promise<void> {
    this.onCall('remove', names.join(' '));
    for (const name of names) this.objects.delete(name);
    for (const upload of uploads) this.uploads.splice(this.uploads.indexOf(upload), 1);
    return Promise.resolve();
  }

  /** Puts other bytes in the place of an object. */
  change(name: string, change: (bytes: Buffer) => Buffer): void {
    const stored = this.objects.get(name);
    if (stored === undefined) throw new Error(`There is no ${name}.`);
    this.objects.set(name, { ...stored, bytes: change(Buffer.from(stored.bytes)) });
  }

  /** Names and hashes of all that is there. */
  content(): Record<string, string> {
    const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
    return Object.fromEntries(Array.from(this.objects, ([name, { bytes }]) => [name, hash(bytes)]));
  }

  /** The names of the bodies. */
  bodies(): readonly string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith('blobs/'));
  }
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += 100_000) {
    yield await Promise.resolve(bytes.subarray(start, start + 100_000));
  }
}
