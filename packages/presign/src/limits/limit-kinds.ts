import { wholeSeconds } from '../sign/lifetime.ts';
import { amzDate } from '../sign/presign.ts';
import { type Duration, durationSeconds, maxExpiresSeconds, writeDuration } from '../values/duration.ts';
import { type Size, sizeBytes } from '../values/size.ts';
import { utf8Length } from '../wire/encode.ts';

/** Kinds of values of limits, and what somebody who signs may give for each (LNK-10 to LNK-18; SIG-48a for a prefix). */
export interface LimitValues {
  label: string;
  count: number;
  bytes: Size;
  someBytes: Size;
  duration: Duration;
  addresses: string | string[];
  flag: boolean;
  time: Date;
  mediaTypes: string | string[];
  sha256: string;
  prefix: true | string;
}

/** The name of a kind of value. */
export type LimitKind = keyof LimitValues;

/** A list is at most this long (LNK-14, LNK-17). */
const listMost = 64;

function isList(text: string, isEntry: (entry: string) => boolean): boolean {
  const entries = text.toLowerCase().split(',');
  return entries.length <= listMost && entries.every(isEntry);
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Dotted decimal without leading zeros, since `0177.0.0.1` is octal to some readers; IPv6 as RFC 4291 writes it, without a zone. */
function isAddressRange(text: string): boolean {
  const [, address = '', bits = '0'] = /^([\da-f:.]+)(?:\/(\d|[1-9]\d\d?))?$/.exec(text) ?? [];
  // The platform's own reader of IPv6, given nothing else that it would take.
  return address.includes(':')
    ? Number(bits) <= 128 && URL.canParse(`http://[${address}]`)
    : Number(bits) <= 32 && ipv4.test(address);
}

/** The grammar of a kind: what a message says after "is not", the form, and what the form cannot say. */
type Grammar = readonly [what: string, form: RegExp, further?: (text: string) => boolean];

const mediaType = /^[\da-z][\w!#$&^.+-]{0,126}\/(?:\*|[\da-z][\w!#$&^.+-]{0,126})$/;

const grammars: Readonly<Record<LimitKind, Grammar>> = {
  label: ['1 to 64 of A-Z a-z 0-9 . _ ~ -', /^[\w.~-]{1,64}$/],
  count: ['a whole number from 1 to 1000000', /^(?:[1-9]\d{0,5}|1000000)$/],
  bytes: ['a whole number of bytes', /^(?:0|[1-9]\d{0,14})$/],
  someBytes: ['a whole number of bytes from 1', /^[1-9]\d{0,14}$/],
  duration: [
    'a duration from 1s to 7d',
    /^[1-9]\d{0,5}[smhd]$/,
    (text) => durationSeconds('', text) <= maxExpiresSeconds,
  ],
  addresses: ['an address or CIDR', /./, (text) => isList(text, isAddressRange)],
  flag: ['1', /^1$/],
  time: ['a time like 20261124T090000Z', /^\d{8}T\d{6}Z$/],
  mediaTypes: ["a type like 'image/png' or 'image/*'", /./, (text) => isList(text, (entry) => mediaType.test(entry))],
  sha256: ['64 hex digits', /^[\da-f]{64}$/i],
  // SIG-48a, SIG-48b: every segment ends in `/`, is not empty, `.` or `..` and has no control characters, so that no reader of paths
  // changes its meaning.
  prefix: ["a prefix like 'a/b/'", /^(?:(?!\.{0,2}\/)[ -.0-~\x80-\uffff]+\/)+$/, (text) => utf8Length(text) < 1024],
};

/** What a message says a value of this kind is: `a whole number of bytes`. */
export function kindText(kind: LimitKind): string {
  return grammars[kind][0];
}

/** Whether `text` is a value of this kind, as it is written in a URL. */
export function isOfKind(kind: LimitKind, text: string): boolean {
  const [, form, further] = grammars[kind];
  return form.test(text) && (!further || further(text));
}

/**
 * The canonical text of a value (LNK-4); undefined for a flag that is off.
 * @param name of the option, for messages
 * @throws PresignError SizeInvalid, DurationInvalid, DateInvalid
 */
export function writeValue(name: string, kind: LimitKind, value: LimitValues[LimitKind]): string | undefined {
  if (typeof value === 'boolean') return value ? '1' : undefined;
  if (value instanceof Date) return amzDate(wholeSeconds(name, value));
  if (Array.isArray(value)) return value.join(',');
  if (kind === 'duration') return writeDuration(durationSeconds(name, value));
  if (kind === 'bytes' || kind === 'someBytes') return String(sizeBytes(name, value));
  return String(value);
}
