import { wholeSeconds } from '../sign/lifetime.ts';
import { amzDate } from '../sign/presign.ts';
import { type Duration, durationSeconds, maxExpiresSeconds, writeDuration } from '../values/duration.ts';
import { wireName } from '../values/member-pairs.ts';
import { fail } from '../values/presign-error.ts';
import { type Size, sizeBytes } from '../values/size.ts';
import { utf8Length } from '../wire/encode.ts';

/**
 * What a link may be used for beyond its signature: written as `x-link-…` parameters and signed with the URL (`spec/limits.md`).
 * With `uses`, `clients` or `totalBytes` and no `id` a random id (`~` and 15 base62 characters) is added when signing, so that two
 * equal calls in one second are two links.
 */
export interface Limits {
  /** Own name, 1–64 of A-Za-z0-9._~-. */
  id?: string;
  /** 1–1,000,000. */
  uses?: number;
  /** Default '10m'. Only with `uses`. Read back as seconds. */
  grace?: Duration;
  /** Address or CIDR, several allowed. Read back as a list. */
  ip?: string | string[];
  /** Distinct clients, first come. 1: bound to the first. */
  clients?: number;
  /** Name of a policy kept on the server for this access key. */
  policy?: string;
  /** HEAD with the same URL is allowed. */
  head?: boolean;
  /** Only over TLS. */
  https?: boolean;
  /** Before it the link is refused. */
  notBefore?: Date;
  /** Most bytes of a body. Read back as bytes. */
  maxBytes?: Size;
  /** Fewest bytes of a body. Read back as bytes. */
  minBytes?: Size;
  /** Most bytes, sent and received, over the life of the link. Read back as bytes. */
  totalBytes?: Size;
  /** Bytes a second. Read back as bytes. */
  rate?: Size;
  /** Media types that may be uploaded, `image/*` for a family. Read back as a list. */
  types?: string | string[];
  /** Hex SHA-256 of the body. */
  sha256?: string;
  /** The key must not exist yet. */
  writeOnce?: boolean;
  /** A page with a button comes before a download in a browser. */
  confirm?: boolean;
  /** `true`: the key, which must end in '/', and every key below it by the same query. Read back as the prefix. */
  grant?: true | string;
  /** The granted prefix itself answers one ZIP. */
  zip?: boolean;
  /** One PUT URL for a whole resumable upload. */
  resumable?: boolean;
}

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

/** SIG-48a: the prefix that a grant's value names, or `undefined` when it is none and the path must not be replaced. */
export function parseGrant(text: string): string | undefined {
  return accepts(grammars.prefix, text) ? text : undefined;
}

/** One grammar of a value: what it is called after "is not", its form, and what the form does not say. */
type Grammar = readonly [what: string, form: RegExp, further?: (text: string) => boolean];

function accepts([, form, further]: Grammar, text: string): boolean {
  return form.test(text) && (!further || further(text));
}

/** The grammars by name: LNK-10 to LNK-18, and SIG-48a for a prefix. */
export type LimitKind =
  | 'label'
  | 'count'
  | 'bytes'
  | 'someBytes'
  | 'duration'
  | 'addresses'
  | 'flag'
  | 'time'
  | 'mediaTypes'
  | 'sha256'
  | 'prefix';

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

/** One limit as data: its parameter, its member of `Limits`, the grammar of its value, the methods that may carry it. */
export type LimitRule = {
  readonly name: string;
  readonly property: keyof Limits;
  readonly kind: LimitKind;
  readonly methods: readonly string[];
};

const all = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
const counted = ['GET', 'PUT', 'POST', 'DELETE'];
const writes = ['PUT', 'POST'];

