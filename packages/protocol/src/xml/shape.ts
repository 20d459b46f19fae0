/**
 * The algebra of XML documents: a shape says how a value looks on the wire, and its TypeScript type follows from it.
 * Wire order is written order; reading accepts any order, as Amazon S3 does (WIRE-10).
 */

/** A value that is the text of one element or attribute. `parse` answers `undefined` for text that is not of this kind. */
export interface Scalar<Value> {
  readonly kind: 'scalar';
  parse(text: string): Value | undefined;
  format(value: Value): string;
}

/** A list in an element of its own: `<TagSet><Tag/><Tag/></TagSet>`. */
export interface ListShape<Item extends AnyShape> {
  readonly kind: 'list';
  readonly itemName: string;
  readonly item: Item;
  readonly min: number;
  readonly max: number;
}

/** An element with named children. */
export interface ObjectShape<Members extends AnyMembers> {
  readonly kind: 'object';
  readonly members: Members;
}

/** Whatever one element can hold. */
export type AnyShape = Scalar<unknown> | ListShape<AnyShape> | ObjectShape<AnyMembers>;

/** A child element that occurs once, or (optional) at most once. */
export interface Field<Shape extends AnyShape, Presence extends 'required' | 'optional'> {
  readonly kind: 'field';
  readonly name: string;
  readonly shape: Shape;
  readonly presence: Presence;
}

/** A child element that may be repeated, without an element around the list: `<Contents/><Contents/>`. */
export interface Repeated<Shape extends AnyShape> {
  readonly kind: 'repeated';
  readonly name: string;
  readonly shape: Shape;
  readonly min: number;
  readonly max: number;
}

/** An attribute of the element. Written with the name as given, prefix included; read by its local name. */
export interface Attribute<Value, Presence extends 'required' | 'optional'> {
  readonly kind: 'attribute';
  readonly name: string;
  readonly shape: Scalar<Value>;
  readonly presence: Presence;
  /** The namespace that the prefix of the name stands for, declared on the same element. */
  readonly namespace: string | undefined;
}

/** One member of an object. */
export type AnyMember =
  | Field<AnyShape, 'required' | 'optional'>
  | Repeated<AnyShape>
  | Attribute<unknown, 'required' | 'optional'>;

/** The members of an object, by the name they have in the value. */
export type AnyMembers = { readonly [name: string]: AnyMember };

type OptionalNames<Members extends AnyMembers> = {
  [Name in keyof Members]: Members[Name] extends { readonly presence: 'optional' } ? Name : never;
}[keyof Members];

type MemberValue<Member extends AnyMember> =
  Member extends Repeated<infer Shape>
    ? readonly ValueOf<Shape>[]
    : Member extends { readonly shape: infer Shape extends AnyShape }
      ? ValueOf<Shape>
      : never;

type ObjectValue<Members extends AnyMembers> = {
  readonly [Name in Exclude<keyof Members, OptionalNames<Members>>]: MemberValue<Members[Name]>;
} & { readonly [Name in OptionalNames<Members>]?: MemberValue<Members[Name]> | undefined };

/** The TypeScript type of the values of a shape. */
export type ValueOf<Shape extends AnyShape> =
  Shape extends Scalar<infer Value>
    ? Value
    : Shape extends ListShape<infer Item>
      ? readonly ValueOf<Item>[]
      : Shape extends ObjectShape<infer Members>
        ? { readonly [Name in keyof ObjectValue<Members>]: ObjectValue<Members>[Name] }
        : never;

/** How often a list may repeat its item. Every list has an upper bound. */
export type ListBounds = { readonly min?: number; readonly max: number };

/** An element with these members. */
export function object<const Members extends AnyMembers>(members: Members): ObjectShape<Members> {
  return { kind: 'object', members };
}

/** A child element that must occur exactly once. */
export function field<Shape extends AnyShape>(name: string, shape: Shape): Field<Shape, 'required'> {
  return { kind: 'field', name, shape, presence: 'required' };
}

/** A child element that may occur once; absent, the value is `undefined`. */
export function optional<Shape extends AnyShape>(name: string, shape: Shape): Field<Shape, 'optional'> {
  return { kind: 'field', name, shape, presence: 'optional' };
}

/** A child element that occurs any number of times within the bounds, as a list. */
export function repeated<Shape extends AnyShape>(name: string, shape: Shape, bounds: ListBounds): Repeated<Shape> {
  return { kind: 'repeated', name, shape, min: bounds.min ?? 0, max: bounds.max };
}

/** An element that holds nothing but a list of `itemName` elements. */
export function list<Item extends AnyShape>(itemName: string, item: Item, bounds: ListBounds): ListShape<Item> {
  return { kind: 'list', itemName, item, min: bounds.min ?? 0, max: bounds.max };
}

/** An attribute that must be there. */
export function attribute<Value>(name: string, shape: Scalar<Value>, namespace?: string): Attribute<Value, 'required'> {
  return { kind: 'attribute', name, shape, presence: 'required', namespace };
}

/** Text, exactly as it stands: blanks at the ends belong to it. */
export const text: Scalar<string> = {
  kind: 'scalar',
  parse: (raw) => raw,
  format: (value) => value,
};

/** Text without the blanks around it, for values in which a blank has no meaning (entity tags, ids, regions). */
export const token: Scalar<string> = {
  kind: 'scalar',
  parse: (raw) => raw.trim(),
  format: (value) => value,
};

/** A whole number from `min` to `max`, in decimal digits. */
export function integer(bounds: { readonly min: number; readonly max: number }): Scalar<number> {
  return {
    kind: 'scalar',
    parse(raw) {
      const digits = raw.trim();
      if (!/^-?\d{1,16}$/.test(digits)) return undefined;
      const value = Number(digits);
      return Number.isSafeInteger(value) && value >= bounds.min && value <= bounds.max ? value : undefined;
    },
    format: String,
  };
}

/** A whole number that is not negative: a size, a count. */
export const count: Scalar<number> = integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** `true` or `false`; clients are read in any case (the .NET SDK and old Java ones write `True`). */
export const boolean: Scalar<boolean> = {
  kind: 'scalar',
  parse(raw) {
    const word = raw.trim().toLowerCase();
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : undefined;
  },
  format: String,
};

/** One of the given words, exactly. */
export function enumeration<const Word extends string>(words: readonly Word[]): Scalar<Word> {
  return {
    kind: 'scalar',
    parse(raw) {
      const word = raw.trim();
      return words.find((known) => known === word);
    },
    format: (value) => value,
  };
}

/** A time as epoch milliseconds; on the wire ISO 8601 in UTC with milliseconds, as S3 writes it. */
export const isoTime: Scalar<number> = {
  kind: 'scalar',
  parse(raw) {
    const written = raw.trim();
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(written)) return undefined;
    const timeMs = Date.parse(written);
    if (Number.isNaN(timeMs)) return undefined;
    // Date.parse takes 30 February for 1 March; a day that does not exist is not a time.
    return new Date(timeMs).toISOString().slice(0, 19) === written.slice(0, 19) ? timeMs : undefined;
  },
  format: (timeMs) => new Date(timeMs).toISOString(),
};
