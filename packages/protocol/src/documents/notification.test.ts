import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { readDocument } from '../xml/read.ts';
import { NotificationConfiguration } from '../xml/shapes/NotificationConfiguration.ts';
import { writeDocument } from '../xml/write.ts';
import { type NotificationRule, notificationDocument, notificationRules, notifies } from './notification.ts';

function rules(inner: string): readonly NotificationRule[] {
  const text = `<NotificationConfiguration>${inner}</NotificationConfiguration>`;
  const bounds = { maxBytes: 65_536 };
  const document = readDocument('NotificationConfiguration', NotificationConfiguration, Buffer.from(text), bounds);
  return notificationRules(document);
}

const arn = 'arn:tidegate:sqs::_:hook';
const filter = (...pairs: readonly (readonly [string, string])[]): string =>
  `<Filter><S3Key>${pairs.map(([name, value]) => `<FilterRule><Name>${name}</Name><Value>${value}</Value></FilterRule>`).join('')}</S3Key></Filter>`;
const queue = (event: string, inner = '', destination = arn): string =>
  `<QueueConfiguration>${inner}<Queue>${destination}</Queue><Event>${event}</Event></QueueConfiguration>`;
const put = 's3:ObjectCreated:Put';

test('NTF-1 a configuration comes back as it was sent, with an Id for each', () => {
  const made = rules(
    queue(put, `<Id>mine</Id>${filter(['Prefix', 'in/'], ['suffix', '.jpg'])}`) +
      `<TopicConfiguration><Topic>arn:aws:sns:eu-west-1:12:t</Topic><Event>s3:ObjectRemoved:*</Event></TopicConfiguration>` +
      `<CloudFunctionConfiguration><CloudFunction>arn:aws:lambda:eu-west-1:12:function:f</CloudFunction><Event>s3:ObjectAcl:Put</Event></CloudFunctionConfiguration>`,
  );
  assert.deepEqual(
    made.map(({ kind, id, destination }) => [kind, id, destination]),
    [
      ['topic', 'notification-1', 't'],
      ['queue', 'mine', 'hook'],
      ['function', 'notification-2', 'f'],
    ],
  );
  const written = writeDocument('NotificationConfiguration', NotificationConfiguration, notificationDocument(made));
  const again = rules(written.slice(written.indexOf('>', written.indexOf('<Notif')) + 1, written.lastIndexOf('</')));
  assert.deepEqual(again, made);
});

const bad: readonly (readonly [string, string, string])[] = [
  ['text that is no ARN', queue(put, '', 'https://example.com/hook'), 'InvalidArgument'],
  ['an ARN of another service', queue(put, '', 'arn:aws:s3:::bucket'), 'InvalidArgument'],
  ['an event that S3 does not know', queue('s3:ObjectCreated:Made'), 'InvalidArgument'],
  ['an event without its kind', queue('Put'), 'InvalidArgument'],
  ['an event named as a member of objects', queue('constructor:call'), 'InvalidArgument'],
  ['all events at once', queue('s3:*'), 'InvalidArgument'],
  ['an event that cannot happen here', queue('s3:ObjectRestore:Completed'), 'NotImplemented'],
  ['EventBridge', '<EventBridgeConfiguration/>', 'NotImplemented'],
  ['a filter by another name', queue(put, filter(['infix', 'a'])), 'InvalidArgument'],
  ['two prefixes', queue(put, filter(['prefix', 'a'], ['prefix', 'b'])), 'InvalidArgument'],
  ['a long prefix', queue(put, filter(['prefix', 'é'.repeat(513)])), 'InvalidArgument'],
  [
    'an Id that is used twice',
    queue(put, '<Id>a</Id>') + queue('s3:ObjectRemoved:Delete', '<Id>a</Id>'),
    'InvalidArgument',
  ],
  ['two that match the same events', queue(put) + queue('s3:ObjectCreated:*'), 'InvalidArgument'],
  [
    'two that match the same events of some keys',
    queue(put, filter(['prefix', 'a'])) + queue(put, filter(['prefix', 'ab'], ['suffix', 'x'])),
    'InvalidArgument',
  ],
];
for (const [name, inner, code] of bad) {
  test(`NTF-2 ${name} is ${code}`, () => {
    assert.throws(
      () => rules(inner),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}

test('NTF-2 two that share no event of any key may stand together', () => {
  assert.equal(rules(queue(put, filter(['prefix', 'a'])) + queue(put, filter(['prefix', 'b']))).length, 2);
  assert.equal(rules(queue(put, filter(['suffix', '.a'])) + queue(put, filter(['suffix', '.b']))).length, 2);
});

test('NTF-11 events fit by name and kind, keys by prefix and suffix', () => {
  const [rule] = rules(queue('s3:ObjectCreated:*', filter(['prefix', 'in/'], ['suffix', '.jpg'])));
  assert.ok(rule);
  assert.ok(notifies(rule, put, 'in/a.jpg'));
  assert.ok(!notifies(rule, put, 'in/a.png'));
  assert.ok(!notifies(rule, put, 'out/a.jpg'));
  assert.ok(!notifies(rule, 's3:ObjectRemoved:Delete', 'in/a.jpg'));
  const [exact] = rules(queue(put));
  assert.ok(exact);
  assert.ok(!notifies(exact, 's3:ObjectCreated:Post', 'k'));
});
