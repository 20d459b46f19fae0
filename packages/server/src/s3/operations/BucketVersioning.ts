import { refusal, VersioningConfiguration } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Says whether versioning is on; an empty document for a bucket that never had it. Source: AWS API reference, GetBucketVersioning. */
export const GetBucketVersioning = operation({
  name: 'GetBucketVersioning',
  method: 'GET',
  resource: 'bucket',
  subresource: 'versioning',
  action: 's3:GetBucketVersioning',
  input: {},
  output: { document: xml('VersioningConfiguration', VersioningConfiguration) },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    const { config } = await readExistingBucket(store, target.bucket);
    return { document: { status: config.versioning } };
  },
});

/** Turns versioning on, or suspends it; it never goes back to what it was before. Source: AWS API reference, PutBucketVersioning. */
export const PutBucketVersioning = operation({
  name: 'PutBucketVersioning',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'versioning',
  action: 's3:PutBucketVersioning',
  input: {},
  body: xml('VersioningConfiguration', VersioningConfiguration),
  output: {},
  refuses: [
    'NoSuchBucket',
    'MalformedXML',
    'IllegalVersioningConfigurationException',
    'InvalidBucketState',
    'NotImplemented',
  ],

  async handle({ target, document }, { store }) {
    if (document.mfaDelete === 'Enabled') {
      const message = 'MFA Delete is not implemented by this server.';
      throw refusal('NotImplemented', { ArgumentName: 'MfaDelete' }, undefined, message);
    }
    if (document.status === undefined) throw refusal('IllegalVersioningConfigurationException', {});
    await store.patchBucket(target.bucket, { versioning: document.status });
    return {};
  },
});
