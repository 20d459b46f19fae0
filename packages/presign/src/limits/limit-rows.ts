import type { Duration } from '../values/duration.ts';
import type { Size } from '../values/size.ts';
import { wireName } from '../values/wire-name.ts';
import type { LimitKind, LimitValues } from './limit-kinds.ts';

// Everything that is said about a limit stands here, once: its value, its grammar, and what it means. Signing and verifying need
// the grammar alone, so a page that only signs does not load the rest (docs/adr/0004).

/** Every limit, with the kind of its value. */
export interface LimitKinds {
  /** Own name, 1–64 of A-Za-z0-9._~-. */
  id: 'label';
  /** 1–1,000,000. */
  uses: 'count';
  /** Default '10m'. Only with `uses`. Read back as seconds. */
  grace: 'duration';
  /** Address or CIDR, several allowed. Read back as a list. */
  ip: 'addresses';
  /** Distinct clients, first come. 1: bound to the first. */
  clients: 'count';
  /** Name of a policy kept on the server for this access key. */
  policy: 'label';
  /** HEAD with the same URL is allowed. */
  head: 'flag';
  /** Only over TLS. */
  https: 'flag';
  /** Before it the link is refused. */
  notBefore: 'time';
  /** Most bytes of a body. Read back as bytes. */
  maxBytes: 'bytes';
  /** Fewest bytes of a body. Read back as bytes. */
  minBytes: 'bytes';
  /** Most bytes, sent and received, over the life of the link. Read back as bytes. */
  totalBytes: 'someBytes';
  /** Bytes a second. Read back as bytes. */
  rate: 'someBytes';
  /** Media types that may be uploaded, `image/*` for a family. Read back as a list. */
  types: 'mediaTypes';
  /** Hex SHA-256 of the body. */
  sha256: 'sha256';
  /** The key must not exist yet. */
  writeOnce: 'flag';
  /** A page with a button comes before a download in a browser. */
  confirm: 'flag';
  /** `true`: the key, which must end in '/', and every key below it by the same query. Read back as the prefix. */
  grant: 'prefix';
  /** The granted prefix itself answers one ZIP. */
  zip: 'flag';
  /** One PUT URL for a whole resumable upload. */
  resumable: 'flag';
}

/**
 * What a link may be used for beyond its signature: written as `x-link-…` parameters and signed with the URL (`spec/limits.md`).
 * With `uses`, `clients` or `totalBytes` and no `id` a random id (`~` and 15 base62 characters) is added when signing, so that two
 * equal calls in one second are two links.
 */
export type Limits = { [Name in keyof LimitKinds]?: LimitValues[LimitKinds[Name]] };

/** The name of a limit as a member: `maxBytes`. */
export type LimitName = keyof LimitKinds;

/** The grammar of one limit: the kind of its value, the methods that may carry it (LNK-1), and the limit it needs beside it (LNK-6). */
type LimitRow<Kind extends LimitKind> = {
  readonly kind: Kind;
  readonly methods: readonly string[];
  readonly needs?: LimitName;
};

const all = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];
const counted = ['GET', 'PUT', 'POST', 'DELETE'];
const writes = ['PUT', 'POST'];

/** Every limit, in the order in which they are written (LNK-1, LNK-4). POST is a form, or the start or end of a multipart upload. */
export const limitRows: { readonly [Name in LimitName]: LimitRow<LimitKinds[Name]> } = {
  id: { kind: 'label', methods: all },
  uses: { kind: 'count', methods: counted },
  grace: { kind: 'duration', methods: counted, needs: 'uses' },
  ip: { kind: 'addresses', methods: all },
  clients: { kind: 'count', methods: all },
  policy: { kind: 'label', methods: all },
  head: { kind: 'flag', methods: ['GET'] },
  https: { kind: 'flag', methods: all },
  notBefore: { kind: 'time', methods: all },
  maxBytes: { kind: 'bytes', methods: writes },
  minBytes: { kind: 'bytes', methods: writes },
  totalBytes: { kind: 'someBytes', methods: all },
  rate: { kind: 'someBytes', methods: all },
  types: { kind: 'mediaTypes', methods: writes },
  sha256: { kind: 'sha256', methods: writes },
  writeOnce: { kind: 'flag', methods: writes },
  confirm: { kind: 'flag', methods: ['GET'] },
  grant: { kind: 'prefix', methods: ['GET', 'PUT'] },
  zip: { kind: 'flag', methods: ['GET'], needs: 'grant' },
  resumable: { kind: 'flag', methods: ['PUT'] },
};

