import { readXmlTree, type XmlElement } from '@tidegate/protocol';
import { wrongUse } from '../core/errors.ts';

// A lifecycle as AWS tools write it in JSON and S3 takes it in XML: the same names, but for lists.

/** Lists by their name in JSON, with the element of one entry. */
const lists: ReadonlyMap<string, string> = new Map([
  ['Rules', 'Rule'],
  ['Tags', 'Tag'],
  ['Transitions', 'Transition'],
  ['NoncurrentVersionTransitions', 'NoncurrentVersionTransition'],
]);
const listNames: ReadonlyMap<string, string> = new Map([...lists].map(([name, element]) => [element, name]));
/** A filter has one tag, and `And` has several. */
const numbers = /^(?:Days|DaysAfterInitiation|NoncurrentDays|NewerNoncurrentVersions|ObjectSize(?:Greater|Less)Than)$/;

/** The XML of a lifecycle in JSON: `{"Rules": […]}`. @throws CliError */
export function lifecycleXml(text: string, name: string): string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw wrongUse(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const rules = typeof document === 'object' && document !== null && 'Rules' in document ? document.Rules : document;
  if (!Array.isArray(rules) || rules.length === 0) {
    throw wrongUse(`${name} has no rules.`, 'Write  {"Rules": [{"Status": "Enabled", "Expiration": {"Days": 30}}]}');
  }
  return `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules.map((rule) => element('Rule', rule)).join('')}</LifecycleConfiguration>`;
}

function element(name: string, value: unknown): string {
  if (Array.isArray(value)) {
    const entry = lists.get(name) ?? name;
    return value.map((one) => element(entry, one)).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return `<${name}>${Object.entries(value)
      .map(([member, inner]) => element(checked(member), inner))
      .join('')}</${name}>`;
  }
  return `<${name}>${escaped(String(value))}</${name}>`;
}

function checked(member: string): string {
  if (/^[A-Za-z]+$/.test(member)) return member;
  throw wrongUse(`A lifecycle rule has no member "${member}".`);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The rules of a lifecycle in XML, as JSON. */
export function lifecycleRules(xml: string): readonly Record<string, unknown>[] {
  return (readXmlTree(xml)?.children ?? []).filter(({ name }) => name === 'Rule').map((rule) => membersOf(rule));
}

function membersOf({ name, children }: XmlElement): Record<string, unknown> {
  const members = new Map<string, unknown>();
  for (const child of children) {
    const listName = child.name === 'Tag' && name !== 'And' ? undefined : listNames.get(child.name);
    const value = valueIn(child);
    if (listName === undefined) members.set(child.name, value);
    else {
      const known = members.get(listName);
      members.set(listName, [...(Array.isArray(known) ? known : []), value]);
    }
  }
  return Object.fromEntries(members);
}

function valueIn(child: XmlElement): unknown {
  if (child.children.length > 0) return membersOf(child);
  if (child.name === 'Filter') return {};
  if (numbers.test(child.name)) return Number(child.text);
  return child.name === 'ExpiredObjectDeleteMarker' ? child.text === 'true' : child.text;
}

/** A rule in words: `keys with the prefix logs/ expire after 30 days`. */
export function describeRule(rule: Record<string, unknown>): string {
  const at = (value: unknown, ...path: string[]): unknown =>
    path.reduce<unknown>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(name) : undefined,
      value,
    );
  const prefix = at(rule, 'Filter', 'Prefix') ?? at(rule, 'Filter', 'And', 'Prefix') ?? at(rule, 'Prefix');
  const days = (count: unknown): string => `${String(count)} day${Number(count) === 1 ? '' : 's'}`;
  const words: string[] = [];
  if (at(rule, 'Expiration', 'Days') !== undefined) words.push(`expire after ${days(at(rule, 'Expiration', 'Days'))}`);
  if (at(rule, 'Expiration', 'Date') !== undefined) words.push(`expire at ${String(at(rule, 'Expiration', 'Date'))}`);
  if (at(rule, 'Expiration', 'ExpiredObjectDeleteMarker') === true) words.push('delete markers without versions go');
  const noncurrent = at(rule, 'NoncurrentVersionExpiration', 'NoncurrentDays');
  if (noncurrent !== undefined) words.push(`older versions are deleted after ${days(noncurrent)}`);
  const uploads = at(rule, 'AbortIncompleteMultipartUpload', 'DaysAfterInitiation');
  if (uploads !== undefined) words.push(`incomplete uploads are aborted after ${days(uploads)}`);
  const which = typeof prefix === 'string' && prefix !== '' ? `keys with prefix ${prefix}` : 'all keys';
  return `${which}: ${words.join('; ') || 'nothing'}`;
}
