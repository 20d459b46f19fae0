import { isLimitName } from '../limits/limits.ts';
import { maxExpiresSeconds } from '../values/duration.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';
import type { QueryPair } from '../wire/query-string.ts';

/** What a SigV4 URL says, and whether it says it well: all that can be judged of the URL without a request, a key or settings. */

/** The parameters of a SigV4 URL, unparsed; undefined if one is missing. */
export type QueryV4Parameters = {
  readonly algorithm: string | undefined;
  readonly credential: string | undefined;
  readonly signature: string | undefined;
  readonly date: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly expires: string | undefined;
  readonly token: string | undefined;
  /** The first parameter that stands more than once (SIG-40c). */
  readonly repeated: string | undefined;
  /** Value of `X-Amz-Content-Sha256`, its name in any case (SIG-19). */
  readonly contentSha256: string | undefined;
  readonly limitPairs: readonly QueryPair[];
};

/** How far ahead of the server's clock a link may have been signed (SIG-90). */
export const mostAheadMs = 900_000;

const algorithmName = 'AWS4-HMAC-SHA256';
const missingMessage =
  'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.';

const noPairs: readonly QueryPair[] = [];
/** Collects the parameters that authenticate a SigV4 URL. Names are exact, but for the token and the payload's hash. */
export function readQueryV4(query: readonly QueryPair[]): QueryV4Parameters {
  let algorithm: string | undefined;
  let credential: string | undefined;
  let signature: string | undefined;
  let date: string | undefined;
  let signedHeaders: string | undefined;
  let expires: string | undefined;
  let token: string | undefined;
  let repeated: string | undefined;
  let contentSha256: string | undefined;
  let limitPairs: QueryPair[] | undefined;
  // By index: on the path of every request, and twice as fast as taking pairs apart.
  for (let at = 0; at < query.length; at++) {
    const pair = query[at];
    if (pair === undefined) continue;
    const name = pair[0];
    const value = pair[1];
    switch (name) {
      case 'X-Amz-Algorithm':
        if (algorithm !== undefined) repeated ??= name;
        // A second, different algorithm must not hide behind the first (SIG-40a comes before SIG-40c).
        if (algorithm === undefined || algorithm === algorithmName) algorithm = value;
        break;
      case 'X-Amz-Credential':
        if (credential !== undefined) repeated ??= name;
        credential = value;
        break;
      case 'X-Amz-Date':
        if (date !== undefined) repeated ??= name;
        date = value;
        break;
      case 'X-Amz-Expires':
        if (expires !== undefined) repeated ??= name;
        expires = value;
        break;
      case 'X-Amz-SignedHeaders':
        if (signedHeaders !== undefined) repeated ??= name;
        signedHeaders = value;
        break;
      case 'X-Amz-Signature':
        if (signature !== undefined) repeated ??= name;
        signature = value;
        break;
      default:
        if (isLimitName(name)) {
          if (limitPairs === undefined) limitPairs = [pair];
          else limitPairs.push(pair);
        } else if (name.length === 20) {
          const lower = name.toLowerCase();
          if (lower === 'x-amz-security-token') {
            if (token !== undefined) repeated ??= 'X-Amz-Security-Token';
            token = value;
          } else if (lower === 'x-amz-content-sha256') {
            contentSha256 ??= value;
          }
        }
    }
  }
  return {
    algorithm,
    credential,
    signature,
    date,
    signedHeaders,
    expires,
    token,
    repeated,
    contentSha256,
    limitPairs: limitPairs ?? noPairs,
  };
}

/** The seconds of `X-Amz-Expires`, or what is wrong with it. */
export type Lifetime = number | 'not a number' | 'negative' | 'too long';

/** SIG-40e to 40g. */
export function readLifetime(text: string | undefined): Lifetime {
  if (text === undefined || !/^[+-]?[0-9]+$/.test(text)) return 'not a number';
  if (text.length <= 5 && text >= '0') return Number(text); // up to 99999: no sign, not too long
  const size = text.replace(/^[+-]?0*/, '');
  const negative = text.startsWith('-') && size !== '';
  if (size.length > 19) return 'not a number';
  if (size.length === 19 && BigInt(size) > 2n ** 63n - (negative ? 0n : 1n)) return 'not a number';
  if (negative) return 'negative';
  const seconds = Number(size);
  return seconds > maxExpiresSeconds ? 'too long' : seconds;
}

function fault(message: string, rule: string): Refusal {
  return refuse({ check: 'form', code: 'AuthorizationQueryParametersError', message, rule });
}

/** SIG-40: the first fault of a URL's form. */
export function formFaultV4(p: QueryV4Parameters, dateMs: number | undefined, lifetime: Lifetime): Refusal | undefined {
  if (p.algorithm !== undefined && p.algorithm !== algorithmName) {
    return fault('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"', 'SIG-40a');
  }
  // Empty text is falsy too. An empty lifetime is SIG-40e, an empty signed list SIG-44.
  if (!p.algorithm || !p.credential || !p.signature || !p.date) return fault(missingMessage, 'SIG-40b');
  if (p.signedHeaders === undefined || p.expires === undefined) return fault(missingMessage, 'SIG-40b');
  if (p.repeated !== undefined) {
    return fault(`Query-string authentication version 4 requires exactly one value for ${p.repeated}.`, 'SIG-40c');
  }
  if (dateMs === undefined) {
    return fault("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"", 'SIG-40d');
  }
  switch (lifetime) {
    case 'not a number':
      return fault('X-Amz-Expires should be a number', 'SIG-40e');
    case 'negative':
      return fault('X-Amz-Expires must be non-negative', 'SIG-40f');
    case 'too long':
      return fault(
        'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
        'SIG-40g',
      );
    default:
      return undefined;
  }
}

/** SIG-90 to SIG-92: whether a link is used before it was signed, as far as clocks differ, or after its end. */
export function timingOf(dateMs: number, seconds: number, nowMs: number): 'early' | 'late' | undefined {
  if (dateMs - nowMs > mostAheadMs) return 'early';
  return seconds > 0 && nowMs <= dateMs + seconds * 1000 ? undefined : 'late';
}
