import { refusal, S3Error } from '../errors/s3-error.ts';

/** A run of bytes of an object: `start` is the first offset, `end` the last one (inclusive). */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * What a `Range` header means for a body of this size (WIRE-50, SEC-415, RFC 9110 section 14). `undefined`: the whole
 * body, which is also the answer to several ranges, another unit and anything malformed. `unsatisfiable`: 416.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  if (header === undefined) return undefined;
  const match = /^\s*bytes\s*=\s*(\d{0,32})-(\d{0,32})\s*$/i.exec(header);
  const first = match?.[1] ?? '';
  const last = match?.[2] ?? '';
  if (first === '' && last === '') return undefined;
  // Numbers beyond 2^53 lose digits here, but stay beyond every size.
  if (first === '') {
    const suffixBytes = Number(last);
    if (suffixBytes === 0 || sizeBytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, sizeBytes - suffixBytes), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return undefined;
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: Math.min(end, sizeBytes - 1) };
}

/** The refusal of a range that lies outside the object (WIRE-51); its answer names the size in `Content-Range` too. */
export function rangeRefusal(header: string, sizeBytes: number): S3Error {
  return new S3Error({
    code: 'InvalidRange',
    fields: { RangeRequested: header, ActualObjectSize: sizeBytes },
    headers: { 'content-range': `bytes */${sizeBytes}` },
  });
}

/** The `Content-Range` of a 206. */
export function contentRange(range: ByteRange, sizeBytes: number): string {
  return `bytes ${range.start}-${range.end}/${sizeBytes}`;
}

/**
 * Reads `x-amz-copy-source-range`, which is stricter than `Range`: both ends, inside the source (WIRE-52).
 * @throws S3Error InvalidArgument for another form; InvalidRange when it exceeds the source
 */
export function parseCopySourceRange(header: string, sizeBytes: number): ByteRange {
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header.trim());
  const start = Number(match?.[1]);
  const end = Number(match?.[2]);
  if (match === null || end < start) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the ' +
      'zero-based offsets of the first and last bytes to copy';
    const fields = { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header };
    throw refusal('InvalidArgument', fields, undefined, message);
  }
  if (end >= sizeBytes) throw refusal('InvalidRange', { RangeRequested: header, ActualObjectSize: sizeBytes });
  return { start, end };
}
