import { enumeration, object, optional, type ValueOf } from '../shape.ts';

/**
 * Answer of GetBucketVersioning (empty for a bucket that never had versioning) and request of PutBucketVersioning.
 * Source: AWS API reference, GetBucketVersioning.
 */
export const VersioningConfiguration = object({
  status: optional('Status', enumeration(['Enabled', 'Suspended'])),
  mfaDelete: optional('MfaDelete', enumeration(['Enabled', 'Disabled'])),
});
export type VersioningConfiguration = ValueOf<typeof VersioningConfiguration>;