/** Every limit, in the order in which they are written (LNK-1, LNK-4). POST is a form, or the start or end of a multipart upload. */
export const limitRules: readonly LimitRule[] = /* @__PURE__ */ (
  [
    ['id', 'label', all],
    ['uses', 'count', counted],
    ['grace', 'duration', counted],
    ['ip', 'addresses', all],
    ['clients', 'count', all],
    ['policy', 'label', all],
    ['head', 'flag', ['GET']],
    ['https', 'flag', all],
    ['notBefore', 'time', all],
    ['maxBytes', 'bytes', writes],
    ['minBytes', 'bytes', writes],
    ['totalBytes', 'someBytes', all],
    ['rate', 'someBytes', all],
    ['types', 'mediaTypes', writes],
    ['sha256', 'sha256', writes],
    ['writeOnce', 'flag', writes],
    ['confirm', 'flag', ['GET']],
    ['grant', 'prefix', ['GET', 'PUT']],
    ['zip', 'flag', ['GET']],
    ['resumable', 'flag', ['PUT']],
  ] as const
).map(([property, kind, methods]) => ({
  name: `x-link-${wireName(property)}`,
  property,
  kind,
  methods,
}));

/** LNK-3, LNK-5: why `text` cannot stand for this limit on `method`, or `undefined`. */
export function valueFault(
  { kind, methods }: LimitRule,
  text: string,
  method: string,
): { readonly why: string; readonly wrongMethod?: true } | undefined {
  const grammar = grammars[kind];
  if (!accepts(grammar, text)) return { why: `'${shorten(text)}' is not ${grammar[0]}` };
  if (!methods.includes(method))
    return { why: `it is for ${methods.join(', ')}; this is ${method}`, wrongMethod: true };
  return undefined;
}

/** A received text in a message: bounded, and without control characters. */
export function shorten(text: string): string {
  return text.slice(0, 64).replace(/\p{Cc}/gu, '\ufffd') + (text.length > 64 ? '…' : '');
}

/** LNK-6: limits that do not go together, by the names and texts of all. */
export function combinationFault(
  texts: ReadonlyMap<string, string>,
): { readonly name: string; readonly why: string } | undefined {
  for (const [name, other] of [
    ['x-link-grace', 'x-link-uses'],
    ['x-link-zip', 'x-link-grant'],
  ] as const) {
    if (texts.has(name) && !texts.has(other)) return { name, why: `it needs ${other}` };
  }
  const least = 'x-link-min-bytes';
  const most = 'x-link-max-bytes';
  return Number(texts.get(least)) > Number(texts.get(most))
    ? { name: least, why: `it is more than ${most}` }
    : undefined;
}

/** LNK-2: whether a name that somebody signs is a limit or pretends to be one. A verifier asks `isLimitName`, which knows disguises. */
export function isWrittenAsLimit(name: string): boolean {
  return /^x[-_]link[-_]/iu.test(name);
}

function writeValue(
  property: keyof Limits,
  kind: LimitKind,
  value: string | number | boolean | string[] | Date,
): string | undefined {
  if (typeof value === 'boolean') return value ? '1' : undefined;
  if (value instanceof Date) return amzDate(wholeSeconds(`limits.${property}`, value));
  if (Array.isArray(value)) return value.join(',');
  if (kind === 'duration') return writeDuration(durationSeconds(`limits.${property}`, value));
  if (kind === 'bytes' || kind === 'someBytes') return String(sizeBytes(`limits.${property}`, value));
  return String(value);
}

/**
 * The parameters that say `limits`, in canonical text and order (LNK-4). `grant: true` needs the key and is written by who signs.
 * @throws PresignError LimitInvalid, SizeInvalid, DurationInvalid, DateInvalid
 */
export function writeLimits(limits: Limits): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name in limits) {
    if (!limitRules.some(({ property }) => property === name))
      fail('LimitInvalid', `limits.${name}: there is no such limit.`, `limits.${name}`);
  }
  for (const { name, property, kind } of limitRules) {
    const value = limits[property];
    const text = value === undefined ? undefined : writeValue(property, kind, value);
    if (text !== undefined) pairs.push([name, text]);
  }
  return pairs;
}
