/** What is wrong with a JSON text, and where. */
export type JsonFault = { readonly line: number; readonly text: string };

type Reading = { readonly text: string; at: number };

/** Finds the first fault: browsers say where it is each in their own words, or not at all. @returns undefined for none */
export function jsonFault(text: string): JsonFault | undefined {
  const reading: Reading = { text, at: 0 };
  const fault = readValue(reading) ?? (skip(reading) < text.length ? 'Unexpected text after the end.' : undefined);
  if (fault === undefined) return undefined;
  return { line: text.slice(0, reading.at).split('\n').length, text: fault };
}

function skip(reading: Reading): number {
  while (' \t\r\n'.includes(reading.text[reading.at] ?? 'x')) reading.at += 1;
  return reading.at;
}

function take(reading: Reading, pattern: RegExp): boolean {
  pattern.lastIndex = reading.at;
  const found = pattern.exec(reading.text);
  if (found === null) return false;
  reading.at += found[0].length;
  return true;
}

const string = /"(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function readValue(reading: Reading): string | undefined {
  skip(reading);
  const char = reading.text[reading.at];
  if (char === undefined) return 'Unexpected end.';
  if (char === '"') return take(reading, string) ? undefined : 'Unclosed string, or a line break inside a string.';
  if (char === '{') return readMembers(reading, '}', readMember);
  if (char === '[') return readMembers(reading, ']', readValue);
  return take(reading, word) ? undefined : 'A value is expected.';
}

function readMember(reading: Reading): string | undefined {
  if (!take(reading, string)) return 'A name in double quotes is expected.';
  if (reading.text[skip(reading)] !== ':') return 'A colon is expected.';
  reading.at += 1;
  return readValue(reading);
}

function readMembers(
  reading: Reading,
  end: string,
  readOne: (reading: Reading) => string | undefined,
): string | undefined {
  reading.at += 1;
  if (reading.text[skip(reading)] === end) {
    reading.at += 1;
    return undefined;
  }
  for (;;) {
    skip(reading);
    const fault = readOne(reading);
    if (fault !== undefined) return fault;
    const next = reading.text[skip(reading)];
    if (next !== ',' && next !== end) return next === undefined ? 'Unexpected end.' : `A comma or ${end} is expected.`;
    reading.at += 1;
    if (next === end) return undefined;
  }
}
