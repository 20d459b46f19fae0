import { S3Error } from '@tidegate/protocol';
import type { Permit } from '../s3/operation.ts';
import type { ObjectStore, ObjectTarget } from '../stores/objects/object-store.ts';

/** Whether an object that was found in a listing may be read: by its place, and by whose it is (POL-31). One that is gone may not. */
export async function mayReadListed(
  permit: Permit,
  store: Pick<ObjectStore, 'readObject'>,
  { bucket, key }: ObjectTarget,
): Promise<boolean> {
  if (!(await permit.allows({ action: 's3:GetObject', bucket, key }))) return false;
  try {
    return permit.admits(await store.readObject({ bucket, key }));
  } catch (error) {
    if (error instanceof S3Error) return false;
    throw error;
  }
}
