/** What a check may find. */
export type FindingKind =
  /** SQLite says that its own file is not whole. */
  | 'damaged-database'
  /** A body file that is named and not there. */
  | 'missing-file'
  | 'wrong-size'
  /** Bytes that are not those that were stored. */
  | 'damaged-file'
  | 'damaged-body'
  /** Something else than a file under the name of one. */
  | 'not-a-file'
  /** A row that is not what was written, or stands under another name. */
  | 'damaged-row'
  /** A row that names what is not there. */
  | 'dangling'
  /** A count of holders that is not the number of holders. */
  | 'wrong-count'
  /** A link that was used more often than it says. */
  | 'counter-above-limit'
  /** A body that nothing names. */
  | 'orphan-file'
  | 'orphan-body'
  /** Headers of a version that nothing names. */
  | 'orphan-headers'
  /** A file that is not ours. */
  | 'foreign-file'
  /** A file that others may read or write. */
  | 'wrong-mode';

/** Where a body is used: a version of an object, or a part of an open upload. */
export type BodyHolder = {
  readonly bucket: string;
  readonly key: string;
  /** `null` for the only one of a bucket that never kept versions. */
  readonly versionId?: string | undefined;
  readonly uploadId?: string | undefined;
};

/** One thing that is not as it should be. */
export type Finding = {
  readonly kind: FindingKind;
  /** A file, by its path in the data folder; or a table with what names the row. */
  readonly subject: string;
  /** What is wrong, in words. */
  readonly detail: string;
  /** Objects and uploads that it concerns, at most a hundred. */
  readonly holders: readonly BodyHolder[];
  /** Which body: the id of a file, or the number of a small body or of a list of pieces. For repairs. */
  readonly file?: string | undefined;
  readonly inline?: number | undefined;
  readonly list?: number | undefined;
  readonly headers?: number | undefined;
  /** What is known of this access key is damaged. */
  readonly accessKey?: string | undefined;
  /** The row of a version is damaged: what it names may be another's. */
  readonly version?: 'damaged' | undefined;
};

export type CheckReport = {
  /** Whether a server was at work on the folder meanwhile. */
  readonly online: boolean;
  readonly depth: 'fast' | 'deep';
  readonly objects: number;
  /** Body files that were checked, and bytes that were read and compared. */
  readonly files: number;
  readonly readBytes: number;
  readonly findings: readonly Finding[];
  /** More of the same kinds were found than are told. */
  readonly cut: boolean;
};

/** Findings that are told at most; a folder that is lost altogether would have millions. */
export const mostFindings = 10_000;

/** Bodies that these findings concern cannot be delivered any more. */
export const lostKinds: ReadonlySet<FindingKind> = new Set([
  'missing-file',
  'wrong-size',
  'damaged-file',
  'damaged-body',
  'damaged-row',
  'not-a-file',
  'dangling',
]);
