import { escapeXml, type UnwritableCharacters } from './escape.ts';
import type { AnyMember, AnyMembers, AnyShape, ValueOf } from './shape.ts';

/** How a document is written; both have the usual value of S3's answers. */
export type WriteOptions = {
  /** The default namespace of the root; `none` for the few documents that S3 writes without. */
  readonly namespace?: 's3' | 'none';
  readonly unwritable?: UnwritableCharacters;
};

/** First line of every XML answer. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The namespace of S3's documents. */
export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Writes a document: declaration, root with S3's namespace, members in the shape's order (WIRE-20 … WIRE-23). */
export function writeDocument<Shape extends AnyShape>(
  root: string,
  shape: Shape,
  value: ValueOf<Shape>,
  options: WriteOptions = {},
): string {
  const namespace = options.namespace === 'none' ? '' : ` xmlns="${s3Namespace}"`;
  return xmlDeclaration + element(root, shape, value, { namespace, unwritable: options.unwritable ?? 'reference' });
}

type Writing = { readonly namespace: string; readonly unwritable: UnwritableCharacters };

function element(name: string, shape: AnyShape, value: unknown, writing: Writing): string {
  let attributes = writing.namespace;
  let content: string;
  const inside = writing.namespace === '' ? writing : { ...writing, namespace: '' };
  if (shape.kind === 'scalar') {
    content = escapeXml(shape.format(value), writing.unwritable);
  } else if (shape.kind === 'list') {
    content = elements(shape.itemName, shape.item, itemsOf(value), inside);
  } else {
    attributes += attributesText(shape.members, value, writing.unwritable);
    content = membersText(shape.members, value, inside);
  }
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

function elements(name: string, shape: AnyShape, items: readonly unknown[], writing: Writing): string {
  let text = '';
  for (const item of items) text += element(name, shape, item, writing);
  return text;
}

function membersText(members: AnyMembers, value: unknown, writing: Writing): string {
  let text = '';
  for (const name in members) {
    const member = members[name];
    if (member === undefined || member.kind === 'attribute') continue;
    const held = memberOf(value, name);
    if (held !== undefined) text += memberText(member, held, writing);
  }
  return text;
}

function memberText(member: Exclude<AnyMember, { kind: 'attribute' }>, held: unknown, writing: Writing): string {
  return member.kind === 'repeated'
    ? elements(member.name, member.shape, itemsOf(held), writing)
    : element(member.name, member.shape, held, writing);
}

function attributesText(members: AnyMembers, value: unknown, unwritable: UnwritableCharacters): string {
  let text = '';
  for (const name in members) {
    const member = members[name];
    const held = member?.kind === 'attribute' ? memberOf(value, name) : undefined;
    if (member?.kind !== 'attribute' || held === undefined) continue;
    const prefix = member.name.slice(0, Math.max(0, member.name.indexOf(':')));
    if (member.namespace !== undefined) text += ` xmlns:${prefix}="${escapeXml(member.namespace, unwritable)}"`;
    text += ` ${member.name}="${escapeXml(member.shape.format(held), unwritable)}"`;
  }
  return text;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
