/** JSON as a signed document must be written: no name twice in one object, no deep nesting (SEC-136). */
export type StrictJson = string | number | boolean | null | readonly StrictJson[] | StrictJsonObject;

/** An object as a list of entries, so that a name such as `__proto__` is a name like any other. */
export type StrictJsonObject = { readonly entries: ReadonlyMap<string, StrictJson> };

/** A policy needs three levels; more than this is an attack. */
const mostDepth = 16;

const blanks = /[ \t\n\r]*/y;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const closingQuote = /[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;

/** Thrown inside this file only, to leave any depth at once. */
class NotStrictJson extends Error {}

/** The value of a JSON text; undefined when it is not JSON, nests too deeply, or names a member twice. */
export function parseStrictJson(text: string): StrictJson | undefined {
  const cursor = { text, at: 0 };
  try {
    const value = readValue(cursor, 0);
    skipBlanks(cursor);
    return cursor.at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotStrictJson) return undefined;
    throw error;
  }
}

/** Whether a value is an object. */
export function isJsonObject(value: StrictJson | undefined): value is StrictJsonObject {
  return typeof value === 'object' && value !== null && 'entries' in value && value.entries instanceof Map;
}

/** Whether a value is a list. */
export function isJsonList(value: StrictJson | undefined): value is readonly StrictJson[] {
  return Array.isArray(value);
}

type Cursor = { readonly text: string; at: number };

function readValue(cursor: Cursor, depth: number): StrictJson {
  if (depth > mostDepth) throw new NotStrictJson('too deep');
  skipBlanks(cursor);
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor, depth);
    case '[':
      return readList(cursor, depth);
    case '"':
      return readString(cursor);
    default:
      return readLiteral(cursor);
  }
}

function readObject(cursor: Cursor, depth: number): StrictJsonObject {
  const entries = new Map<string, StrictJson>();
  cursor.at++;
  if (takes(cursor, '}')) return { entries };
  do {
    skipBlanks(cursor);
    if (cursor.text[cursor.at] !== '"') throw new NotStrictJson('a name must be a string');
    const name = readString(cursor);
    if (!takes(cursor, ':') || entries.has(name)) throw new NotStrictJson('no value, or a name twice');
    entries.set(name, readValue(cursor, depth + 1));
  } while (takes(cursor, ','));
  if (!takes(cursor, '}')) throw new NotStrictJson('object not closed');
  return { entries };
}

function readList(cursor: Cursor, depth: number): readonly StrictJson[] {
  const list: StrictJson[] = [];
  cursor.at++;
  if (takes(cursor, ']')) return list;
  do list.push(readValue(cursor, depth + 1));
  while (takes(cursor, ','));
  if (!takes(cursor, ']')) throw new NotStrictJson('list not closed');
  return list;
}

function readString(cursor: Cursor): string {
  closingQuote.lastIndex = cursor.at + 1;
  const match = closingQuote.exec(cursor.text);
  if (match === null) throw new NotStrictJson('string not closed');
  const source = `"${match[0]}`;
  cursor.at += source.length;
  return parseString(source);
}

function readLiteral(cursor: Cursor): string | number | boolean | null {
  literal.lastIndex = cursor.at;
  const match = literal.exec(cursor.text);
  if (match === null) throw new NotStrictJson('no value');
  cursor.at += match[0].length;
  const value: unknown = JSON.parse(match[0]);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new NotStrictJson('no value');
}

function parseString(source: string): string {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new NotStrictJson('a string with a raw control character or a false escape');
  }
  if (typeof value !== 'string') throw new NotStrictJson('no string');
  return value;
}

function skipBlanks(cursor: Cursor): void {
  blanks.lastIndex = cursor.at;
  cursor.at += blanks.exec(cursor.text)?.[0].length ?? 0;
}

function takes(cursor: Cursor, character: string): boolean {
  skipBlanks(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}
