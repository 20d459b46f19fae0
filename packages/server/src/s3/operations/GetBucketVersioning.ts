import { VersioningConfiguration } from '@tidegate/protocol';
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
