import { CORSConfiguration, refusal } from '@tidegate/protocol';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the CORS rules of the bucket. Source: AWS API reference, GetBucketCors. */
export const GetBucketCors = operation({
  name: 'GetBucketCors',
  method: 'GET',
  resource: 'bucket',
  subresource: 'cors',
  action: 's3:GetBucketCORS',
  input: {},
  output: { document: xml('CORSConfiguration', CORSConfiguration) },
  refuses: ['NoSuchBucket', 'NoSuchCORSConfiguration'],

  async handle({ target }, { store }) {
    const { cors } = (await readExistingBucket(store, target.bucket)).config;
    if (cors === undefined) throw refusal('NoSuchCORSConfiguration', { BucketName: target.bucket });
    return { document: { rules: cors } };
  },
});
