import { type ETag, listNamesEtag, unquoteEtag } from '../checksums/etag.ts';
import { refusal } from '../errors/s3-error.ts';
import { parseHttpDate } from './http-date.ts';

/** The conditional headers of a read, as sent. */
export type ReadConditions = {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
};

/** What conditions are judged by. */
export type ObjectState = { readonly etag: ETag; readonly lastModifiedMs: number };

/** `send`; `not-modified` (304); or the name of the condition that failed (412). */
export type ReadOutcome =
  | { readonly outcome: 'send' }
  | { readonly outcome: 'not-modified' }
  | { readonly outcome: 'failed'; readonly condition: 'If-Match' | 'If-Unmodified-Since' };

/**
 * Judges a read in the order of RFC 9110 section 13.2.2, which is S3's (WIRE-70): `If-Match` precedes
 * `If-Unmodified-Since`, and `If-None-Match` precedes `If-Modified-Since`; the second of a pair is ignored if the
 * first is present. A date that cannot be read counts as not sent, and so does an `If-Modified-Since` after `nowMs` (RFC 9110 section
 * 13.1.3). Dates are compared by whole seconds.
 */
export function judgeRead(conditions: ReadConditions, state: ObjectState, nowMs: number): ReadOutcome {
  if (conditions.ifMatch !== undefined) {
    if (!listNamesEtag(conditions.ifMatch, state.etag, 'strong')) return { outcome: 'failed', condition: 'If-Match' };
  } else if (isChangedSince(state, conditions.ifUnmodifiedSince) === true) {
    return { outcome: 'failed', condition: 'If-Unmodified-Since' };
  }
  if (conditions.ifNoneMatch !== undefined) {
    if (listNamesEtag(conditions.ifNoneMatch, state.etag, 'weak')) return { outcome: 'not-modified' };
  } else if (isChangedSince(state, conditions.ifModifiedSince, nowMs) === false) {
    return { outcome: 'not-modified' };
  }
  return { outcome: 'send' };
}

/** `undefined` when there is no date to compare with. */
function isChangedSince(
  state: ObjectState,
  header: string | undefined,
  latestMs = Number.POSITIVE_INFINITY,
): boolean | undefined {
  const sinceMs = header === undefined ? undefined : parseHttpDate(header);
  return sinceMs === undefined || sinceMs > latestMs
    ? undefined
    : Math.floor(state.lastModifiedMs / 1000) * 1000 > sinceMs;
}

/**
 * Whether a `Range` counts under this `If-Range` (WIRE-71, RFC 9110 section 13.1.5): the tag is strong and the same,
 * or the date is exactly that of the object. Otherwise the whole object is sent.
 */
export function rangeCounts(ifRange: string | undefined, state: ObjectState): boolean {
  if (ifRange === undefined) return true;
  const sinceMs = parseHttpDate(ifRange);
  if (sinceMs !== undefined) return Math.floor(state.lastModifiedMs / 1000) * 1000 === sinceMs;
  const trimmed = ifRange.trim();
  return !trimmed.startsWith('W/') && unquoteEtag(trimmed) === state.etag;
}

/**
 * What must hold of a key at the moment it is written: nothing may be there, or the object with this tag (`*`: any
 * object). Judged inside the store's own step, never before it.
 */
export type WriteCondition =
  | { readonly kind: 'if-none-match' }
  | { readonly kind: 'if-match'; readonly etag: ETag | '*' };

/**
 * Reads the conditions of a write as S3 has them (WIRE-73): `If-None-Match: *`, or `If-Match` with one tag.
 * @throws S3Error NotImplemented for another `If-None-Match`, for a list, and for `If-Modified-Since` and
 * `If-Unmodified-Since`, which S3 does not have on writes; InvalidRequest for both conditions together
 */
export function parseWriteCondition(headers: ReadConditions): WriteCondition | undefined {
  const { ifMatch, ifNoneMatch } = headers;
  if (headers.ifModifiedSince !== undefined) throw notImplemented('If-Modified-Since');
  if (headers.ifUnmodifiedSince !== undefined) throw notImplemented('If-Unmodified-Since');
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw refusal('InvalidRequest', {}, undefined, 'If-Match and If-None-Match must not be sent together.');
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() !== '*') throw notImplemented('If-None-Match');
    return { kind: 'if-none-match' };
  }
  if (ifMatch === undefined) return undefined;
  const etag = unquoteEtag(ifMatch);
  if (etag === '' || /[",\s]/.test(etag) || etag.startsWith('W/')) throw notImplemented('If-Match');
  return { kind: 'if-match', etag };
}

function notImplemented(header: string): Error {
  return refusal(
    'NotImplemented',
    { Header: header },
    undefined,
    'A header you provided implies functionality that is not implemented',
  );
}
