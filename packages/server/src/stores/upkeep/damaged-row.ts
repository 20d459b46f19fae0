import { S3Error, StoreFailure } from '@tidegate/protocol';

/**
 * What stands in a row is not what was written, or belongs to another name (REL-12, SEC-708). It harms what it names alone: nothing
 * was changed, and the store goes on.
 */
export class DamagedRow extends StoreFailure {
  constructor(table: string) {
    super({ what: `storage.corrupt: a row of ${table} was damaged`, kind: 'broken' });
  }

  /** Says what helps: no request does, since what the row names may be another's. */
  override toRefusal(): S3Error {
    const message =
      'The record of what was asked for is damaged, and nothing was changed. On the server, "tidegate check" names it, and ' +
      '"tidegate check --repair" sets it aside.';
    return new S3Error({ code: 'InternalError', message });
  }
}
