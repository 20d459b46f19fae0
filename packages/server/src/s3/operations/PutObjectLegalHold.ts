import { LegalHold, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { versionId } from '../input/version-id.ts';
import { operation, xml } from '../operation.ts';

/** Puts a version on legal hold, or takes it off. Source: AWS API reference, PutObjectLegalHold. */
export const PutObjectLegalHold = operation({
  name: 'PutObjectLegalHold',
  method: 'PUT',
  resource: 'object',
  subresource: 'legal-hold',
  action: 's3:PutObjectLegalHold',
  input: { versionId },
  body: xml('LegalHold', LegalHold),
  brings: 'in-body',
  output: {},
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'MalformedXML',
    'InvalidRequest',
    'AccessDenied',
  ],

  async handle({ target, input, document, permit }, { store }) {
    const version = { ...target, versionId: input.versionId };
    const brings = { lock: { legalHold: document.status } };
    const access = { ...version, action: 's3:PutObjectLegalHold', brings };
    if (!(await permit.allows(access))) throw refusal('AccessDenied', {});
    await hideMissingKey(permit, target, () => store.setLegalHold(version, document.status));
    return {};
  },
});
