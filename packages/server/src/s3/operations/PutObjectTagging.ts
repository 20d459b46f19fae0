import { maxObjectTags, refusal, Tagging } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { tagsOfDocument } from '../input/tags.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { shownVersion } from '../objects/version-header.ts';
import { operation, xml } from '../operation.ts';

/** Sets the tags of a version, in the place of those it has. Source: AWS API reference, PutObjectTagging. */
export const PutObjectTagging = operation({
  name: 'PutObjectTagging',
  method: 'PUT',
  resource: 'object',
  subresource: 'tagging',
  action: 's3:PutObjectTagging',
  alsoNeeds: (input, target) => versionAccess('s3:PutObjectVersionTagging', target, input.versionId),
  input: { versionId },
  body: xml('Tagging', Tagging),
  brings: 'in-body',
  output: { headers: { versionId: 'x-amz-version-id' } },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'MalformedXML',
    'InvalidTag',
    'AccessDenied',
  ],

  async handle({ target, input, document, permit }, { store }) {
    const tags = tagsOfDocument(document, maxObjectTags);
    const access = { bucket: target.bucket, key: target.key, versionId: input.versionId, brings: { tags } };
    const action = input.versionId === undefined ? 's3:PutObjectTagging' : 's3:PutObjectVersionTagging';
    if (!(await permit.allows({ ...access, action }))) throw refusal('AccessDenied', {});
    const id = await hideMissingKey(permit, target, () =>
      store.setObjectTags({ ...target, versionId: input.versionId }, tags),
    );
    const events = [{ name: 's3:ObjectTagging:Put', key: target.key, versionId: id }];
    return { events, headers: { versionId: await shownVersion(store, target.bucket, id) } };
  },
});
