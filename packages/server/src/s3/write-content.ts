import {
  type ByteRange,
  checksumAlgorithms,
  contentRange,
  defaultContentType,
  formatHttpDate,
  isInert,
  isoTime,
  metadataPrefix,
  quoteEtag,
} from '@tidegate/protocol';
import type { AnswerBody, WireAnswer } from '../http/wire.ts';
import type { OpenedObject, VersionRecord } from '../stores/objects/object-store.ts';
import type { ObjectContent } from './operation-tools.ts';
import type { OutputPlace } from './write-output.ts';

/** An object as an answer: its headers, and the bytes of a range or of the whole (RFC 9110, AWS GetObject). */
export function contentAnswer(
  content: ObjectContent,
  headers: [string, string][],
  place: OutputPlace,
): WireAnswer | Promise<WireAnswer> {
  const { record, opened, range } = content;
  const inline = place.method === 'HEAD' ? undefined : opened?.inline;
  if (inline === undefined) return openAnswer(content, headers, place);
  // What stands in memory is let go of by itself.
  pushRecordHeaders(headers, content, place.objectCsp);
  if (range === undefined) return { status: 200, headers, body: inline, note: place.note };
  headers.push(['Content-Range', contentRange(range, record.sizeBytes)]);
  return { status: 206, headers, body: inline.subarray(range.start, range.end + 1), note: place.note };
}

async function openAnswer(
  content: ObjectContent,
  headers: [string, string][],
  place: OutputPlace,
): Promise<WireAnswer> {
  const { record, opened, range } = content;
  pushRecordHeaders(headers, content, place.objectCsp);
  if (range !== undefined) headers.push(['Content-Range', contentRange(range, record.sizeBytes)]);
  const status = range === undefined ? 200 : 206;
  const sizeBytes = range === undefined ? record.sizeBytes : range.end - range.start + 1;
  if (opened === undefined || place.method === 'HEAD') {
    await opened?.close();
    headers.push(['Content-Length', String(sizeBytes)]);
    return { status, headers, body: undefined, note: place.note };
  }
  if (sizeBytes === 0) {
    await opened.close();
    return { status, headers, body: undefined, note: place.note };
  }
  const whole: ByteRange = range ?? { start: 0, end: sizeBytes - 1 };
  return { status, headers, body: new ObjectBody(opened, whole), note: place.note };
}

/** The bytes of an open object, written when the head has gone out. */
class ObjectBody implements AnswerBody {
  readonly sizeBytes: number;
  readonly #opened: OpenedObject;
  readonly #range: ByteRange;

  constructor(opened: OpenedObject, range: ByteRange) {
    this.sizeBytes = range.end - range.start + 1;
    this.#opened = opened;
    this.#range = range;
  }

  send(...[sink, signal]: Parameters<AnswerBody['send']>): Promise<void> {
    return this.#opened.send(this.#range, sink, signal);
  }

  close(): Promise<void> {
    return this.#opened.close();
  }
}

function pushRecordHeaders(headers: [string, string][], content: ObjectContent, objectCsp: string): void {
  const { record, overrides } = content;
  headers.push(
    ['Last-Modified', formatHttpDate(record.modifiedAtMs)],
    ['ETag', quoteEtag(record.etag)],
    ['Accept-Ranges', 'bytes'],
  );
  const contentType = overrides['content-type'] ?? record.contentType ?? defaultContentType;
  headers.push(['Content-Type', contentType]);
  for (const name in record.headers) {
    const value = overrides[name] ?? record.headers[name];
    if (value !== undefined) headers.push([name, value]);
  }
  for (const name in overrides) {
    const value = overrides[name];
    if (value !== undefined && name !== 'content-type' && !(name in record.headers)) headers.push([name, value]);
  }
  for (const name in record.metadata) headers.push([metadataPrefix + name, record.metadata[name] ?? '']);
  pushProtection(headers, record);
  if (content.partsCount !== undefined) headers.push(['x-amz-mp-parts-count', String(content.partsCount)]);
  pushChecksums(headers, content.checksums);
  pushSandbox(headers, contentType, objectCsp);
}

function pushProtection(headers: [string, string][], { tags, lock }: VersionRecord): void {
  if (tags !== undefined) headers.push(['x-amz-tagging-count', String(tags.length)]);
  if (lock === undefined) return;
  const { retention, legalHold } = lock;
  if (retention !== undefined) {
    headers.push(['x-amz-object-lock-mode', retention.mode]);
    headers.push(['x-amz-object-lock-retain-until-date', isoTime.format(retention.untilMs)]);
  }
  if (legalHold !== undefined) headers.push(['x-amz-object-lock-legal-hold', legalHold]);
}

function pushChecksums(headers: [string, string][], checksums: ObjectContent['checksums']): void {
  if (checksums === undefined) return;
  for (const [algorithm, value] of Object.entries(checksums.values)) {
    if (!(algorithm in checksumAlgorithms)) continue;
    // Sound: just found among the algorithms.
    headers.push([checksumAlgorithms[algorithm as keyof typeof checksumAlgorithms].header, value]);
  }
  headers.push(['x-amz-checksum-type', checksums.type]);
}

/** SEC-501: whatever may run as a page or script does so in an origin of its own. */
function pushSandbox(headers: [string, string][], contentType: string, objectCsp: string): void {
  if (objectCsp === 'off' || isInert(contentType)) return;
  headers.push(['X-Content-Type-Options', 'nosniff']);
  headers.push(['Content-Security-Policy', objectCsp === 'auto' ? 'sandbox allow-scripts' : objectCsp]);
}
