import { expandFields } from '../mechanisms/policy-conditions.ts';
import { wireText } from './canonical.ts';
import { normaliseValue } from './head.ts';
import { findMarkers } from './markers.ts';
import type { QueryPair } from './query-string.ts';
import type { PostForm } from './request.ts';

type Pair = readonly [name: string, value: string];

/**
 * The values of a request. Signatures are computed from this view and operations read it, so that what is verified is what is executed
 * (SIG-55). Texts hold one character per byte, as Node gives headers.
 */
export interface RequestView {
  /** Decoded value of the first query parameter with exactly this name. Forms have none: no policy covers their URL (SIG-87). */
  query(name: string): string | undefined;
  /** Value by lower-case name: repeated headers joined with a comma, no blanks at the ends (SIG-16). */
  header(name: string): string | undefined;
  /** Every header whose name begins with `prefix` (lower case), each name once, in order of arrival. */
  headersWith(prefix: string): readonly Pair[];
}

/** How a request is signed, as far as that decides where its values come from. */
type Source =
  /** Headers only: an anonymous request, or one signed in its `Authorization` header. */
  | { readonly kind: 'headers'; readonly folds: boolean }
  /** Signed parameters act as headers: the names in the signed list, and those of SIG-46. */
  | { readonly kind: 'query-v4'; readonly signedHeaders: readonly string[] }
  /** Signed `x-amz-*` parameters act as headers (SIG-55). */
  | { readonly kind: 'query-v2' }
  /** Fields act as headers, and no header does but those of `formHeaders` (SIG-87). */
  | { readonly kind: 'form'; readonly fields: readonly Pair[] };

/** Parameters of a SigV4 signature itself, as signers write them and in lower case: they act as headers only if the signed list names them. */
const signatureParameters: ReadonlySet<string> = new Set(
  [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
    'X-Amz-Security-Token',
    'X-Amz-Content-Sha256',
  ].flatMap((name) => [name, name.toLowerCase()]),
);

/** Conditions that a SigV4 URL may carry in its query, where the signature covers them. */
const conditions: ReadonlySet<string> = new Set([
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
]);

/** Headers of the HTTP request that are read although a form carries the values: they say who asks, nothing about the object. */
const formHeaders: ReadonlySet<string> = new Set(['host', 'origin', 'referer', 'user-agent']);

/** Reads a request by what its signature covers. `form`: of a POST form only, once its fields were read. */
export function viewRequest(
  rawHeaders: readonly string[],
  query: readonly QueryPair[],
  form?: PostForm | undefined,
): ReceivedView {
  return new ReceivedView(rawHeaders, query, sourceOf(rawHeaders, query, form));
}

/** Reads a request that no signature speaks for, whatever its query says: a preflight, or a request to a share. */
export function viewUnsigned(rawHeaders: readonly string[], query: readonly QueryPair[]): ReceivedView {
  return new ReceivedView(rawHeaders, query, unfolded);
}

function sourceOf(rawHeaders: readonly string[], query: readonly QueryPair[], form: PostForm | undefined): Source {
  if (form !== undefined) return { kind: 'form', fields: expandFields(form) };
  const { v4, v2 } = findMarkers(query);
  if (v4) return { kind: 'query-v4', signedHeaders: signedList(query) };
  if (v2) return queryV2;
  const authorization = sentHeader(rawHeaders, 'authorization');
  return authorization?.startsWith('AWS ') === true ? unfolded : folded;
}

const queryV2: Source = { kind: 'query-v2' };
const folded: Source = { kind: 'headers', folds: true };
const unfolded: Source = { kind: 'headers', folds: false };
const hostOnly: readonly string[] = ['host'];

function signedList(query: readonly QueryPair[]): readonly string[] {
  const list = query.find(([name]) => name === 'X-Amz-SignedHeaders')?.[1] ?? '';
  return list === 'host' ? hostOnly : list.split(';');
}

