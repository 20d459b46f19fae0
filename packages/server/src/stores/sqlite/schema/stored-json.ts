import { checksumAlgorithmNames } from '@tidegate/protocol';
import type { ObjectEncryption } from '../../objects/object-encryption.ts';
import type { ObjectLock, Retention, Tag } from '../../objects/object-lock.ts';
import type { StoredChecksums, StoredHeaders } from '../../objects/object-store.ts';

/** Headers and user metadata of a version as one column; null when there are none, which is usual. */
export function writeHeaders(headers: StoredHeaders, metadata: Readonly<Record<string, string>>): string | null {
  if (isEmpty(headers) && isEmpty(metadata)) return null;
  return JSON.stringify([headers, metadata]);
}

export function readHeaders(text: string | undefined): {
  readonly headers: StoredHeaders;
  readonly metadata: Readonly<Record<string, string>>;
} {
  if (text === undefined) return nothing;
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error('Stored headers are not a list.');
  return { headers: stringsOf(parsed[0]), metadata: stringsOf(parsed[1]) };
}

const nothing = { headers: {}, metadata: {} };

/** Tags as one column: pairs in their order; null when there are none. */
export function writeTags(tags: readonly Tag[] | undefined): string | null {
  if (tags === undefined || tags.length === 0) return null;
  return JSON.stringify(tags.map(({ name, value }) => [name, value]));
}

export function readTags(text: string | undefined): readonly Tag[] | undefined {
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error('Stored tags are not a list.');
  return parsed.map((pair: unknown) => {
    if (!Array.isArray(pair)) throw new Error('A stored tag is not a pair.');
    const [name, value]: readonly unknown[] = pair;
    if (typeof name !== 'string' || typeof value !== 'string') throw new Error('A stored tag is no text.');
    return { name, value };
  });
}

/** The lock of a version as one column; null when nothing was ever set. */
export function writeLock(lock: ObjectLock | undefined): string | null {
  const { retention, legalHold } = lock ?? {};
  return retention === undefined && legalHold === undefined ? null : JSON.stringify({ retention, legalHold });
}

export function readLock(text: string | undefined): ObjectLock | undefined {
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error('A stored lock is no object.');
  const hold = 'legalHold' in parsed ? parsed.legalHold : undefined;
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF') throw new Error('A stored legal hold is unknown.');
  return {
    retention: 'retention' in parsed ? retentionOf(parsed.retention) : undefined,
    legalHold: hold,
  };
}

/** What cannot be read must not read as unprotected. */
function retentionOf(value: unknown): Retention {
  if (typeof value !== 'object' || value === null || !('mode' in value) || !('untilMs' in value)) {
    throw new Error('A stored retention is not complete.');
  }
  const { mode, untilMs } = value;
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || typeof untilMs !== 'number') {
    throw new Error('A stored retention is unknown.');
  }
  return { mode, untilMs };
}

/** How a version is encrypted as one column: the kind, and the salted hash of a customer's key; null when it is not. */
export function writeEncryption(encryption: ObjectEncryption | undefined): string | null {
  if (encryption === undefined) return null;
  return encryption.kind === 'server' ? 'server' : `customer ${encryption.keyCheck}`;
}

export function readEncryption(text: string | undefined): ObjectEncryption | undefined {
  if (text === undefined) return undefined;
  if (text === 'server') return { kind: 'server' };
  const [kind, keyCheck] = text.split(' ');
  // What cannot be read must not read as open to all.
  if (kind !== 'customer' || keyCheck === undefined) throw new Error('A stored encryption is unknown.');
  return { kind, keyCheck };
}

/** Checksums as one column. */
export function writeChecksums(checksums: StoredChecksums | undefined): string | null {
  if (checksums === undefined || isEmpty(checksums.values)) return null;
  return JSON.stringify(checksums);
}

export function readChecksums(text: string | undefined): StoredChecksums | undefined {
  if (text === undefined) return undefined;
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('type' in parsed) || !('values' in parsed)) {
    throw new Error('Stored checksums are not complete.');
  }
  return { type: parsed.type === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT', values: valuesOf(parsed.values) };
}

/** Checksums of a part, which has no type of its own. */
export function readChecksumValues(text: string | undefined): StoredChecksums['values'] {
  return readChecksums(text)?.values ?? {};
}

function valuesOf(value: unknown): StoredChecksums['values'] {
  const strings = stringsOf(value);
  const values: { -readonly [Name in keyof StoredChecksums['values']]: string } = {};
  for (const algorithm of checksumAlgorithmNames) {
    const found = strings[algorithm];
    if (found !== undefined) values[algorithm] = found;
  }
  return values;
}

function stringsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) throw new Error('A stored value is no object.');
  const strings: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new Error(`The stored value ${name} is no text.`);
    // Not by assignment: `__proto__` is a name like any other here.
    Object.defineProperty(strings, name, { value: text, enumerable: true, writable: true, configurable: true });
  }
  return strings;
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}
