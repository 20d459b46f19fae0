import { refusal, ServerSideEncryptionConfiguration } from '@tidegate/protocol';
import { withoutKms } from '../input/encryption.ts';
import { invalidArgument } from '../input/parameters.ts';
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

/** Sets how objects are encrypted whose writes do not say it (ENC-4). Source: AWS API reference, PutBucketEncryption. */
export const PutBucketEncryption = operation({
  name: 'PutBucketEncryption',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'encryption',
  action: 's3:PutEncryptionConfiguration',
  input: {},
  body: xml('ServerSideEncryptionConfiguration', ServerSideEncryptionConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidArgument', 'NotImplemented'],

  async handle({ target, document }, { store }) {
    const [rule] = document.rules;
    const { algorithm, kmsKeyId } = rule?.byDefault ?? { algorithm: 'AES256', kmsKeyId: undefined };
    if (algorithm !== 'AES256') throw withoutKms('SSEAlgorithm', algorithm);
    if (kmsKeyId !== undefined) {
      const message = 'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse';
      throw invalidArgument('KMSMasterKeyID', kmsKeyId, message);
    }
    const bucketKey = rule?.bucketKey === true ? { bucketKey: true } : {};
    await store.patchBucket(target.bucket, { encryption: { algorithm, ...bucketKey } });
    return {};
  },
});

/** Makes new objects of the bucket be stored as they come (ENC-4). Source: AWS API reference, DeleteBucketEncryption. */
export const DeleteBucketEncryption = operation({
  name: 'DeleteBucketEncryption',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'encryption',
  action: 's3:PutEncryptionConfiguration',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { encryption: null });
    return {};
  },
});
