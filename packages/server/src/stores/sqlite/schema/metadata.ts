import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../world/clock.ts';
import type { Random } from '../../../world/random.ts';
import type { Changes, KeptWhileUnchanged } from '../commit/changes.ts';
import type { GroupCommit } from '../commit/group-commit.ts';
import type { ReadTurn } from '../commit/read-turn.ts';
import type { Owners } from '../keys/owners.ts';
import type { OpenBucket } from '../objects/buckets.ts';
import type { Statements } from './connection.ts';

/** The open metadata, as the functions of this room share them. */
export type Metadata = {
  readonly database: DatabaseSync;
  readonly sql: Statements;
  readonly commits: GroupCommit;
  readonly changes: Changes;
  /** Undefined where others write too. */
  readonly reads: ReadTurn | undefined;
  /** Buckets by name, as writes look at them: read once in a transaction, and once between two. */
  readonly openBuckets: KeptWhileUnchanged<OpenBucket>;
  readonly owners: Owners;
  readonly clock: Clock;
  /** The time that download sessions are measured by: it follows no jump of the wall clock while the server runs (LDG-17). */
  readonly sessionMs: () => number;
  readonly random: Random;
};
