import { boolean, enumeration, field, object, optional, repeated, text, type ValueOf } from '../shape.ts';

/**
 * Default encryption of a bucket: one rule. Algorithms of a KMS are read, so that they can be refused as what they are.
 * Source: AWS API reference, PutBucketEncryption.
 */
export const ServerSideEncryptionConfiguration = object({
  rules: repeated(
    'Rule',
    object({
      byDefault: optional(
        'ApplyServerSideEncryptionByDefault',
        object({
          algorithm: field('SSEAlgorithm', enumeration(['AES256', 'aws:kms', 'aws:kms:dsse'])),
          kmsKeyId: optional('KMSMasterKeyID', text),
        }),
      ),
      bucketKey: optional('BucketKeyEnabled', boolean),
    }),
    { min: 1, max: 1 },
  ),
});
export type ServerSideEncryptionConfiguration = ValueOf<typeof ServerSideEncryptionConfiguration>;
