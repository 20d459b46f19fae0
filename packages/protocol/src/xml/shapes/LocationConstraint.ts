import { token, type ValueOf } from '../shape.ts';

/** Answer of GetBucketLocation: the region, empty for us-east-1. Source: AWS API reference, GetBucketLocation. */
export const LocationConstraint = token;
export type LocationConstraint = ValueOf<typeof LocationConstraint>;
