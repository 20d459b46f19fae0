import { integer, object, optional, repeated, text, token, type ValueOf } from '../shape.ts';

const CORSRule = object({
  id: optional('ID', text),
  allowedHeaders: repeated('AllowedHeader', token, { max: 100 }),
  allowedMethods: repeated('AllowedMethod', token, { min: 1, max: 100 }),
  allowedOrigins: repeated('AllowedOrigin', token, { min: 1, max: 100 }),
  exposeHeaders: repeated('ExposeHeader', token, { max: 100 }),
  maxAgeSeconds: optional('MaxAgeSeconds', integer({ min: 0, max: 2_147_483_647 })),
});
/** One rule of a bucket's CORS configuration. */
export type CORSRule = ValueOf<typeof CORSRule>;

/**
 * Request of PutBucketCors and answer of GetBucketCors: 1 to 100 rules. What the words of a rule may be is judged by
 * `checkCorsConfiguration`. Source: AWS API reference, PutBucketCors.
 */
export const CORSConfiguration = object({ rules: repeated('CORSRule', CORSRule, { min: 1, max: 100 }) });
export type CORSConfiguration = ValueOf<typeof CORSConfiguration>;
