import { ServerSideEncryptionConfiguration } from '@tidegate/protocol';
import { withoutKms } from '../input/encryption.ts';
import { invalidArgument } from '../input/parameters.ts';
import { operation, xml } from '../operation.ts';

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
