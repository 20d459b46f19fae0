import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error } from '../errors/s3-error.ts';
import { readDocument } from '../xml/read.ts';
import { LifecycleConfiguration } from '../xml/shapes/LifecycleConfiguration.ts';
import { writeDocument } from '../xml/write.ts';
import { checkLifecycleConfiguration, lifecycleScope, withRuleIds } from './lifecycle.ts';

function read(rules: string): LifecycleConfiguration {
  const text = `<LifecycleConfiguration>${rules}</LifecycleConfiguration>`;
  return readDocument('LifecycleConfiguration', LifecycleConfiguration, Buffer.from(text), { maxBytes: 65_536 });
}

const rule = (inner: string, id = ''): string => `<Rule>${id}${inner}<Status>Enabled</Status></Rule>`;
const prefix = '<Filter><Prefix>logs/</Prefix></Filter>';
const tag = '<Tag><Key>a</Key><Value>1</Value></Tag>';
const otherTag = '<Tag><Key>b</Key><Value>2</Value></Tag>';
const days = (count: number): string => `<Expiration><Days>${count}</Days></Expiration>`;
const expiration = (inner: string): string => rule(`${prefix}<Expiration>${inner}</Expiration>`);
const older = (inner: string): string =>
  rule(`${prefix}<NoncurrentVersionExpiration>${inner}</NoncurrentVersionExpiration>`);
const abort =
  '<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>';
const filter = (inner: string): string => rule(`<Filter>${inner}</Filter>${days(1)}`);
const sizes = (above: number, below: number): string =>
  `<And><ObjectSizeGreaterThan>${above}</ObjectSizeGreaterThan><ObjectSizeLessThan>${below}</ObjectSizeLessThan></And>`;

const good: readonly (readonly [string, string])[] = [
  ['a prefix of the older form', rule(`<Prefix>logs/</Prefix>${days(1)}`)],
  ['an empty filter', rule(`<Filter/>${days(1)}`)],
  ['a tag', filter(tag)],
  ['all members in And', filter(`<And><Prefix>p</Prefix>${tag}${otherTag}</And>`)],
  ['sizes', filter(sizes(1, 3))],
  ['a date at midnight', expiration('<Date>2026-01-01T00:00:00Z</Date>')],
  ['delete markers', expiration('<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>')],
  ['older versions', older('<NoncurrentDays>3</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions>')],
  ['uploads', rule(`${prefix}${abort}`)],
];
for (const [name, rules] of good) {
  test(`LFC-2 ${name} is allowed in a rule`, () => checkLifecycleConfiguration(read(rules)));
}

const bad: readonly (readonly [string, string, string])[] = [
  ['a long ID', rule(`${prefix}${days(1)}`, `<ID>${'x'.repeat(256)}</ID>`), 'InvalidArgument'],
  ['an ID that is used twice', rule(`${prefix}${days(1)}`, '<ID>a</ID>').repeat(2), 'InvalidArgument'],
  ['no days', rule(`${prefix}${days(0)}`), 'InvalidArgument'],
  ['negative days', rule(`${prefix}${days(-1)}`), 'InvalidArgument'],
  ['a date in the day', expiration('<Date>2026-01-01T12:00:00Z</Date>'), 'InvalidArgument'],
  ['no day for older versions', older('<NoncurrentDays>0</NoncurrentDays>'), 'InvalidArgument'],
  [
    'more newer versions than 100',
    older('<NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions>'),
    'InvalidArgument',
  ],
  ['no action', rule(prefix), 'InvalidRequest'],
  ['a long prefix', filter(`<Prefix>${'é'.repeat(513)}</Prefix>`), 'InvalidRequest'],
  ['sizes that nothing fits', filter(sizes(3, 3)), 'InvalidRequest'],
  ['a tag twice', filter(`<And>${tag}${tag}</And>`), 'InvalidRequest'],
  [
    'tags beside delete markers',
    rule(`<Filter>${tag}</Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`),
    'InvalidRequest',
  ],
  ['tags beside uploads', rule(`<Filter>${tag}</Filter>${abort}`), 'InvalidRequest'],
  [
    'a size beside uploads',
    rule(`<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>${abort}`),
    'InvalidRequest',
  ],
  ['an empty tag key', filter('<Tag><Key/><Value/></Tag>'), 'InvalidTag'],
  ['a rule with filter and prefix', rule(`<Prefix/>${prefix}${days(1)}`), 'MalformedXML'],
  ['a rule with neither', rule(days(1)), 'MalformedXML'],
  ['two members outside And', filter(`<Prefix>p</Prefix>${tag}`), 'MalformedXML'],
  ['one member in And', filter(`<And>${tag}</And>`), 'MalformedXML'],
  ['an expiration of nothing', expiration(''), 'MalformedXML'],
  ['days and a date', expiration('<Days>1</Days><Date>2026-01-01T00:00:00Z</Date>'), 'MalformedXML'],
  ['newer versions without days', older('<NewerNoncurrentVersions>1</NewerNoncurrentVersions>'), 'MalformedXML'],
  ['no rule', '', 'MalformedXML'],
  ['a status in lower case', `<Rule>${prefix}${days(1)}<Status>enabled</Status></Rule>`, 'MalformedXML'],
];
for (const [name, rules, code] of bad) {
  test(`LFC-2 ${name} is ${code}`, () => {
    assert.throws(
      () => checkLifecycleConfiguration(read(rules)),
      (error) => error instanceof S3Error && error.code === code,
    );
  });
}

test('LFC-3 a transition is refused by the name of its class, and a bad one for what it is', () => {
  const moved = (inner: string): string => rule(`${prefix}<Transition>${inner}</Transition>`);
  const refused = (rules: string): S3Error => {
    try {
      checkLifecycleConfiguration(read(rules));
    } catch (error) {
      if (error instanceof S3Error) return error;
      throw error;
    }
    throw new Error('taken');
  };
  const named = refused(moved('<Days>0</Days><StorageClass>GLACIER</StorageClass>'));
  assert.equal(named.code, 'NotImplemented');
  assert.match(named.message, /GLACIER/);
  const day = '<Date>2026-01-01T05:00:00Z</Date><StorageClass>GLACIER</StorageClass>';
  assert.equal(refused(moved(day)).code, 'InvalidArgument');
  const ofOlder = '<NoncurrentDays>1</NoncurrentDays><StorageClass>STANDARD_IA</StorageClass>';
  const rules = rule(`${prefix}<NoncurrentVersionTransition>${ofOlder}</NoncurrentVersionTransition>`);
  assert.match(refused(rules).message, /STANDARD_IA/);
});

test('LFC-1 rules come back as they were sent, those without an ID numbered beside the others', () => {
  const rules = rule(`<Prefix>a</Prefix>${days(1)}`, '<ID>rule-1</ID>') + filter(`<And><Prefix>b</Prefix>${tag}</And>`);
  const numbered = withRuleIds(read(rules).rules);
  assert.deepEqual(
    numbered.map(({ id }) => id),
    ['rule-1', 'rule-2'],
  );
  const written = writeDocument('LifecycleConfiguration', LifecycleConfiguration, { rules: numbered });
  const again = readDocument('LifecycleConfiguration', LifecycleConfiguration, Buffer.from(written), {
    maxBytes: 9999,
  });
  assert.deepEqual(again.rules, numbered);
  assert.deepEqual(numbered.map(lifecycleScope), [
    { prefix: 'a', tags: [], sizeGreaterThan: undefined, sizeLessThan: undefined },
    { prefix: 'b', tags: [{ name: 'a', value: '1' }], sizeGreaterThan: undefined, sizeLessThan: undefined },
  ]);
});
