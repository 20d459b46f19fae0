import { LegalHold, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionId } from '../input/version-id.ts';
import { checkBucketLocks } from '../objects/object-lock.ts';
import { operation, xml } from '../operation.ts';

/** Says whether a version is on legal hold. Source: AWS API reference, GetObjectLegalHold. */
export const GetObjectLegalHold = operation({
  name: 'GetObjectLegalHold',
  method: 'GET',
  resource: 'object',
  subresource: 'legal-hold',
  action: 's3:GetObjectLegalHold',
  input: { versionId },
  output: { document: xml('LegalHold', LegalHold) },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'InvalidRequest',
    'NoSuchObjectLockConfiguration',
  ],

  async handle({ target, input, permit }, { store }) {
    const version = { ...target, versionId: input.versionId };
    await checkBucketLocks(store, target.bucket);
    const { lock } = await hideMissingKey(permit, version, () => store.readObject(version));
    if (lock?.legalHold === undefined) throw refusal('NoSuchObjectLockConfiguration', { Key: target.key });
    return { document: { status: lock.legalHold } };
  },
});
