import { CORSConfiguration, checkCorsConfiguration } from '@tidegate/protocol';
import { operation, xml } from '../operation.ts';

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
