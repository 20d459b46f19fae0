import { Tagging } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { shownVersion } from '../objects/version-header.ts';
import { operation, xml } from '../operation.ts';

/** Reads the tags of a version. Source: AWS API reference, GetObjectTagging. */
export const GetObjectTagging = operation({
  name: 'GetObjectTagging',
  method: 'GET',
  resource: 'object',
  subresource: 'tagging',
  action: 's3:GetObjectTagging',
  alsoNeeds: (input, target) => versionAccess('s3:GetObjectVersionTagging', target, input.versionId),
  input: { versionId },
  output: { document: xml('Tagging', Tagging), headers: { versionId: 'x-amz-version-id' } },
  refuses: ['NoSuchBucket', 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed'],

  async handle({ target, input, permit }, { store }) {
    const record = await hideMissingKey(permit, target, () =>
      store.readObject({ ...target, versionId: input.versionId }),
    );
    return {
      document: { tags: record.tags ?? [] },
      headers: { versionId: await shownVersion(store, target.bucket, record.versionId) },
    };
  },
});