/** Up to this many headers are scanned for each name; more are put into a map once, so that no list of names makes it quadratic. */
const mostScanned = 32;

/** Few headers are asked for, and a request has few: nothing is copied in the usual case. */
export class ReceivedView implements RequestView {
  readonly #rawHeaders: readonly string[];
  readonly #query: readonly QueryPair[];
  readonly #source: Source;
  #sent: ReadonlyMap<string, string> | undefined;
  /** Parameters that act as headers, by lower-case name: nearly always none. */
  #acting: ReadonlyMap<string, string> | undefined;

  constructor(rawHeaders: readonly string[], query: readonly QueryPair[], source: Source) {
    this.#rawHeaders = rawHeaders;
    this.#query = query;
    this.#source = source;
  }

  /** Whether this is the view of these very lists: a changed request needs another one. */
  isOf(rawHeaders: readonly string[], query: readonly QueryPair[]): boolean {
    return this.#rawHeaders === rawHeaders && this.#query === query;
  }

  query(name: string): string | undefined {
    if (this.#source.kind === 'form') return undefined;
    // By index: an operation asks about thirty times per request.
    for (let at = 0; at < this.#query.length; at += 1) {
      const pair = this.#query[at];
      if (pair !== undefined && pair[0] === name) return pair[1];
    }
    return undefined;
  }

  header(name: string): string | undefined {
    if (this.#source.kind === 'form') {
      const field = formField(this.#source.fields, name);
      return field === undefined && formHeaders.has(name) ? this.#sentHeader(name) : field;
    }
    const value = this.#sentHeader(name) ?? this.#actingParameters().get(name);
    return value === undefined ? undefined : this.#executed(name, value);
  }

  headersWith(prefix: string): readonly Pair[] {
    const found = new Map<string, string>();
    const add = (name: string, value: string): void => {
      if (name.startsWith(prefix) && !found.has(name)) found.set(name, this.#executed(name, value));
    };
    if (this.#source.kind === 'form') {
      for (const [field, value] of this.#source.fields) add(fieldHeader(field), fieldValue(fieldHeader(field), value));
      return [...found];
    }
    if (this.#hasPrefix(prefix)) for (const [name, value] of this.#sentHeaders()) add(name, value);
    for (const [name, value] of this.#actingParameters()) add(name, value);
    return [...found];
  }

  /**
   * Headers, lower case, that no signature covers and that would replace a signed parameter of the same name: such a request is refused
   * (SIG-44, SIG-55). A header that repeats the signed value replaces nothing: botocore writes the metadata of a SigV2 URL into its query,
   * and its callers send the headers too.
   */
  replacingHeaders(): readonly string[] {
    const acting = this.#actingParameters();
    if (acting.size === 0) return noNames;
    const signed = this.#source.kind === 'query-v4' ? this.#source.signedHeaders : noNames;
    return [...acting]
      .filter(([name, value]) => !signed.includes(name) && (this.#sentHeader(name) ?? value) !== value)
      .map(([name]) => name);
  }

  /** Most requests have no header with the prefix, and need no map to know it. */
  #hasPrefix(prefix: string): boolean {
    for (let at = 0; at + 1 < this.#rawHeaders.length; at += 2) {
      const name = this.#rawHeaders[at] ?? '';
      // The first letter tells most names apart.
      if ((name.charCodeAt(0) | 0x20) === prefix.charCodeAt(0) && name.toLowerCase().startsWith(prefix)) return true;
    }
    return false;
  }

  #sentHeader(name: string): string | undefined {
    if (this.#sent === undefined && this.#rawHeaders.length <= 2 * mostScanned)
      return sentHeader(this.#rawHeaders, name);
    return this.#sentHeaders().get(name);
  }

  #sentHeaders(): ReadonlyMap<string, string> {
    if (this.#sent !== undefined) return this.#sent;
    const sent = new Map<string, string>();
    for (let at = 0; at + 1 < this.#rawHeaders.length; at += 2) {
      const name = (this.#rawHeaders[at] ?? '').toLowerCase();
      const value = trimBlanks(this.#rawHeaders[at + 1] ?? '');
      const before = sent.get(name);
      sent.set(name, before === undefined ? value : `${before},${value}`);
    }
    this.#sent = sent;
    return sent;
  }

  #actingParameters(): ReadonlyMap<string, string> {
    this.#acting ??= actingParameters(this.#query, this.#source);
    return this.#acting;
  }

  /**
   * SigV4 signs each run of blanks as one (SIG-16), so that is the value which acts. User metadata is data: it keeps its blanks, as do
   * the headers that are only stored.
   */
  #executed(name: string, value: string): string {
    const source = this.#source;
    const isFolded = source.kind === 'query-v4' || (source.kind === 'headers' && source.folds);
    return isFolded && name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-') ? normaliseValue(value) : value;
  }
}

const noNames: readonly string[] = [];
const none: ReadonlyMap<string, string> = new Map();

/** The parameters of a signed query that act as headers, as bytes like a header. The first of a name counts (SIG-18). */
function actingParameters(query: readonly QueryPair[], source: Source): ReadonlyMap<string, string> {
  if (source.kind !== 'query-v4' && source.kind !== 'query-v2') return none;
  const isV4 = source.kind === 'query-v4';
  const signed = isV4 && source.signedHeaders.length > 1 ? new Set(source.signedHeaders) : undefined;
  let found: Map<string, string> | undefined;
  for (let at = 0; at < query.length; at += 1) {
    const [given, value] = query[at] ?? ['', ''];
    if (signed === undefined) {
      // Without a longer signed list only names that begin with x or i can act; most of those are the signature's own.
      const first = given.charCodeAt(0) | 0x20;
      if ((first !== 0x78 && first !== 0x69) || (isV4 && signatureParameters.has(given))) continue;
    }
    const name = given.toLowerCase();
    const acts = signed?.has(name) === true || actsAsHeader(name, source.kind);
    if (!acts) continue;
    found ??= new Map();
    if (!found.has(name)) found.set(name, trimBlanks(wireText(value)));
  }
  return found ?? none;
}

/**
 * SIG-46: which signed parameters act as the header of their name. Checksums in a SigV4 URL do not: the JavaScript SDK signs the checksum
 * of an empty body into every presigned PUT.
 */
function actsAsHeader(name: string, kind: 'query-v4' | 'query-v2'): boolean {
  if (kind === 'query-v2') return name.startsWith('x-amz-');
  if (conditions.has(name)) return true;
  return name.startsWith('x-amz-') && !signatureParameters.has(name) && !name.startsWith('x-amz-checksum-');
}

/** A header by its lower-case name; repeated ones joined as signatures join them (SIG-16). */
function sentHeader(rawHeaders: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const candidate = rawHeaders[at] ?? '';
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    const value = trimBlanks(rawHeaders[at + 1] ?? '');
    found = found === undefined ? value : `${found},${value}`;
  }
  return found;
}

/** Only spaces and tabs: `trim()` would also take 0xA0, which ends the UTF-8 of letters such as \u00e0. */
function trimBlanks(value: string): string {
  return /^[ \t]|[ \t]$/.test(value) ? value.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '') : value;
}

function formField(fields: readonly Pair[], name: string): string | undefined {
  for (const [field, value] of fields) if (fieldHeader(field) === name) return fieldValue(name, value);
  return undefined;
}

/** Form fields are named as headers, without case; `acl` is short for `x-amz-acl` (SIG-80). */
function fieldHeader(field: string): string {
  const lower = field.toLowerCase();
  return lower === 'acl' ? 'x-amz-acl' : lower;
}

/** Fields arrive as text, headers as bytes: what is stored as a header has the same form either way. */
function fieldValue(name: string, value: string): string {
  return /^(?:x-amz-|content-|cache-control$|expires$)/.test(name) ? wireText(value) : value;
}
