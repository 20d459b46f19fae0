import {
  Delete,
  DeleteResult,
  maxXmlBytes,
  parseKey,
  refusal,
  S3Error,
  StoreFailure,
  unquoteEtag,
  type ValueOf,
} from '@tidegate/protocol';
import { listingOf } from '../../policy/judge.ts';
import type { DeleteOutcome, ObjectDelete } from '../../stores/objects/object-store.ts';
import { readTime } from '../input/conditions.ts';
import { bypassGovernance } from '../input/lock.ts';
import { optionalVersionId, versionAccess } from '../input/version-id.ts';
import { operation, type Permit, xml } from '../operation.ts';
import { deletedEvents } from '../operation-events.ts';

type Asked = ValueOf<typeof Delete>['objects'][number];

/**
 * Deletes up to 1,000 keys; each is judged for itself and answered for itself (SEC-306). Keys that are not there count as
 * deleted, unless their ETag was to be matched. Source: AWS API reference, DeleteObjects.
 */
export const DeleteObjects = operation({
  name: 'DeleteObjects',
  method: 'POST',
  resource: 'bucket',
  subresource: 'delete',
  action: 's3:DeleteObject',
  judgedBy: 'body',
  input: { bypass: bypassGovernance },
  body: xml('Delete', Delete),
  maxBodyBytes: maxXmlBytes,
  output: { document: xml('DeleteResult', DeleteResult) },
  refuses: ['NoSuchBucket', 'MalformedXML', 'AccessDenied', 'InvalidArgument'],

  async handle({ target, input, document, permit, caller }, { store }) {
    const refused = new Map<Asked, S3Error>();
    for (const asked of document.objects) {
      const error = await judge(asked, target.bucket, permit);
      if (error !== undefined) refused.set(asked, error);
    }
    const admitted = document.objects.filter((asked) => !refused.has(asked));
    if (admitted.length === 0 && caller.accessKeyId === undefined) throw refusal('AccessDenied', {});
    const bypass = input.bypass && (await mayBypass(admitted, target.bucket, permit));
    const deletions = new Map(admitted.map((asked) => [nameOf(asked), deletionOf(asked, bypass)]));
    const outcomes = deletions.size === 0 ? [] : await store.deleteObjects(target.bucket, [...deletions.values()]);
    const outcomeOf = new Map(Array.from(deletions.keys(), (name, at) => [name, outcomes[at]]));
    const errors = Array.from(refused, ([asked, error]) => wireError(asked, error));
    const deleted: ReturnType<typeof wireDeleted>[] = [];
    for (const asked of admitted) {
      const outcome = outcomeOf.get(nameOf(asked));
      const failed = outcome?.refused ?? outcome?.damaged?.toRefusal() ?? missingVersion(asked, outcome);
      if (failed === undefined) deleted.push(wireDeleted(asked, outcome));
      else errors.push(wireError(asked, await shownError(asked, failed, target.bucket, permit)));
    }
    const done = [...deletions.values()].flatMap(({ versionId }, at) => {
      const outcome = outcomes[at];
      return outcome === undefined ? [] : [{ outcome, versionId }];
    });
    return {
      failure: failureOf(outcomes),
      events: deletedEvents('s3:ObjectRemoved', done),
      document: {
        deleted: document.quiet === true ? [] : deleted,
        errors,
      },
    };
  },
});

/** What is told to the log of keys whose rows are damaged. */
function failureOf(outcomes: readonly DeleteOutcome[]): StoreFailure | undefined {
  const damaged = outcomes.filter((outcome) => outcome.damaged !== undefined);
  const [first] = damaged;
  if (first === undefined) return undefined;
  const what = `deleting ${damaged.length} of ${outcomes.length} keys, ${JSON.stringify(first.key)} first`;
  return new StoreFailure({ what, kind: 'broken', cause: first.damaged });
}

/** A version that was named and is not there. A key without versions counts as deleted, as at Amazon S3. */
function missingVersion({ key, versionId }: Asked, outcome: DeleteOutcome | undefined): S3Error | undefined {
  if (versionId === undefined || versionId === 'null' || outcome?.deleted !== false) return undefined;
  return refusal('NoSuchVersion', { Key: key, VersionId: versionId });
}

/** A version that is named twice is deleted once, and answered as often as it was named. */
function nameOf({ key, versionId }: Asked): string {
  return JSON.stringify([key, versionId]);
}

/** @throws S3Error InvalidArgument for a time that cannot be read */
function deletionOf(
  { key, versionId, etag, lastModifiedTime, sizeBytes }: Asked,
  bypassGovernance: boolean,
): ObjectDelete {
  const condition = {
    ifMatch: etag === undefined ? undefined : [unquoteEtag(etag)],
    modifiedAtMs: lastModifiedTime === undefined ? undefined : readTime('LastModifiedTime', lastModifiedTime),
    sizeBytes,
  };
  return { key, versionId, condition, bypassGovernance };
}

/** The bypass counts when the caller has the right to it for every version that is named. */
async function mayBypass(asked: readonly Asked[], bucket: string, permit: Permit): Promise<boolean> {
  for (const { key, versionId } of asked) {
    if (versionId === undefined) continue;
    if (!(await permit.allows({ action: 's3:BypassGovernanceRetention', bucket, key }))) return false;
  }
  return true;
}

function wireDeleted({ key, versionId }: Asked, outcome: DeleteOutcome | undefined) {
  const { marker, markerVersionId } = outcome ?? {};
  return {
    key,
    versionId,
    deleteMarker: marker === undefined ? undefined : true,
    deleteMarkerVersionId: marker === 'removed' ? versionId : markerVersionId,
  };
}

/** As with one key, that a key is missing is told to those who may list it. */
async function shownError({ key }: Asked, error: S3Error, bucket: string, permit: Permit): Promise<S3Error> {
  const isHidden = error.code === 'NoSuchKey' && !(await permit.allows(listingOf({ bucket, key })));
  return isHidden ? refusal('AccessDenied', {}) : error;
}

function wireError({ key, versionId }: Pick<Asked, 'key' | 'versionId'>, { code, message }: S3Error) {
  return { key, versionId, code, message };
}

async function judge({ key, versionId }: Asked, bucket: string, permit: Permit): Promise<S3Error | undefined> {
  if (!(await permit.allows({ action: 's3:DeleteObject', bucket, key }))) return refusal('AccessDenied', {});
  for (const access of versionAccess('s3:DeleteObjectVersion', { bucket, key }, versionId)) {
    if (!(await permit.allows(access))) return refusal('AccessDenied', {});
  }
  try {
    parseKey(key);
    optionalVersionId(versionId, 'VersionId');
    return undefined;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}
