import { type NotificationRule, notifies } from '@tidegate/protocol';
import type { NewMessage } from '../stores/admin/webhook-store.ts';
import type { BucketRecord, DeleteOutcome, VersionRecord } from '../stores/objects/object-store.ts';
import type { OperationTools } from './operation-tools.ts';

/** Something that happened to a version, as a handler gives it back with its answer. */
export type ObjectEvent = {
  /** As configurations name it: `s3:ObjectCreated:Put`. */
  readonly name: string;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly sizeBytes?: number | undefined;
  readonly etag?: string | undefined;
};

/** Who caused an event, and with which request. */
export type EventOrigin = {
  /** Account; undefined: nobody signed. */
  readonly principalId: string | undefined;
  readonly address: string;
  readonly requestId: string;
  readonly hostId: string;
};

/** What events are told with. */
export type EventTools = Pick<OperationTools, 'store' | 'clock' | 'region' | 'webhooks'>;

/** The event that every destination is told of when it is configured. */
export const testEvent = 's3:TestEvent';

/** What was deleted, as events: the version that is gone, or the marker that covers it. Nothing where nothing was there. */
export function deletedEvents(
  kind: 's3:ObjectRemoved' | 's3:LifecycleExpiration',
  done: readonly { readonly outcome: DeleteOutcome; readonly versionId?: string | undefined }[],
): readonly ObjectEvent[] {
  return done.flatMap(({ outcome, versionId }) => {
    const { key, deleted, marker, markerVersionId, refused } = outcome;
    if (refused !== undefined) return [];
    if (marker === 'made') return [{ name: `${kind}:DeleteMarkerCreated`, key, versionId: markerVersionId }];
    return deleted ? [{ name: `${kind}:Delete`, key, versionId }] : [];
  });
}

/** A version that was written, as an event. */
export function created(how: 'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload', record: VersionRecord): ObjectEvent {
  const { key, versionId, sizeBytes, etag } = record;
  return { name: `s3:ObjectCreated:${how}`, key, versionId, sizeBytes, etag };
}

/**
 * Tells the webhooks that the bucket names of what happened (NTF-10 … NTF-13). When it resolves the messages are on disk; a bucket
 * without notifications costs the read of its record, and nothing is waited for where that is known.
 */
export function tellEvents(
  tools: EventTools,
  bucketName: string,
  events: readonly ObjectEvent[],
  origin: EventOrigin,
): Promise<unknown> | undefined {
  if (events.length === 0) return undefined;
  const bucket = tools.store.readBucket(bucketName);
  return bucket instanceof Promise
    ? bucket.then((found) => tellOf(events, found, tools, origin))
    : tellOf(events, bucket, tools, origin);
}

function tellOf(
  events: readonly ObjectEvent[],
  bucket: BucketRecord | undefined,
  tools: EventTools,
  origin: EventOrigin,
): Promise<unknown> | undefined {
  const rules = bucket?.config.notifications;
  if (bucket === undefined || rules === undefined) return undefined;
  const messages = events.flatMap((event) => messagesOf(event, rules, { tools, bucket, origin }));
  return messages.length > 0 ? tools.webhooks.enqueue(messages) : undefined;
}

type Telling = { readonly tools: EventTools; readonly bucket: BucketRecord; readonly origin: EventOrigin };

function messagesOf(event: ObjectEvent, rules: readonly NotificationRule[], telling: Telling): readonly NewMessage[] {
  if (event.name === testEvent) {
    const targets = new Set(rules.map(({ destination }) => destination));
    const body = JSON.stringify(testDocument(telling));
    return Array.from(targets, (target) => ({ target, type: testEvent, body }));
  }
  return rules
    .filter((rule) => notifies(rule, event.name, event.key))
    .map((rule) => ({
      target: rule.destination,
      type: event.name,
      body: JSON.stringify({ Records: [recordOf(event, rule, telling)] }),
    }));
}

/** Source: AWS, Event message structure, version 2.3. */
function recordOf(event: ObjectEvent, rule: NotificationRule, { tools, bucket, origin }: Telling): object {
  const nowMs = tools.clock.nowMs();
  const { versionId } = event;
  return {
    eventVersion: '2.3',
    eventSource: 'aws:s3',
    awsRegion: bucket.region === '' ? tools.region : bucket.region,
    eventTime: new Date(nowMs).toISOString(),
    eventName: event.name.slice('s3:'.length),
    userIdentity: { principalId: origin.principalId ?? 'anonymous' },
    requestParameters: { sourceIPAddress: origin.address },
    responseElements: { 'x-amz-request-id': origin.requestId, 'x-amz-id-2': origin.hostId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: rule.id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: bucket.owner.id },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: {
        key: encodeKey(event.key),
        size: event.sizeBytes,
        eTag: event.etag,
        ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
        sequencer: sequencer(nowMs),
      },
    },
  };
}

function testDocument({ tools, bucket, origin }: Telling): object {
  return {
    Service: 'Amazon S3',
    Event: testEvent,
    Time: new Date(tools.clock.nowMs()).toISOString(),
    Bucket: bucket.name,
    RequestId: origin.requestId,
    HostId: origin.hostId,
  };
}

/** As a form encodes it: a blank is `+`. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

let sequence = 0;

/** Grows from event to event: of two of one key the later one has the greater text. */
function sequencer(nowMs: number): string {
  sequence = (sequence + 1) % 0x1_0000;
  return (nowMs.toString(16).padStart(12, '0') + sequence.toString(16).padStart(4, '0')).toUpperCase();
}
