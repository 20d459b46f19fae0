import { refusal } from '../errors/s3-error.ts';
import type { NotificationConfiguration } from '../xml/shapes/NotificationConfiguration.ts';

/** The events that happen on this server, by kind; each may be named alone, or its kind with `:*`. */
export const notificationEvents: Readonly<Record<string, readonly string[]>> = {
  's3:ObjectCreated': ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'],
  's3:ObjectRemoved': ['Delete', 'DeleteMarkerCreated'],
  's3:LifecycleExpiration': ['Delete', 'DeleteMarkerCreated'],
  's3:ObjectTagging': ['Put', 'Delete'],
  's3:ObjectAcl': ['Put'],
};

/** Events of Amazon S3 that cannot happen here. Source: AWS, Supported event types for SQS, SNS, and Lambda. */
const foreignEvents =
  /^s3:(?:ReducedRedundancyLostObject|ObjectRestore:(?:\*|Post|Completed|Delete)|Replication:(?:\*|Operation\w+)|LifecycleTransition|IntelligentTiering|ObjectAnnotation:(?:\*|\w+))$/;

/** One configuration of a bucket, whatever kind of destination it was written for. */
export type NotificationRule = {
  readonly kind: 'topic' | 'queue' | 'function';
  readonly id: string;
  readonly arn: string;
  /** The destination: the last segment of the ARN. */
  readonly destination: string;
  readonly events: readonly string[];
  /** As it was sent, in order; names in lower case. */
  readonly filter: readonly { readonly name: 'prefix' | 'suffix'; readonly value: string }[];
};

const maxFilterBytes = 1024;

/**
 * The rules of a configuration, judged (NTF-1, NTF-2); those without an id are numbered.
 * @throws S3Error InvalidArgument, NotImplemented
 */
export function notificationRules(document: NotificationConfiguration): readonly NotificationRule[] {
  if (document.eventBridge !== undefined) {
    throw refusal('NotImplemented', {}, undefined, 'EventBridgeConfiguration is not implemented: name a webhook.');
  }
  const all = [
    ...document.topics.map((each) => ({ ...each, kind: 'topic' as const })),
    ...document.queues.map((each) => ({ ...each, kind: 'queue' as const })),
    ...document.functions.map((each) => ({ ...each, kind: 'function' as const })),
  ];
  const ids = new Set(all.map(({ id }) => id));
  const rules: NotificationRule[] = [];
  let number = 0;
  for (const { kind, arn, events, filter, id } of all) {
    for (const event of events) checkEvent(event);
    let named = id ?? '';
    while (named === '' || (id === undefined && ids.has(named))) {
      number += 1;
      named = `notification-${number}`;
    }
    if (named.length > 255) throw invalid('Id', named.slice(0, 1024), 'Id must have at most 255 characters');
    if (rules.some((rule) => rule.id === named)) {
      throw invalid('Id', named, 'Same ID used for multiple configurations. IDs must be unique');
    }
    const rule = {
      kind,
      id: named,
      arn,
      destination: destinationOf(arn),
      events,
      filter: filterOf(filter?.key?.rules),
    };
    const other = rules.find((earlier) => overlap(earlier, rule));
    if (other !== undefined) {
      const message =
        'Configurations overlap. Configurations on the same bucket cannot share a common event type for the same keys.';
      throw invalid('Id', named, message);
    }
    rules.push(rule);
  }
  return rules;
}

/** The document that the rules were made of. */
export function notificationDocument(rules: readonly NotificationRule[]): NotificationConfiguration {
  const of = (wanted: NotificationRule['kind']) =>
    rules
      .filter(({ kind }) => kind === wanted)
      .map(({ id, arn, events, filter }) => ({
        id,
        arn,
        events,
        filter: filter.length === 0 ? undefined : { key: { rules: filter } },
      }));
  return { topics: of('topic'), queues: of('queue'), functions: of('function') };
}

/** Whether a rule speaks of an event (`s3:ObjectCreated:Put`) of a key. */
export function notifies(rule: NotificationRule, event: string, key: string): boolean {
  return (
    rule.events.some((wanted) => eventFits(wanted, event)) &&
    rule.filter.every(({ name, value }) => (name === 'prefix' ? key.startsWith(value) : key.endsWith(value)))
  );
}

function eventFits(wanted: string, event: string): boolean {
  return wanted === event || (wanted.endsWith(':*') && event.startsWith(wanted.slice(0, -1)));
}

function checkEvent(event: string): void {
  if (foreignEvents.test(event)) {
    throw refusal('NotImplemented', {}, undefined, `No event ${event} happens on this server.`);
  }
  const at = event.lastIndexOf(':');
  const names = Object.hasOwn(notificationEvents, event.slice(0, at)) ? notificationEvents[event.slice(0, at)] : [];
  const name = event.slice(at + 1);
  if (names !== undefined && names.length > 0 && (name === '*' || names.includes(name))) return;
  throw invalid('Event', event.slice(0, 1024), 'The event is not supported for notifications');
}

function destinationOf(arn: string): string {
  const [, destination] =
    /^arn:[a-z-]+:(?:sqs|sns|lambda):[a-z0-9-]*:[A-Za-z0-9_-]*:(?:function:)?([A-Za-z0-9_-]{1,64})$/.exec(arn) ?? [];
  if (destination === undefined) throw invalid('ARN', arn.slice(0, 1024), 'The ARN is not well formed');
  return destination;
}

function filterOf(
  rules: readonly { readonly name: string; readonly value: string }[] = [],
): NotificationRule['filter'] {
  const filter = rules.map(({ name, value }) => {
    const known = name.toLowerCase();
    if (known !== 'prefix' && known !== 'suffix') {
      throw invalid('FilterRule.Name', name.slice(0, 1024), 'filter rule name must be either prefix or suffix');
    }
    if (new TextEncoder().encode(value).byteLength > maxFilterBytes) {
      throw invalid('FilterRule.Value', value.slice(0, 64), 'Size of filter rule value cannot exceed 1024 bytes');
    }
    return { name: known, value } as const;
  });
  if (new Set(filter.map(({ name }) => name)).size < filter.length) {
    throw invalid('FilterRule.Name', '', 'Cannot specify more than one prefix rule or more than one suffix rule');
  }
  return filter;
}

/** Whether one event of one key could match both. */
function overlap(left: NotificationRule, right: NotificationRule): boolean {
  const shares = left.events.some((one) =>
    right.events.some((other) => eventFits(one, other) || eventFits(other, one)),
  );
  const part = (rule: NotificationRule, wanted: 'prefix' | 'suffix'): string =>
    rule.filter.find(({ name }) => name === wanted)?.value ?? '';
  const [before, otherBefore] = [part(left, 'prefix'), part(right, 'prefix')];
  const [behind, otherBehind] = [part(left, 'suffix'), part(right, 'suffix')];
  return (
    shares &&
    (before.startsWith(otherBefore) || otherBefore.startsWith(before)) &&
    (behind.endsWith(otherBehind) || otherBehind.endsWith(behind))
  );
}

function invalid(name: string, value: string, message: string): Error {
  return refusal('InvalidArgument', { ArgumentName: name, ArgumentValue: value }, undefined, message);
}
