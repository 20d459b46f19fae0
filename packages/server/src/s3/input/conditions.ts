import {
  count,
  isoTime,
  parseHttpDate,
  parseWriteCondition,
  type ReadConditions,
  unquoteEtag,
} from '@tidegate/protocol';
import type { DeleteCondition, SourceCondition, WriteCondition } from '../../stores/objects/object-store.ts';
import { fromHead, type RequestHead } from '../operation.ts';
import { invalidArgument } from './parameters.ts';

/** `If-Match`, `If-None-Match`, `If-Modified-Since`, `If-Unmodified-Since`, as sent (SIG-103). */
export const readConditions = fromHead((head) => conditionsOf(head, ''));

/**
 * The conditions of a write, for the store to judge in its own transaction (REL-4).
 * @throws S3Error NotImplemented for those that S3 does not have on writes; InvalidRequest for both at once
 */
export const writeCondition = fromHead((head): WriteCondition => {
  const condition = parseWriteCondition(conditionsOf(head, ''));
  if (condition === undefined) return {};
  return condition.kind === 'if-none-match' ? { ifNoneMatch: ['*'] } : { ifMatch: [condition.etag] };
});

/** `x-amz-copy-source-if-*`, for the store to judge in the copy's transaction. */
export const sourceCondition = fromHead((head): SourceCondition => {
  const sent = conditionsOf(head, 'x-amz-copy-source-');
  const ifModifiedSinceMs = sent.ifModifiedSince === undefined ? undefined : parseHttpDate(sent.ifModifiedSince);
  const ifUnmodifiedSinceMs = sent.ifUnmodifiedSince === undefined ? undefined : parseHttpDate(sent.ifUnmodifiedSince);
  return {
    ...(sent.ifMatch === undefined ? {} : { ifMatch: tagsOf(sent.ifMatch) }),
    ...(sent.ifNoneMatch === undefined ? {} : { ifNoneMatch: tagsOf(sent.ifNoneMatch) }),
    ...(ifModifiedSinceMs === undefined ? {} : { ifModifiedSinceMs }),
    ...(ifUnmodifiedSinceMs === undefined ? {} : { ifUnmodifiedSinceMs }),
  };
});

/** The conditions of a deletion that other operations do not know. */
export const deleteConditionHeaders: readonly string[] = ['x-amz-if-match-last-modified-time', 'x-amz-if-match-size'];

/** `If-Match`, `x-amz-if-match-last-modified-time`, `x-amz-if-match-size`, for the store to judge where it deletes. @throws S3Error InvalidArgument */
export const deleteCondition = fromHead((head): DeleteCondition => {
  const ifMatch = head.header('if-match');
  const time = head.header('x-amz-if-match-last-modified-time');
  const size = head.header('x-amz-if-match-size');
  return {
    ifMatch: ifMatch === undefined ? undefined : tagsOf(ifMatch),
    modifiedAtMs: time === undefined ? undefined : readTime('x-amz-if-match-last-modified-time', time),
    sizeBytes: size === undefined ? undefined : readSize('x-amz-if-match-size', size),
  };
});

/** A time of a condition, as clients write it: an HTTP date or ISO 8601. @throws S3Error InvalidArgument */
export function readTime(name: string, text: string): number {
  const timeMs = parseHttpDate(text) ?? isoTime.parse(text);
  if (timeMs === undefined) throw invalidArgument(name, text, 'Invalid date format');
  return timeMs;
}

function readSize(name: string, text: string): number {
  const sizeBytes = count.parse(text);
  if (sizeBytes === undefined) throw invalidArgument(name, text, 'Invalid size');
  return sizeBytes;
}

function conditionsOf(head: RequestHead, prefix: '' | 'x-amz-copy-source-'): ReadConditions {
  return {
    ifMatch: head.header(`${prefix}if-match`),
    ifNoneMatch: head.header(`${prefix}if-none-match`),
    ifModifiedSince: head.header(`${prefix}if-modified-since`),
    ifUnmodifiedSince: head.header(`${prefix}if-unmodified-since`),
  };
}

/** The tags of a list, without quotes. Entity tags of this server hold no comma, so a tag that does fits nothing anyway. */
function tagsOf(list: string): string[] {
  return list.split(',', 64).map((tag) => unquoteEtag(tag.trim().replace(/^W\//, '')));
}
