import {
  isTargetFault,
  type ParsedTarget,
  parseTarget,
  type ReceivedView,
  viewRequest,
} from '@tidegate/presign/internal';
import { isBucketName, refusal, S3Error } from '@tidegate/protocol';
import { type Received, receivedHeader } from './received.ts';

/** How host names become buckets (SIG-3, SIG-4). */
export type Addressing = { readonly domains: readonly string[]; readonly awsDomains: boolean };

/** What a request addresses, read once: the verifier gets this very parse (SEC: one parse). */
export type RequestTarget = {
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket. */
  readonly key: string;
  readonly parsed: ParsedTarget;
  /** The values of the request, but for a form, whose fields are read later. */
  readonly view: ReceivedView;
};

/**
 * Reads the target of a request from its raw bytes, for S3 and the server's own paths (`/_/…`) alike.
 * @throws S3Error InvalidURI, KeyTooLongError (SIG-7)
 */
export function parseRequestTarget(received: Received, addressing: Addressing): RequestTarget {
  const host = received.forwardedHost ?? receivedHeader(received.rawHeaders, 'host');
  const parsed = parseTarget(received.target, host, addressing);
  if (isTargetFault(parsed)) {
    throw parsed.fault.code === 'KeyTooLongError'
      ? refusal('KeyTooLongError', { Size: received.target.length, MaxSizeAllowed: 1024 })
      : new S3Error({ code: parsed.fault.code, message: parsed.fault.message });
  }
  const view = viewRequest(received.rawHeaders, parsed.query);
  return { bucket: parsed.bucket ?? '', key: parsed.key ?? '', parsed, view };
}

/**
 * What no bucket and no key can be named (SEC-314, SEC-416). Judged behind the signature: a proxy that puts a segment before the
 * path makes such names, and the signature's refusal says so better.
 * @throws S3Error InvalidBucketName, InvalidURI
 */
export function checkNames({ bucket, key, parsed }: RequestTarget): void {
  if (parsed.bucket !== undefined && !isBucketName(bucket)) throw refusal('InvalidBucketName', { BucketName: bucket });
  if (key.includes('\0')) throw refusal('InvalidURI', {});
}
