import { enumeration, field, object, repeated, type ValueOf } from '../shape.ts';

/** Who owns what is written into a bucket, and whether ACLs count (POL-30). */
export const objectOwnerships = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const;
export type ObjectOwnership = (typeof objectOwnerships)[number];

/** Request of PutBucketOwnershipControls and answer of GetBucketOwnershipControls. Source: AWS API reference, OwnershipControls. */
export const OwnershipControls = object({
  rules: repeated('Rule', object({ objectOwnership: field('ObjectOwnership', enumeration(objectOwnerships)) }), {
    min: 1,
    max: 1,
  }),
});
export type OwnershipControls = ValueOf<typeof OwnershipControls>;
