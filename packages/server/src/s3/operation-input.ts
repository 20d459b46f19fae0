/** The values of a request as they were verified (docs/adr/0016): operations and policies read these and nothing else. */
export interface RequestHead {
  /** Decoded value, `''` for a parameter without `=`; undefined when absent. */
  query(name: string): string | undefined;
  /** By lower-case name, trimmed; undefined when absent. */
  header(name: string): string | undefined;
  /** All header names and values that begin with `prefix` (lower case), in order of arrival. */
  headersWith(prefix: string): readonly (readonly [name: string, value: string])[];
}

/** One typed member of an operation's input: where it comes from and how its text is read (or refused). */
export type Field<T> = { readonly read: (head: RequestHead) => T };

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