/** One limit as it is read and written: its parameter, its member of `Limits`, and its grammar. */
export type LimitRule = LimitRow<LimitKind> & {
  /** `x-link-max-bytes` */
  readonly name: string;
  readonly property: LimitName;
};

/** Every limit, in the order of LNK-1. */
export const limitRules: readonly LimitRule[] = /* @__PURE__ */ Object.entries(limitRows).map(([property, row]) => ({
  ...row,
  name: limitParameter(property),
  // Sound: the table has no members but those of its type.
  property: property as LimitName,
}));

/** The parameter of a limit: `x-link-max-bytes`. */
export function limitParameter(property: string): string {
  return `x-link-${wireName(property)}`;
}

/** How several of one limit become one (LNK-20). `own`: what the link itself says counts alone (LNK-22). */
export type Merge = 'least' | 'most' | 'any' | 'every' | 'own';

/** What may carry a limit besides a link: a key or a policy, for its links; a share; a file request. */
export type LimitCarrier = 'key' | 'share' | 'request';

/** How values are written for people where the words of a limit are shown. */
export type ValueWords = {
  /** What one use is called: `download`. */
  readonly use: string;
  readonly count: (count: number, noun: string) => string;
  readonly size: (size: Size) => string;
  readonly span: (duration: Duration) => string;
  readonly moment: (moment: Date) => string;
};

/** What a limit means: to the server that merges it, to the command line, the console and the reference. */
type LimitMeaning<Value> = {
  readonly merge: Merge;
  readonly carriers: readonly LimitCarrier[];
  /** What its field is called. */
  readonly title: string;
  /** One line of help. */
  readonly help: string;
  /** A value as somebody types it; of a flag there is none. */
  readonly example?: string;
  /** The flag of the command line, where it is not named like the parameter. */
  readonly flag?: string;
  /** The value that counts where none is given. */
  readonly otherwise?: string;
  /** A value in words. */
  readonly words: (value: Value, say: ValueWords) => string;
};

const everywhere = ['key', 'share', 'request'] as const;

