import { headerValueOfText } from '@tidegate/protocol';
import { receivedHeader } from './received.ts';

type Pair = readonly [name: string, value: string];

/** Parameters of the signature itself; they never act as headers. As signers write them, and in lower case. */
const signatureParameters = new Set(
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

/** What stands in for headers beside those that were sent. */
export type HeadSource =
  | { readonly kind: 'plain' }
  /** A presigned request: signed `x-amz-*` parameters act as headers (SIG-46). */
  | { readonly kind: 'presigned' }
  /** A POST form: its fields act as headers, and before them. */
  | { readonly kind: 'form'; readonly fields: readonly Pair[] };

/**
 * The head of a request as operations read it, with the query that was parsed and verified. Nothing is copied: few headers are
 * asked for, and a request has few.
 */
export class ReceivedHead {
  readonly #rawHeaders: readonly string[];
  readonly #query: readonly Pair[];
  readonly #source: HeadSource;
  /** Parameters that act as headers, by name in lower case: nearly always none. Looked for once, asked for by each header. */
  #acting: readonly Pair[] | undefined;

  constructor(rawHeaders: readonly string[], query: readonly Pair[], source: HeadSource) {
    this.#rawHeaders = rawHeaders;
    this.#query = query;
    this.#source = source;
  }

  /** Decoded value of the first parameter of that very name; undefined when absent. */
  query(name: string): string | undefined {
    // By index, as all of these: they are asked for thirty times in each request.
    for (let at = 0; at < this.#query.length; at += 1) {
      const pair = this.#query[at];
      if (pair !== undefined && pair[0] === name) return pair[1];
    }
    return undefined;
  }

  /** By lower-case name, trimmed. A header that was sent wins over a parameter; a form's field wins over the form's own headers. */
  header(name: string): string | undefined {
    const source = this.#source;
    if (source.kind === 'form') {
      const field = formField(source.fields, name);
      // The Content-Type and Content-MD5 of the request are those of the form, not of its file.
      if (field !== undefined || name.startsWith('content-')) return field;
    }
    const sent = receivedHeader(this.#rawHeaders, name);
    return sent === undefined && source.kind === 'presigned' ? this.#fromQuery(name) : sent;
  }

  /** All that begin with `prefix` (lower case), in order of arrival, names in lower case. */
  headersWith(prefix: string): readonly Pair[] {
    const found: Pair[] = [];
    const add = (name: string, value: string): void => {
      if (name.startsWith(prefix) && !found.some(([known]) => known === name)) found.push([name, value]);
    };
    const source = this.#source;
    if (source.kind === 'form') {
      for (const [name, value] of source.fields) add(headerName(name), headerValue(headerName(name), value));
    }
    for (let at = 0; at + 1 < this.#rawHeaders.length; at += 2) {
      const name = this.#rawHeaders[at] ?? '';
      if (mayBegin(name, prefix)) add(name.toLowerCase(), (this.#rawHeaders[at + 1] ?? '').trim());
    }
    if (source.kind === 'presigned') for (const [name, value] of this.#actingPairs()) add(name, value);
    return found;
  }

  #fromQuery(name: string): string | undefined {
    for (const [candidate, value] of this.#actingPairs()) if (candidate === name) return value.trim();
    return undefined;
  }

  #actingPairs(): readonly Pair[] {
    this.#acting ??= actingOf(this.#query);
    return this.#acting;
  }
}

const noPairs: readonly Pair[] = [];

function actingOf(query: readonly Pair[]): readonly Pair[] {
  let found: Pair[] | undefined;
  for (let at = 0; at < query.length; at += 1) {
    const pair = query[at];
    if (pair === undefined || !mayBegin(pair[0], 'x-amz-') || signatureParameters.has(pair[0])) continue;
    const lower = pair[0].toLowerCase();
    if (!actsAsHeader(lower)) continue;
    if (found === undefined) found = [[lower, pair[1]]];
    else found.push([lower, pair[1]]);
  }
  return found ?? noPairs;
}

/** Whether a name may begin so, by its first letter alone: most do not, and need no copy in lower case. */
function mayBegin(name: string, prefix: string): boolean {
  return (name.charCodeAt(0) | 0x20) === prefix.charCodeAt(0);
}

/**
 * SIG-46: signed `x-amz-*` parameters act as headers, but for checksums: the JavaScript SDK signs the checksum of an empty
 * body into every presigned PUT.
 */
function actsAsHeader(name: string): boolean {
  return name.startsWith('x-amz-') && !signatureParameters.has(name) && !name.startsWith('x-amz-checksum-');
}

function formField(fields: readonly Pair[], name: string): string | undefined {
  for (const [candidate, value] of fields) if (headerName(candidate) === name) return headerValue(name, value);
  return undefined;
}

/** Form fields are named as headers, but for the ACL (SIG-80: without case). */
function headerName(field: string): string {
  const lower = field.toLowerCase();
  return lower === 'acl' ? 'x-amz-acl' : lower;
}

/** Fields arrive as text, headers as bytes: what is stored as a header has the same form either way. */
function headerValue(name: string, value: string): string {
  const isHeader =
    name.startsWith('x-amz-') || name.startsWith('content-') || name === 'cache-control' || name === 'expires';
  return isHeader ? headerValueOfText(value) : value;
}
