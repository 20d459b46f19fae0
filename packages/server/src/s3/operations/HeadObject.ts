import { refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { checkCustomerKey } from '../../stores/objects/object-encryption.ts';
import { readingKey } from '../input/encryption.ts';
import { checkOverrides } from '../input/response-overrides.ts';
import { versionAccess } from '../input/version-id.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { expirationIn } from '../objects/lifecycle.ts';
import { shownChecksums } from '../objects/part-checksums.ts';
import { planRead } from '../objects/read-plan.ts';
import { shownVersionIn } from '../objects/version-header.ts';
import { operation } from '../operation.ts';
import { readInput } from './GetObject.ts';

/** The headers of GetObject without the bytes (SIG-101, SIG-102). Source: AWS API reference, HeadObject. */
export const HeadObject = operation({
  name: 'HeadObject',
  method: 'HEAD',
  resource: 'object',
  action: 's3:GetObject',
  alsoNeeds: (input, target) => versionAccess('s3:GetObjectVersion', target, input.versionId),
  input: readInput,
  output: { headers: { versionId: 'x-amz-version-id', expiration: 'x-amz-expiration', ...encryptionHeaderNames } },
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'NotModified',
    'PreconditionFailed',
    'InvalidRange',
    'InvalidPart',
    'InvalidArgument',
    'InvalidEncryptionAlgorithmError',
    'InvalidRequest',
  ],

  async handle({ target, input, caller, permit }, { store, clock, limits }) {
    checkOverrides(input.overrides, caller);
    const customerKey = readingKey(input.encryption);
    const record = await hideMissingKey(permit, target, () =>
      store.readObject({ ...target, versionId: input.versionId }),
    );
    if (!permit.admits(record)) throw refusal('AccessDenied', {});
    checkCustomerKey(record.encryption, customerKey);
    const { range, partsCount } = planRead(record, input, clock.nowMs());
    const home = await store.readBucket(target.bucket);
    const isCurrent = input.versionId === undefined;
    const expiration = isCurrent ? expirationIn(home, record, limits.lifecycleDayMs) : undefined;
    const versionId = shownVersionIn(home, record.versionId);
    const checksums = input.withChecksums ? await shownChecksums(store, record, range, input.partNumber) : undefined;
    return {
      content: { record, opened: undefined, range, overrides: input.overrides, checksums, partsCount },
      headers: { versionId, expiration, ...encryptionHeaders(record.encryption, customerKey) },
    };
  },
});
