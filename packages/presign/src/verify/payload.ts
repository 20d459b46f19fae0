import type { HmacKey } from '#hash';

/** How the body is bound to the request: what a server has to check while it reads (SIG-19, SIG-20, SIG-66). */
export type PayloadRule =
  | { readonly kind: 'unsigned' }
  /** The body's SHA-256 must be this one, lower-case hex (SIG-20). */
  | { readonly kind: 'sha256'; readonly hex: string }
  /** The body is aws-chunked (SIG-66). */
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

/** What the first chunk's signature is made from (SIG-67 to SIG-69). */
export type ChunkSeed = {
  readonly signingKey: HmacKey;
  /** The date as written in the string to sign. */
  readonly amzDate: string;
  readonly scope: string;
  /** The signature that comes before the first chunk's. */
  readonly signature: string;
};

/** Message of SIG-61 for an invalid value. */
export const payloadMessage =
  'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.';

/** PAYLOAD of a presigned URL that says nothing (SIG-19). */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** The rule that a value of `x-amz-content-sha256` states; undefined when it is none of those of SIG-61. */
export function readPayload(value: string): PayloadRule | undefined {
  switch (value) {
    case unsignedPayload:
      return { kind: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: false, trailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunked', signed: true, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: true, trailer: true };
    default:
      return /^[0-9A-Fa-f]{64}$/.test(value) ? { kind: 'sha256', hex: value.toLowerCase() } : undefined;
  }
}