/** What every limit means. */
export const limitMeanings: { readonly [Name in LimitName]: LimitMeaning<LimitValues[LimitKinds[Name]]> } = {
  id: {
    merge: 'own',
    carriers: [],
    title: 'Label',
    flag: 'label',
    example: 'invoice-7',
    help: 'name of the link: 1 to 64 of A-Z a-z 0-9 . _ ~ -',
    words: (label) => `label ${label}`,
  },
  uses: {
    merge: 'least',
    carriers: everywhere,
    title: 'Uses',
    example: '3',
    help: 'at most N downloads, or successful writes',
    words: (uses, { count, use }) => count(uses, use),
  },
  grace: {
    merge: 'least',
    carriers: ['key', 'share'],
    title: 'Grace',
    example: '10m',
    help: 'idle time after which a download counts as finished',
    otherwise: '10m',
    words: (grace, { span }) => `idle at most ${span(grace)}`,
  },
  ip: {
    merge: 'every',
    carriers: everywhere,
    title: 'Allowed addresses',
    example: '203.0.113.0/24',
    help: 'only from these addresses',
    words: (ip) => `from ${listed(ip)}`,
  },
  clients: {
    merge: 'least',
    carriers: everywhere,
    title: 'Clients',
    example: '1',
    help: 'at most N different clients, the first ones',
    words: (clients, { count }) => count(clients, 'client'),
  },
  policy: {
    merge: 'own',
    carriers: everywhere,
    title: 'Link policy',
    example: 'partners',
    help: 'also the limits of this link policy of the server',
    words: (policy) => `link policy ${policy}`,
  },
  head: {
    merge: 'own',
    carriers: [],
    title: 'HEAD too',
    help: 'also allow HEAD with the same URL',
    words: () => 'HEAD too',
  },
  https: {
    merge: 'any',
    carriers: everywhere,
    title: 'HTTPS required',
    help: 'only over TLS',
    words: () => 'only over https',
  },
  notBefore: {
    merge: 'most',
    carriers: everywhere,
    title: 'Active from',
    example: '2026-11-24T09:00:00Z',
    help: 'refused before: 2026-11-24T09:00:00Z, or 2h from now',
    words: (notBefore, { moment }) => `not before ${moment(notBefore)}`,
  },
  maxBytes: {
    merge: 'least',
    carriers: ['key', 'request'],
    title: 'Maximum size',
    example: '20MB',
    help: 'largest body',
    words: (most, { size }) => `at most ${size(most)}`,
  },
  minBytes: {
    merge: 'most',
    carriers: ['key', 'request'],
    title: 'Minimum size',
    example: '1KB',
    help: 'smallest body',
    words: (least, { size }) => `at least ${size(least)}`,
  },
  totalBytes: {
    merge: 'least',
    carriers: everywhere,
    title: 'Total size',
    example: '2GiB',
    help: 'at most this many bytes in total, sent and received',
    words: (total, { size }) => `${size(total)} in total`,
  },
  rate: {
    merge: 'least',
    carriers: everywhere,
    title: 'Speed limit',
    example: '10MiB',
    help: 'speed limit, bytes per second',
    words: (rate, { size }) => `${size(rate)}/s`,
  },
  types: {
    merge: 'every',
    carriers: ['key', 'request'],
    title: 'Content types',
    example: 'image/*,application/pdf',
    help: 'only these media types: image/*,application/pdf',
    words: (types) => `only ${listed(types)}`,
  },
  sha256: {
    merge: 'every',
    carriers: ['key'],
    title: 'SHA-256',
    example: 'HEX',
    help: 'only the body with this SHA-256',
    words: () => 'one exact body',
  },
  writeOnce: {
    merge: 'any',
    carriers: ['key'],
    title: 'Never overwrite',
    help: 'fail if the key exists',
    words: () => 'never overwrites',
  },
  confirm: {
    merge: 'any',
    carriers: ['share'],
    title: 'Confirm before download',
    help: 'confirm before download (link previews use nothing up)',
    words: () => 'confirm before download',
  },
  grant: {
    merge: 'own',
    carriers: [],
    title: 'Whole prefix',
    help: 'for a target that ends in /: every key with this prefix',
    words: () => 'every key with this prefix',
  },
  zip: {
    merge: 'own',
    carriers: [],
    title: 'As ZIP',
    help: 'with --grant: download the prefix as one ZIP',
    words: () => 'as ZIP',
  },
  resumable: {
    merge: 'own',
    carriers: [],
    title: 'Resumable',
    help: 'one URL for a whole resumable upload',
    words: () => 'resumable',
  },
};

function listed(values: string | readonly string[]): string {
  return typeof values === 'string' ? values : values.join(', ');
}

/** Limits in words, in the order of LNK-1. A random label (`~…`) is not shown. */
export function limitWords(limits: Limits, say: ValueWords): string[] {
  return limitRules.flatMap(({ property }) => wordsOf(property, limits[property], say));
}

function wordsOf<Name extends LimitName>(name: Name, value: Limits[Name], say: ValueWords): string[] {
  if (value === undefined || value === false || (name === 'id' && String(value).startsWith('~'))) return [];
  return [limitMeanings[name].words(value, say)];
}
