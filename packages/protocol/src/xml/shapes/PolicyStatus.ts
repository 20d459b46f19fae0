import { boolean, field, object, type ValueOf } from '../shape.ts';

/** Answer of GetBucketPolicyStatus. Source: AWS API reference, GetBucketPolicyStatus. */
export const PolicyStatus = object({ isPublic: field('IsPublic', boolean) });
export type PolicyStatus = ValueOf<typeof PolicyStatus>;
