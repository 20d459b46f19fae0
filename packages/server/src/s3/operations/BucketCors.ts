import { CORSConfiguration, checkCorsConfiguration, refusal } from '@tidegate/protocol';
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

/** Sets the CORS rules of the bucket. Source: AWS API reference, PutBucketCors. */
export const PutBucketCors = operation({
  name: 'PutBucketCors',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'cors',
  action: 's3:PutBucketCORS',
  input: {},
  body: xml('CORSConfiguration', CORSConfiguration),
  output: {},
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidRequest', 'InvalidArgument'],

  async handle({ target, document }, { store }) {
    checkCorsConfiguration(document);
    await store.patchBucket(target.bucket, { cors: document.rules });
    return {};
  },
});

/** Removes the CORS rules of the bucket. Source: AWS API reference, DeleteBucketCors. */
export const DeleteBucketCors = operation({
  name: 'DeleteBucketCors',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'cors',
  action: 's3:PutBucketCORS',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { cors: null });
    return {};
  },
});
