import { hideMissingKey } from '../../policy/missing-key.ts';
import { refuseUnbuiltHeaders } from '../common-headers.ts';
import { deleteCondition, deleteConditionHeaders } from '../input/conditions.ts';
import { bypassGovernance } from '../input/lock.ts';
import { versionAccess, versionId } from '../input/version-id.ts';
import { shownVersion } from '../objects/version-header.ts';
import { fromHead, operation } from '../operation.ts';
import { deletedEvents } from '../operation-events.ts';

/** Deletes an object, or puts a delete marker on it; one that is not there counts as deleted (SEC-317), unless its ETag was to be matched. Source: AWS API reference, DeleteObject. */
export const DeleteObject = operation({
  name: 'DeleteObject',
  method: 'DELETE',
  resource: 'object',
  action: 's3:DeleteObject',
  alsoNeeds: (input, target) => versionAccess('s3:DeleteObjectVersion', target, input.versionId),
  input: {
    versionId,
    condition: deleteCondition,
    bypass: bypassGovernance,
    unbuiltHeaders: fromHead((head) => refuseUnbuiltHeaders(head, deleteConditionHeaders)),
  },
  output: { status: 204, headers: { marker: 'x-amz-delete-marker', versionId: 'x-amz-version-id' } },
  refuses: ['NoSuchBucket', 'NoSuchKey', 'PreconditionFailed', 'AccessDenied', 'InvalidArgument'],

  async handle({ target, input, permit }, { store }) {
    const { versionId: id, condition } = input;
    const { bucket, key } = target;
    const bypass = input.bypass && (await permit.allows({ action: 's3:BypassGovernanceRetention', bucket, key }));
    const [outcome] = await store.deleteObjects(bucket, [{ key, versionId: id, condition, bypassGovernance: bypass }]);
    if (outcome?.damaged !== undefined) throw outcome.damaged;
    const refused = outcome?.refused;
    if (refused !== undefined) await hideMissingKey(permit, target, () => Promise.reject(refused));
    return {
      events: outcome === undefined ? [] : deletedEvents('s3:ObjectRemoved', [{ outcome, versionId: id }]),
      headers: {
        marker: outcome?.marker === undefined ? undefined : 'true',
        versionId: outcome?.markerVersionId ?? (id === undefined ? undefined : await shownVersion(store, bucket, id)),
      },
    };
  },
});
