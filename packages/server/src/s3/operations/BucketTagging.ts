import { maxBucketTags, refusal, Tagging } from '@tidegate/protocol';
import { tagsOfDocument } from '../input/tags.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads the tags of the bucket. Source: AWS API reference, GetBucketTagging. */
export const GetBucketTagging = operation({
  name: 'GetBucketTagging',
  method: 'GET',
  resource: 'bucket',
  subresource: 'tagging',
  action: 's3:GetBucketTagging',
  input: {},
  output: { document: xml('Tagging', Tagging) },
  refuses: ['NoSuchBucket', 'NoSuchTagSet'],

  async handle({ target }, { store }) {
    const { tags } = (await readExistingBucket(store, target.bucket)).config;
    if (tags === undefined) throw refusal('NoSuchTagSet', { BucketName: target.bucket });
    return { document: { tags } };
  },
});

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

/** Removes all tags of the bucket. Source: AWS API reference, DeleteBucketTagging. */
export const DeleteBucketTagging = operation({
  name: 'DeleteBucketTagging',
  method: 'DELETE',
  resource: 'bucket',
  subresource: 'tagging',
  action: 's3:PutBucketTagging',
  input: {},
  output: { status: 204 },
  refuses: ['NoSuchBucket'],

  async handle({ target }, { store }) {
    await store.patchBucket(target.bucket, { tags: null });
    return {};
  },
});
