import { s3, s3Document } from '../../../data/s3.ts';
import { childrenOf, escapeXml, textOf } from '../../../data/xml.ts';
import { readObjectsAgain } from '../changes.ts';

/** As it was sent: S3 knows three kinds of destinations, and keeps apart what was named as which. */
type Kind = 'Topic' | 'Queue' | 'CloudFunction';

export type NotificationRule = {
  readonly kind: Kind;
  /** Empty: the server names it. */
  readonly id: string;
  readonly arn: string;
  readonly events: readonly string[];
  readonly prefix: string;
  readonly suffix: string;
};

const kinds: readonly Kind[] = ['Topic', 'Queue', 'CloudFunction'];

/** The events a rule can send, in words. */
export const eventWords: readonly (readonly [event: string, words: string])[] = [
  ['s3:ObjectCreated:*', 'new objects'],
  ['s3:ObjectRemoved:*', 'deleted objects'],
  ['s3:ObjectTagging:*', 'tags'],
  ['s3:ObjectAcl:Put', 'access lists'],
  ['s3:LifecycleExpiration:*', 'objects expired by a lifecycle rule'],
];

/** The ARN that names a webhook as destination. */
export function arnOf(webhook: string): string {
  return `arn:tidegate:sqs::_:${webhook}`;
}

/** A rule in one sentence. */
export function notificationSentence({ arn, events, prefix, suffix }: NotificationRule): string {
  const words = events.map((event) => eventWords.find(([name]) => name === event)?.[1] ?? event);
  const list = words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  const where = prefix === '' ? '' : ` under ${prefix}`;
  const names = suffix === '' ? '' : `, where the name ends in ${suffix}`;
  return `${arn.split(':').at(-1)} receives events for ${list}${where}${names}.`;
}

/** @throws S3Refused */
export async function readNotifications(bucket: string, signal?: AbortSignal): Promise<readonly NotificationRule[]> {
  const root = await s3Document({ method: 'GET', bucket, query: { notification: '' } }, signal);
  return kinds.flatMap((kind) =>
    childrenOf(root, `${kind}Configuration`).map((element) => {
      const rules = childrenOf(element, 'Filter')
        .flatMap((filter) => childrenOf(filter, 'S3Key'))
        .flatMap((key) => childrenOf(key, 'FilterRule'));
      const filterOf = (name: string): string => {
        const found = rules.find((rule) => textOf(rule, 'Name').toLowerCase() === name);
        return found === undefined ? '' : textOf(found, 'Value');
      };
      return {
        kind,
        id: textOf(element, 'Id'),
        arn: textOf(element, kind),
        events: childrenOf(element, 'Event').map(({ text }) => text),
        prefix: filterOf('prefix'),
        suffix: filterOf('suffix'),
      };
    }),
  );
}

/** The configuration as S3 takes it. */
function notificationXml(rules: readonly NotificationRule[]): string {
  const body = kinds.flatMap((kind) =>
    rules
      .filter((rule) => rule.kind === kind)
      .map(({ id, arn, events, prefix, suffix }) => {
        const filters = [
          ['prefix', prefix],
          ['suffix', suffix],
        ]
          .filter(([, value]) => value !== '')
          .map(
            ([name, value]) => `<FilterRule><Name>${name}</Name><Value>${escapeXml(value ?? '')}</Value></FilterRule>`,
          )
          .join('');
        return [
          `<${kind}Configuration>`,
          id === '' ? '' : `<Id>${escapeXml(id)}</Id>`,
          `<${kind}>${escapeXml(arn)}</${kind}>`,
          ...events.map((event) => `<Event>${escapeXml(event)}</Event>`),
          filters === '' ? '' : `<Filter><S3Key>${filters}</S3Key></Filter>`,
          `</${kind}Configuration>`,
        ].join('');
      }),
  );
  return `<NotificationConfiguration>${body.join('')}</NotificationConfiguration>`;
}

/** @throws S3Refused */
export async function writeNotifications(bucket: string, rules: readonly NotificationRule[]): Promise<void> {
  await s3({
    method: 'PUT',
    bucket,
    query: { notification: '' },
    headers: { 'content-type': 'application/xml' },
    body: notificationXml(rules),
  });
  await readObjectsAgain();
}
