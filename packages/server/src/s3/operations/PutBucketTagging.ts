import { maxBucketTags, Tagging } from '@tidegate/protocol';
import { tagsOfDocument } from '../input/tags.ts';
import { operation, xml } from '../operation.ts';

/** Sets the tags of the bucket. Source: AWS API reference, PutBucketTagging. */
export const PutBucketTagging = operation({
  name: 'PutBucketTagging',
  method: 'PUT',
  resource: 'bucket',
  subresource: 'tagging',
  action: 's3:PutBucketTagging',
  input: {},
  body: xml('Tagging', Tagging),
  output: { status: 204 },
  refuses: ['NoSuchBucket', 'MalformedXML', 'InvalidTag'],

  async handle({ target, document }, { store }) {
    await store.patchBucket(target.bucket, { tags: tagsOfDocument(document, maxBucketTags) });
    return {};
  },
});
