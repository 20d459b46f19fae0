import { AccessControlPolicy, refusal } from '@tidegate/protocol';
import { hasNoAcls, shownOwner } from '../../policy/acl.ts';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { aclDocument } from '../objects/acl-document.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, xml } from '../operation.ts';

/** Reads an object's ACL as grants. Source: AWS API reference, GetObjectAcl. */
export const GetObjectAcl = operation({
  name: 'GetObjectAcl',
  method: 'GET',
  resource: 'object',
  subresource: 'acl',
  action: 's3:GetObjectAcl',
  alsoNeeds: (input, target) => versionAccess('s3:GetObjectVersionAcl', target, input.versionId),
  input: { versionId },
  output: { document: xml('AccessControlPolicy', AccessControlPolicy) },
  refuses: ['NoSuchBucket', 'NoSuchKey', 'NoSuchVersion', 'MethodNotAllowed', 'AccessDenied'],

  async handle({ target, input, permit }, { store }) {
    const record = await hideMissingKey(permit, target, () =>
      store.readObject({ ...target, versionId: input.versionId }),
    );
    if (!permit.admits(record, 'object READ_ACP')) throw refusal('AccessDenied', {});
    const bucket = await readExistingBucket(store, target.bucket);
    const place = { resource: 'object', owner: shownOwner(record, bucket), bucketOwner: bucket.owner } as const;
    return { document: await aclDocument(hasNoAcls(bucket) ? 'private' : record.acl, place, store) };
  },
});
