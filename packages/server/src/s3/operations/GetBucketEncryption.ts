import { refusal, ServerSideEncryptionConfiguration } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads how new objects of the bucket are encrypted (ENC-4). Source: AWS API reference, GetBucketEncryption. */
export const GetBucketEncryption = operation({
  name: 'GetBucketEncryption',
  method: 'GET',
  resource: 'bucket',
  subresource: 'encryption',
  action: 's3:GetEncryptionConfiguration',
  input: {},
  output: { document: xml('ServerSideEncryptionConfiguration', ServerSideEncryptionConfiguration) },
  refuses: ['NoSuchBucket', 'ServerSideEncryptionConfigurationNotFoundError'],

  async handle({ target }, { store }) {
    const { encryption } = (await readExistingBucket(store, target.bucket)).config;
    if (encryption === undefined) {
      throw refusal('ServerSideEncryptionConfigurationNotFoundError', { BucketName: target.bucket });
    }
    const { algorithm, bucketKey = false } = encryption;
    return { document: { rules: [{ byDefault: { algorithm, kmsKeyId: undefined }, bucketKey }] } };
  },
});
