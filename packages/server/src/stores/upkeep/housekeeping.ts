/**
 * Work of a store that no request waits for. Each call does a bounded slice and says whether there is more, so that
 * requests are served in between (SEC-909).
 */
export interface Housekeeping {
  /** Takes apart what was deleted, replaced or aborted, and removes the files that nothing refers to any more (SEC-709). */
  emptyTrash(): Promise<'more' | 'done'>;
  /** Removes files without a row: left by a process that was killed, and older than `beforeMs` (REL-9). One folder a call. */
  sweepOrphans(beforeMs: number): Promise<'more' | 'done'>;
  /** Aborts uploads that were begun before `beforeMs`. */
  abortUploads(beforeMs: number): Promise<'more' | 'done'>;
  /** Forgets answers of completed uploads that were given before `beforeMs` (REL-5). */
  forgetCompletions(beforeMs: number): Promise<'more' | 'done'>;
  /** The first bucket with a lifecycle behind a name; undefined: there is none. */
  lifecycleBucket(after: string): Promise<string | undefined>;
  /** What a job has noted for itself; undefined: nothing. */
  readNote(job: string): Promise<string | undefined>;
  /** Notes where a job stands; the last note is kept. */
  writeNote(job: string, text: string): Promise<void>;
  /** Whether the last process ended without closing: then orphans are looked for at start. */
  readonly wasUnclean: boolean;
}
