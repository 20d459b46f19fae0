import { percentDecode, uriEncode } from './encode.ts';

/** A decoded query parameter, as received: name and value. */
export type QueryPair = readonly [name: string, value: string];

/** A query as it was received, decoded once, and as SigV4 signs it. */
export type ParsedQuery = {
  readonly raw: string;
  /** In order of arrival, `+` read as a space (SIG-13). */
  readonly pairs: readonly QueryPair[];
  /** QUERY of SIG-13: encoded, sorted, without `X-Amz-Signature`. */
  readonly canonical: string;
};

/** Only unreserved characters: such a component is what it decodes to, and is canonical already. */
const plain = /^[A-Za-z0-9\-._~]*$/;
/** Name and value of nothing but unreserved characters; sticky, so that it also tells where they end. */
const plainPair = /[A-Za-z0-9\-._~]*=[A-Za-z0-9\-._~]*(?=&|$)/y;
/** Escapes in upper-case hex of bytes that must be escaped: canonical, if it decodes. All three are linear. */
const canonicalEscapes = /^(?:[A-Za-z0-9\-._~]|%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]))*$/;

const signatureName = 'X-Amz-Signature';

type Encoded = { readonly name: string; readonly value: string };

/**
 * Cuts a raw query into its parameters and makes the canonical query (SIG-13). One pass by index; a query that is canonical as it
 * stands, but for its signature, is kept as it stands.
 * @returns undefined when an escape is broken or bytes are not UTF-8 (SIG-7)
 */
export function parseQuery(raw: string): ParsedQuery | undefined {
  const pairs: QueryPair[] = [];
  let asReceived = true; // canonical but for the signature
  let lastName = '';
  let lastValue = '';
  let signatureStart = -1;
  let signatureStop = -1;
  const end = raw.length;
  for (let start = 0; start < end; ) {
    const known = knownPiece(raw, start);
    plainPair.lastIndex = start;
    const isPlain = known === undefined && plainPair.test(raw);
    let stop =
      known === undefined ? (isPlain ? plainPair.lastIndex : raw.indexOf('&', start)) : start + known.text.length;
    if (stop === -1) stop = end;
    if (stop === start || stop === end - 1) asReceived = false; // an empty piece
    if (stop === start) {
      start++;
      continue;
    }
    let pair: QueryPair;
    let canonical = true;
    let rawName: string;
    let rawValue: string;
    if (isPlain) {
      const equals = raw.indexOf('=', start);
      rawName = raw.slice(start, equals);
      rawValue = raw.slice(equals + 1, stop);
      pair = [rawName, rawValue];
    } else {
      const piece = known ?? readPiece(raw, start, stop);
      if (piece === undefined) return undefined;
      ({ pair, rawName, rawValue, canonical } = piece);
    }
    const name = pair[0];
    pairs.push(pair);
    if (name === signatureName) {
      if (signatureStart !== -1) asReceived = false;
      signatureStart = start;
      signatureStop = stop;
    } else if (asReceived) {
      const isSorted = lastName < rawName || (lastName === rawName && lastValue <= rawValue);
      asReceived = isSorted && canonical;
      lastName = rawName;
      lastValue = rawValue;
    }
    start = stop + 1;
  }
  if (!asReceived) return { raw, pairs, canonical: canonicalise(pairs) };
  if (signatureStart === -1) return { raw, pairs, canonical: raw };
  // The separator before the signature goes with it; at the beginning, the one after it.
  const before = raw.slice(0, Math.max(0, signatureStart - 1));
  const after = signatureStart === 0 ? raw.slice(signatureStop + 1) : raw.slice(signatureStop);
  return { raw, pairs, canonical: before + after };
}

/** One parameter of a raw query. */
type Piece = {
  readonly text: string;
  readonly pair: QueryPair;
  readonly rawName: string;
  readonly rawValue: string;
  /** Whether it stands as SigV4 would write it. */
  readonly canonical: boolean;
};

/** Two parameters that almost every link has, and the credential that came last: they are not read again. */
const algorithm = /* @__PURE__ */ plainPiece('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
const signedHeaders = /* @__PURE__ */ plainPiece('X-Amz-SignedHeaders', 'host');
let credential: Piece = /* @__PURE__ */ plainPiece('X-Amz-Credential', '');
const mostKept = 256;

function plainPiece(rawName: string, rawValue: string): Piece {
  return { text: `${rawName}=${rawValue}`, pair: [rawName, rawValue], rawName, rawValue, canonical: true };
}

function knownPiece(raw: string, start: number): Piece | undefined {
  // The first letter after X-Amz- tells which one it can be.
  const letter = raw.charCodeAt(start + 6);
  const piece =
    letter === 0x41 ? algorithm : letter === 0x43 ? credential : letter === 0x53 ? signedHeaders : undefined;
  if (piece === undefined || !raw.startsWith(piece.text, start)) return undefined;
  const stop = start + piece.text.length;
  return stop === raw.length || raw.charCodeAt(stop) === 0x26 ? piece : undefined;
}

/** Decodes the parameter between two positions; undefined when it cannot be. One without `=` has an empty value. */
function readPiece(raw: string, start: number, stop: number): Piece | undefined {
  const sign = raw.indexOf('=', start);
  const equals = sign === -1 || sign > stop ? stop : sign;
  const rawName = raw.slice(start, equals);
  const rawValue = raw.slice(equals + 1, stop);
  const name = decodeComponent(rawName);
  const value = decodeComponent(rawValue);
  if (name === undefined || value === undefined) return undefined;
  const canonical = equals !== stop && canonicalEscapes.test(rawName) && canonicalEscapes.test(rawValue);
  const piece: Piece = { text: raw.slice(start, stop), pair: [name, value], rawName, rawValue, canonical };
  if (name === 'X-Amz-Credential' && piece.text.length <= mostKept) credential = piece;
  return piece;
}

/** A raw component decoded once. */
function decodeComponent(raw: string): string | undefined {
  if (plain.test(raw)) return raw;
  return percentDecode(raw.includes('+') ? raw.replaceAll('+', ' ') : raw);
}

/** SIG-13 for parameters that do not stand as they are signed. */
function canonicalise(pairs: readonly QueryPair[]): string {
  const parameters: Encoded[] = [];
  for (const [name, value] of pairs) {
    if (name !== signatureName) parameters.push({ name: uriEncode(name), value: uriEncode(value) });
  }
  let query = '';
  for (const { name, value } of parameters.sort(byNameThenValue)) {
    query += query === '' ? `${name}=${value}` : `&${name}=${value}`;
  }
  return query;
}

function byNameThenValue(left: Encoded, right: Encoded): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  if (left.value === right.value) return 0;
  return left.value < right.value ? -1 : 1;
}
