import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { shownVersion } from '../objects/version-header.ts';
import { operation } from '../operation.ts';

/** Removes all tags of a version. Source: AWS API reference, DeleteObjectTagging. */
export const DeleteObjectTagging = operation({
  name: 'DeleteObjectTagging',
  method: 'DELETE',
  resource: 'object',
  subresource: 'tagging',
  action: 's3:DeleteObjectTagging',
  alsoNeeds: (input, target) => versionAccess('s3:DeleteObjectVersionTagging', target, input.versionId),
  input: { versionId },
  output: { status: 204, headers: { versionId: 'x-amz-version-id' } },
  refuses: ['NoSuchBucket', 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'],

  async handle({ target, input, permit }, { store }) {
    const id = await hideMissingKey(permit, target, () =>
      store.setObjectTags({ ...target, versionId: input.versionId }, []),
    );
    const events = [{ name: 's3:ObjectTagging:Delete', key: target.key, versionId: id }];
    return { events, headers: { versionId: await shownVersion(store, target.bucket, id) } };
  },
});
