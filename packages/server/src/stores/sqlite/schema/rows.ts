/** A row as node:sqlite gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A value that is not of its column's type: the file was changed by another program. */
function wrongColumn(name: string): Error {
  return new Error(`The metadata hold an unexpected value in column ${name}.`);
}

export function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value === 'string') return value;
  throw wrongColumn(name);
}

export function numberOf(row: Row, name: string): number {
  const value = row[name];
  if (typeof value === 'number') return value;
  throw wrongColumn(name);
}

export function bytesOf(row: Row, name: string): Uint8Array {
  const value = row[name];
  if (value instanceof Uint8Array) return value;
  throw wrongColumn(name);
}

export function optionalText(row: Row, name: string): string | undefined {
  return row[name] === null ? undefined : textOf(row, name);
}

export function optionalNumber(row: Row, name: string): number | undefined {
  return row[name] === null ? undefined : numberOf(row, name);
}

export function optionalBytes(row: Row, name: string): Uint8Array | undefined {
  return row[name] === null ? undefined : bytesOf(row, name);
}
