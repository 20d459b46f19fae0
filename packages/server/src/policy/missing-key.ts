import { refusal, S3Error } from '@tidegate/protocol';
import type { Permit } from '../s3/operation.ts';
import type { ObjectTarget } from '../stores/objects/object-store.ts';
import { listingOf } from './judge.ts';

/**
 * Runs a read. A missing key is told only to those who may list it; all others are refused as if it were there and closed
 * to them (AWS: GetObject, permissions).
 * @throws S3Error AccessDenied in place of NoSuchKey
 */
export async function hideMissingKey<Result>(
  permit: Permit,
  target: ObjectTarget,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== 'NoSuchKey') throw error;
    const mayKnow = await permit.allows(listingOf(target));
    throw mayKnow ? error : refusal('AccessDenied', {});
  }
}
