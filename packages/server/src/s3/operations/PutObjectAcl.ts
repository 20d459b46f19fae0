import { AccessControlPolicy, refusal } from '@tidegate/protocol';
import { shownOwner } from '../../policy/acl.ts';
import { checkAcl } from '../../policy/check-acl.ts';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { objectAcl } from '../input/object-head.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { chosenAcl } from '../objects/acl-document.ts';
import { readExistingBucket } from '../objects/bucket-record.ts';
import { operation, optionalXml } from '../operation.ts';

/** Sets an object's ACL: a canned one, or grants by headers or document. Source: AWS API reference, PutObjectAcl. */
export const PutObjectAcl = operation({
  name: 'PutObjectAcl',
  method: 'PUT',
  resource: 'object',
  subresource: 'acl',
  action: 's3:PutObjectAcl',
  alsoNeeds: (input, target) => versionAccess('s3:PutObjectVersionAcl', target, input.versionId),
  input: { acl: objectAcl, versionId },
  body: optionalXml('AccessControlPolicy', AccessControlPolicy),
  output: {},
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'InvalidArgument',
    'InvalidRequest',
    'UnexpectedContent',
    'MissingSecurityHeader',
    'MalformedACLError',
    'UnresolvableGrantByEmailAddress',
    'AccessControlListNotSupported',
    'AccessDenied',
    'NotImplemented',
  ],

  async handle({ target, input, document, permit }, tools) {
    const { store } = tools;
    const version = { ...target, versionId: input.versionId };
    const record = await hideMissingKey(permit, target, () => store.readObject(version));
    if (!permit.admits(record, 'object WRITE_ACP')) throw refusal('AccessDenied', {});
    const bucket = await readExistingBucket(store, target.bucket);
    const place = { resource: 'object', owner: shownOwner(record, bucket), bucketOwner: bucket.owner } as const;
    const acl = chosenAcl(input.acl, document, place);
    await checkAcl(acl, 'set', bucket, tools);
    await store.setObjectAcl(version, acl);
    const { key, versionId: id, sizeBytes, etag } = record;
    return { events: [{ name: 's3:ObjectAcl:Put', key, versionId: id, sizeBytes, etag }] };
  },
});
