import { Retention, refusal } from '@tidegate/protocol';
import { hideMissingKey } from '../../policy/missing-key.ts';
import { bypassGovernance, checkRetention } from '../input/lock.ts';
import { versionId } from '../input/version-id.ts';
import { operation, xml } from '../operation.ts';

/** Sets until when a version may not be removed; shorter or weaker only by a bypass. Source: AWS API reference, PutObjectRetention. */
export const PutObjectRetention = operation({
  name: 'PutObjectRetention',
  method: 'PUT',
  resource: 'object',
  subresource: 'retention',
  action: 's3:PutObjectRetention',
  alsoNeeds: ({ bypass }, { bucket, key }) => (bypass ? [{ action: 's3:BypassGovernanceRetention', bucket, key }] : []),
  input: { versionId, bypass: bypassGovernance },
  body: xml('Retention', Retention),
  brings: 'in-body',
  output: {},
  refuses: [
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchVersion',
    'MethodNotAllowed',
    'MalformedXML',
    'InvalidArgument',
    'InvalidRequest',
    'AccessDenied',
  ],

  async handle({ target, input, document, permit }, { store, clock }) {
    const { mode, untilMs } = document;
    if ((mode === undefined) !== (untilMs === undefined)) throw refusal('MalformedXML', {});
    const retention = mode === undefined || untilMs === undefined ? undefined : { mode, untilMs };
    checkRetention(retention, clock.nowMs());
    const version = { ...target, versionId: input.versionId };
    const access = { ...version, action: 's3:PutObjectRetention', brings: { lock: { retention } } };
    if (!(await permit.allows(access))) throw refusal('AccessDenied', {});
    const options = { bypassGovernance: input.bypass };
    await hideMissingKey(permit, target, () => store.setRetention(version, retention, options));
    return {};
  },
});
