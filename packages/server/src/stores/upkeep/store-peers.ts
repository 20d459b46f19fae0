/**
 * The other processes of one server, as the process that holds the folder reaches them. They share its database and its files;
 * what only one of them knows, it is asked for.
 */
export interface StorePeers {
  /** Has them begin no transaction until the returned function is called, or until they have waited too long. */
  holdWrites(): Promise<() => void>;
  /** Those of the segment lists that a reader in any of them holds; `unknown`: one of them did not say. */
  pinnedLists(lists: readonly number[]): Promise<readonly number[] | 'unknown'>;
}

/** What the first process asks of a further one. */
export interface FurtherStore {
  holdWrites(): void;
  releaseWrites(): void;
  /** Those of the segment lists that a reader of this process holds. */
  pinnedLists(lists: readonly number[]): readonly number[];
}
