import type { ByteRange } from '@tidegate/protocol';
import type { AnswerBody } from '../http/wire.ts';
import type { WebhookStore } from '../stores/admin/webhook-store.ts';
import type { ObjectStore, OpenedObject, StoredChecksums, VersionRecord } from '../stores/objects/object-store.ts';
import type { Clock } from '../world/clock.ts';

/** What an operation may use. */
export type OperationTools = {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** The region that the server calls its own. */
  readonly region: string;
  /** Whether it is the only one: buckets of other regions are refused. */
  readonly isOnlyRegion: boolean;
  /** `block`: nothing can be made public, and nothing that is public is served as such. */
  readonly publicAccess: 'allow' | 'block';
  /** `2023`: new buckets are closed as on Amazon S3 since then (POL-34). */
  readonly newBuckets: 'classic' | '2023';
  readonly limits: OperationLimits;
  /** Where bucket notifications go. */
  readonly webhooks: Pick<WebhookStore, 'findTarget' | 'enqueue'>;
};

/** The numbers of security.md I that operations judge by. */
export type OperationLimits = {
  readonly maxSinglePutBytes: number;
  readonly maxObjectBytes: number;
  readonly minPartBytes: number;
  readonly maxPartBytes: number;
  readonly maxParts: number;
  readonly maxListKeys: number;
  /** Length of a day of lifecycle rules. */
  readonly lifecycleDayMs: number;
};

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Amazon S3's numbers, the defaults of the settings. */
export const defaultOperationLimits: OperationLimits = {
  maxSinglePutBytes: 5 * gibibyte,
  maxObjectBytes: 5 * 1024 * gibibyte,
  minPartBytes: 5 * mebibyte,
  maxPartBytes: 5 * gibibyte,
  maxParts: 10_000,
  maxListKeys: 1000,
  lifecycleDayMs: 86_400_000,
};

/** Which part of an object a response sends, for a download session. */
export type ReadPart = {
  readonly key: string;
  readonly etag: string;
  readonly objectBytes: number;
  /** First byte that is sent. */
  readonly offset: number;
};

/** Bytes that are made while they are sent: a ZIP. A read of it counts as one of an object. */
export type StreamedContent = { readonly body: AnswerBody; readonly part: ReadPart };

/** An object as an answer: the record's headers, and the bytes of `range`, or of the whole object when it is undefined. */
export type ObjectContent = {
  readonly record: VersionRecord;
  /** undefined: HEAD, headers alone. */
  readonly opened: OpenedObject | undefined;
  /** Asked for and satisfiable: the answer is 206 with Content-Range, for HEAD as well. */
  readonly range: ByteRange | undefined;
  /** response-* overrides, by header name (SIG-104). */
  readonly overrides: Readonly<Record<string, string>>;
  /** With `x-amz-checksum-mode: ENABLED`, those of the bytes that are sent. */
  readonly checksums: StoredChecksums | undefined;
  /** Asked for by partNumber: x-amz-mp-parts-count. */
  readonly partsCount: number | undefined;
};
