import { boolean, object, optional, type ValueOf } from '../shape.ts';

/** Request of PutPublicAccessBlock and answer of GetPublicAccessBlock. Source: AWS API reference, PutPublicAccessBlock. */
export const PublicAccessBlockConfiguration = object({
  blockPublicAcls: optional('BlockPublicAcls', boolean),
  ignorePublicAcls: optional('IgnorePublicAcls', boolean),
  blockPublicPolicy: optional('BlockPublicPolicy', boolean),
  restrictPublicBuckets: optional('RestrictPublicBuckets', boolean),
});
export type PublicAccessBlockConfiguration = ValueOf<typeof PublicAccessBlockConfiguration>;
