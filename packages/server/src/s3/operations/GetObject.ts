import { refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { readConditions } from '../input/conditions.ts';
import { encryptionInput, readingKey } from '../input/encryption.ts';
import { optionalPartNumber, optionalText } from '../input/parameters.ts';
import { checkOverrides, overrides } from '../input/response-overrides.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { encryptionHeaderNames, encryptionHeaders } from '../objects/encryption-headers.ts';
import { expirationIn } from '../objects/lifecycle.ts';
import { shownChecksums } from '../objects/part-checksums.ts';
import { checkPartExists, planRead } from '../objects/read-plan.ts';
import { shownVersionIn } from '../objects/version-header.ts';
import { header, operation, query } from '../operation.ts';

/** What GetObject and HeadObject read alike. */
export const readInput = {
  ...encryptionInput,
  versionId,
  partNumber: query('partNumber', optionalPartNumber),
  range: header('range', optionalText),
  ifRange: header('if-range', optionalText),
  conditions: readConditions,
  overrides,
  withChecksums: header('x-amz-checksum-mode', (text) => text?.toUpperCase() === 'ENABLED'),
};

/** Sends an object or a range of it. Source: AWS API reference, GetObject. */
export const GetObject = operation({
  name: 'GetObject',
  method: 'GET',
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
    const { bucket, key } = target;
    const { versionId, partNumber } = input;
    const wanted = { bucket, key, versionId, customerKey };
    const opened = await hideMissingKey(permit, target, async () => {
      // A part that is not there is told before a customer's key is asked for: what the public suite expects.
      if (partNumber !== undefined && customerKey === undefined) {
        const record = await store.readObject(wanted);
        if (permit.admits(record)) checkPartExists(record, partNumber);
      }
      return store.openObject(wanted);
    });
    try {
      if (!permit.admits(opened.record)) throw refusal('AccessDenied', {});
      const { range, partsCount } = planRead(opened.record, input, clock.nowMs());
      const { record } = opened;
      const reading = store.readBucket(bucket);
      const home = reading instanceof Promise ? await reading : reading;
      // One that is named may be an older one, which ends by other rules.
      const expiration = versionId === undefined ? expirationIn(home, record, limits.lifecycleDayMs) : undefined;
      const checksums = input.withChecksums ? await shownChecksums(store, record, range, partNumber) : undefined;
      return {
        content: { record, opened, range, overrides: input.overrides, checksums, partsCount },
        headers: {
          versionId: shownVersionIn(home, record.versionId),
          expiration,
          ...encryptionHeaders(record.encryption, customerKey),
        },
      };
    } catch (error) {
      await opened.close();
      throw error;
    }
  },
});
