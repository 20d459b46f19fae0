import { refusal } from '../errors/s3-error.ts';
import type { AnyMember, AnyMembers, AnyShape } from './shape.ts';

/** An element that is open: what it may hold, and what it has held so far. */
type Frame = {
  readonly shape: AnyShape;
  readonly members: Readonly<Record<string, string>>;
  readonly values: Map<string, unknown>;
  readonly items: unknown[];
  readonly memberOfParent: string | undefined;
  text: string;
};

/**
 * Puts the tokens of a document together to a value, checking each against the shape as it comes, so that nothing is
 * built that the shape does not have (WIRE-11). Internal to reading.
 */
export class DocumentBuilder {
  readonly #root: string;
  readonly #shape: AnyShape;
  readonly #open: Frame[] = [];
  #finished: { readonly value: unknown } | undefined;

  constructor(root: string, shape: AnyShape) {
    this.#root = root;
    this.#shape = shape;
  }

  /** An element begins. @throws S3Error MalformedXML when it may not stand here, or once too often. */
  open(name: string, attributes: ReadonlyMap<string, string>): void {
    const parent = this.#open.at(-1);
    if (parent === undefined) {
      if (name !== this.#root) throw malformed();
      this.#push(this.#shape, undefined, attributes);
    } else if (parent.shape.kind === 'list') {
      if (name !== parent.shape.itemName || parent.items.length >= parent.shape.max) throw malformed();
      this.#push(parent.shape.item, undefined, attributes);
    } else if (parent.shape.kind === 'object') {
      const memberName = parent.members[name];
      const member = memberName === undefined ? undefined : parent.shape.members[memberName];
      if (memberName === undefined || member === undefined || !hasRoom(member, parent.values.get(memberName))) {
        throw malformed();
      }
      this.#push(member.shape, memberName, attributes);
    } else {
      throw malformed();
    }
  }

  /** Text of the element that is open, character data or CDATA. */
  text(text: string): void {
    const frame = this.#open.at(-1);
    if (frame?.shape.kind === 'scalar') frame.text += text;
    else if (/[^ \t\r\n]/.test(text)) throw malformed();
  }

  /** The element that is open ends. @throws S3Error MalformedXML when something is missing in it. */
  close(): void {
    const frame = this.#open.pop();
    if (frame === undefined) throw malformed();
    const value = valueOfFrame(frame);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#finished = { value };
    else if (parent.shape.kind === 'list') parent.items.push(value);
    else if (parent.shape.kind === 'object' && frame.memberOfParent !== undefined) {
      const member = parent.shape.members[frame.memberOfParent];
      if (member?.kind !== 'repeated') parent.values.set(frame.memberOfParent, value);
      else appendTo(parent.values, frame.memberOfParent, value);
    }
  }

  /** The value of the whole document. */
  finish(): unknown {
    if (this.#finished === undefined) throw malformed();
    return this.#finished.value;
  }

  #push(shape: AnyShape, memberOfParent: string | undefined, attributes: ReadonlyMap<string, string>): void {
    const values = new Map<string, unknown>();
    const members = shape.kind === 'object' ? wireNames(shape.members) : noMembers;
    if (shape.kind === 'object') readAttributes(shape.members, attributes, values);
    else if (attributes.size > 0) throw malformed();
    this.#open.push({ shape, members, values, items: [], memberOfParent, text: '' });
  }
}

/** The refusal for every document that is not what it should be. */
export function malformed(): Error {
  return refusal('MalformedXML', {});
}

function hasRoom(member: AnyMember, current: unknown): boolean {
  if (member.kind === 'repeated') return !Array.isArray(current) || current.length < member.max;
  return member.kind === 'field' && current === undefined;
}

function appendTo(values: Map<string, unknown>, name: string, value: unknown): void {
  const items = values.get(name);
  if (Array.isArray(items)) items.push(value);
  else values.set(name, [value]);
}

const noMembers: Readonly<Record<string, string>> = Object.freeze(Object.create(null));
const wireNamesOf = new WeakMap<AnyMembers, Readonly<Record<string, string>>>();

/** Element name on the wire → name in the value. Without a prototype: `__proto__` and `constructor` are unknown. */
function wireNames(members: AnyMembers): Readonly<Record<string, string>> {
  const known = wireNamesOf.get(members);
  if (known !== undefined) return known;
  const names: Record<string, string> = Object.create(null);
  for (const [name, member] of Object.entries(members)) {
    if (member.kind !== 'attribute') names[member.name] = name;
  }
  wireNamesOf.set(members, names);
  return names;
}

function readAttributes(
  members: AnyMembers,
  attributes: ReadonlyMap<string, string>,
  values: Map<string, unknown>,
): void {
  let read = 0;
  for (const [name, member] of Object.entries(members)) {
    if (member.kind !== 'attribute') continue;
    const raw = attributes.get(member.name.slice(member.name.indexOf(':') + 1));
    if (raw === undefined) continue;
    values.set(name, parsed(member.shape.parse(raw)));
    read += 1;
  }
  if (read !== attributes.size) throw malformed();
}

function parsed(value: unknown): unknown {
  if (value === undefined) throw malformed();
  return value;
}

function valueOfFrame(frame: Frame): unknown {
  const { shape } = frame;
  if (shape.kind === 'scalar') return parsed(shape.parse(frame.text));
  if (shape.kind === 'list') {
    if (frame.items.length < shape.min) throw malformed();
    return frame.items;
  }
  const value: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members)) {
    const held = frame.values.get(name);
    if (member.kind === 'repeated') {
      const items = Array.isArray(held) ? held : [];
      if (items.length < member.min) throw malformed();
      value[name] = items;
    } else if (held !== undefined) {
      value[name] = held;
    } else if (member.presence === 'required') {
      throw malformed();
    }
  }
  return value;
}
