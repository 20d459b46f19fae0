/** A file of a backup on its way to a bucket. It may be read several times. */
export type BackupContent = {
  readonly sizeBytes: number;
  /** In hex. */
  readonly sha256: string;
  /** The bytes from `start` up to `end`. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
};

/** An object as listed. The name is the part of its key after the prefix. */
export type BackupObject = { readonly name: string; readonly sizeBytes: number };

/** An object whose bytes have not been read yet. */
export type OpenedObject = {
  readonly sizeBytes: number;
  readonly etag: string;
  /** All of them, or it throws. */
  readonly bytes: AsyncIterable<Uint8Array>;
};

/** An upload in parts that was begun and not ended. */
export type OpenUpload = { readonly name: string; readonly uploadId: string };

/** What must be there for an object to be put. */
export type PutCondition = { readonly kind: 'absent' } | { readonly kind: 'etag'; readonly etag: string };

/**
 * A place for backups that is no folder: what lies under a prefix of a bucket of any S3 store. The command line talks to a real
 * one; tests have one in memory. Each call throws when the store cannot be reached or refuses.
 */
export interface BackupBucket {
  /** `s3://bucket/prefix`, for messages. */
  readonly address: string;
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  list(): AsyncIterable<BackupObject>;
  listUploads(): AsyncIterable<OpenUpload>;
  /** Puts an object whole or not at all. @returns `changed` when the condition does not hold */
  put(name: string, content: BackupContent, condition?: PutCondition): Promise<'stored' | 'changed'>;
  /** @returns undefined: there is none of this name */
  get(name: string): Promise<OpenedObject | undefined>;
  /** The hash, in hex, that an object was put with; undefined: none is known. */
  hashOf(name: string): Promise<string | undefined>;
  /** Has the store itself copy an object from another place in it. @returns how many bytes; undefined: there is none */
  copyFrom(source: BackupBucket, name: string): Promise<number | undefined>;
  remove(names: readonly string[], uploads: readonly OpenUpload[]): Promise<void>;
}
