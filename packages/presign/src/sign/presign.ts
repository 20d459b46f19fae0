import { type HmacKey, hmacHex, sha256Hex } from '#hash';
import type { Pair } from '../values/member-pairs.ts';
import { uriEncode } from '../wire/encode.ts';
import type { SigningIdentity } from './credentials.ts';
import type { Lifetime } from './lifetime.ts';
import type { Place } from './place.ts';

/** Everything that a SigV4 URL says, checked and in its final words. */
export type UrlDraft = {
  readonly method: string;
  readonly place: Place;
  /** Encoded, from the first `/`. */
  readonly path: string;
  /** Further parameters, decoded, in any order. */
  readonly query: readonly (readonly [string, string])[];
  /** Headers to sign beside `host`: lower-case names, in any order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly region: string;
  readonly lifetime: Lifetime;
};

/** What all URLs of one second, lifetime, identity and header list have in common. */
type Stem = {
  readonly identity: SigningIdentity;
  /** Second, lifetime, region and header list as one text. */
  readonly what: string;
  /** `X-Amz-Algorithm=…` to `X-Amz-SignedHeaders=…`, which is also their sorted order. */
  readonly query: string;
  /** The string to sign up to the hash. */
  readonly preamble: string;
  readonly key: HmacKey;
};

/** Most calls differ from the one before in the key alone. */
let latest: Stem | undefined;

/** `20261124T090000Z` of a time in seconds. */
export function amzDate(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function findStem(identity: SigningIdentity, region: string, [seconds, expires]: Lifetime, names: string): Stem {
  const what = `${seconds} ${expires} ${region} ${names}`;
  if (latest?.identity === identity && latest.what === what) return latest;
  const date = amzDate(seconds);
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const { accessKeyId, sessionToken } = identity;
  const token = sessionToken ? `&X-Amz-Security-Token=${uriEncode(sessionToken)}` : '';
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${uriEncode(`${accessKeyId}/${scope}`)}&X-Amz-Date=${date}&X-Amz-Expires=${expires}${token}&X-Amz-SignedHeaders=${uriEncode(names)}`;
  const preamble = `AWS4-HMAC-SHA256\n${date}\n${scope}\n`;
  latest = { identity, what, query, preamble, key: identity.keyFor(day, region) };
  return latest;
}

/**
 * SIG-13: by name, then by value, comparing bytes. Encoded text is ASCII, so that its code units are its bytes; a line feed between
 * name and value comes before all of them.
 */
function sortPieces(pieces: readonly string[]): string {
  return pieces.toSorted().join('&').replaceAll('\n', '=');
}

/** Encodes, sorts and joins parameters (SIG-13). */
export function writeQuery(pairs: readonly Pair[]): string {
  return sortPieces(pairs.map(([name, value]) => `${uriEncode(name)}\n${uriEncode(value)}`));
}

/** SIG-10, SIG-15, SIG-16: the lines of the signed headers, white space in them made one blank, and the list of their names. */
export function canonicalHeaders(host: string, headers: readonly Pair[]): readonly [lines: string, names: string] {
  const all: Pair[] = [['host', host], ...headers];
  all.sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    all.map(([name, value]) => `${name}:${value.trim().replaceAll(/[ \t]+/g, ' ')}\n`).join(''),
    all.map(([name]) => name).join(';'),
  ];
}

/** The presigned URL of SIG-110: SigV4, payload unsigned, the signature last. */
export function presignV4(draft: UrlDraft, identity: SigningIdentity): string {
  const { method, place, path, headers, lifetime } = draft;
  const [lines, names] = canonicalHeaders(place.host, headers);
  const stem = findStem(identity, draft.region, lifetime, names);
  let { query } = stem;
  let canonicalQuery = query;
  if (draft.query.length) {
    const extra = writeQuery(draft.query);
    query += `&${extra}`;
    // Names that come before ours (upper case, digits) are sent behind, but signed in their place.
    canonicalQuery = extra < 'X-Amz-SignedHeaders' ? sortPieces(query.replaceAll('=', '\n').split('&')) : query;
  }
  const canonical = `${method}\n${path}\n${canonicalQuery}\n${lines}\n${names}\nUNSIGNED-PAYLOAD`;
  const signature = hmacHex(stem.key, stem.preamble + sha256Hex(canonical));
  return `${place.origin}${path}?${query}&X-Amz-Signature=${signature}`;
}
