import type { Acl } from '@tidegate/protocol';
import type { ObjectLock, Tag } from '../stores/objects/object-lock.ts';

/** The values of a request as they were verified (docs/adr/0016): operations and policies read these and nothing else. */
export interface RequestHead {
  /** Decoded value, `''` for a parameter without `=`; undefined when absent. */
  query(name: string): string | undefined;
  /** By lower-case name, trimmed; undefined when absent. */
  header(name: string): string | undefined;
  /** All header names and values that begin with `prefix` (lower case), in order of arrival. */
  headersWith(prefix: string): readonly (readonly [name: string, value: string])[];
}

/** What a request states that the gate judges besides its operation and target. */
export type GateFacts = {
  /** Account that must own the bucket. */
  readonly expectedOwner?: string | undefined;
  /** The version that is meant. */
  readonly versionId?: string | undefined;
  /** The ACL that a write sets. */
  readonly acl?: Acl | undefined;
  /** Tags that the object gets. */
  readonly tags?: readonly Tag[] | undefined;
  /** Retention and legal hold that the object gets. */
  readonly lock?: ObjectLock | undefined;
};

/** One typed member of an operation's input: where it comes from and how its text is read (or refused). */
export type Field<T> = {
  readonly read: (head: RequestHead) => T;
  /** What its value means at the gate. `authorize` finds members by this, never by their names. */
  gate?(value: T): GateFacts;
};

/** A member of an input that the gate judges: its name, and what its value means there. */
export type InputGate = { readonly name: string; readonly gate: (value: unknown) => GateFacts };

/** A field that the gate judges. */
export type GatedField<T> = Field<T> & { gate(value: T): GateFacts };

export function gated<T>({ read }: Field<T>, gate: (value: T) => GateFacts): GatedField<T> {
  return { read, gate };
}

/** A field of a type that the gate judges has to say what it means there: one without `gate` does not compile. */
export type Gated<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T>
    ? IsJudged<T> extends true
      ? GatedField<T>
      : F[Name]
    : never;
};

type IsJudged<T> = [Exclude<T, undefined>] extends [never]
  ? false
  : [Exclude<T, undefined>] extends [Acl | readonly Tag[]]
    ? true
    : IsLock<Exclude<T, undefined>>;

/** All members of a lock are optional, so nearly every object could be one: only one that has its names is. */
type IsLock<T> = string extends keyof T ? false : keyof ObjectLock extends keyof T ? true : false;

/** Text to value; `undefined` when it was not sent. Throws a refusal that names the parameter. */
export type Parser<T> = (text: string | undefined, name: string) => T;

export function query<T>(name: string, parse: Parser<T>): Field<T> {
  return { read: (head) => parse(head.query(name), name) };
}

export function header<T>(name: string, parse: Parser<T>): Field<T> {
  return { read: (head) => parse(head.header(name), name) };
}

/** A member that is read from several places of the head at once (stored headers, metadata, conditions). */
export function fromHead<T>(read: (head: RequestHead) => T): Field<T> {
  return { read };
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type InputOf<F extends Fields> = { readonly [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };
