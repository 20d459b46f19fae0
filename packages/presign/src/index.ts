/** `@tidegate/presign`: sign, verify, inspect and explain S3 presigned URLs. */
export { type HmacKey, hmac, hmacHex, hmacKey, sha256, sha256Hex } from '#hash';
export { attachment, withoutBidiControls } from './attachment.ts';
export { type Bucket, bucket } from './bucket.ts';
export type { Credentials, CredentialsSource } from './credentials.ts';
export { type Duration, describeSeconds, durationSeconds, maxExpiresSeconds } from './duration.ts';
export { percentDecode, uriEncode, uriEncodePath, utf8Length } from './encode.ts';
export { type ExplainOptions, explain } from './explain.ts';
export type { Explanation } from './explanation.ts';
export type { Check } from './explanation-checks.ts';
export { explanationText } from './explanation-text.ts';
export type { Finding } from './findings.ts';
export { fingerprint, fingerprintOf, linkIdOf } from './fingerprint.ts';
export { type HeaderDraft, signHeaders } from './header-sign.ts';
export { type Inspection, inspect } from './inspect.ts';
export type { KeyMaterial } from './key-material.ts';
export {
  isLimitName,
  type LimitContext,
  type LimitFault,
  type LimitKind,
  type LimitRule,
  type Limits,
  limitNames,
  limitRules,
  parseGrant,
  parseLimits,
  writeLimits,
} from './limits.ts';
export type { LinkBucket } from './links.ts';
export type * from './options.ts';
export type { ChunkSeed, PayloadRule } from './payload.ts';
export type { AddressingStyle, Store } from './place.ts';
export { expandFields, type PolicyOutcome, sizeFault } from './policy-conditions.ts';
export { PresignError, type PresignErrorCode } from './presign-error.ts';
export {
  type CauseId,
  type FilledReason,
  fillReason,
  hintOf,
  isReason,
  type Reason,
  type ReasonEntry,
  type ReasonValues,
  reasonIds,
  reasonOfCause,
  reasons,
} from './reasons.ts';
export { redact } from './redact.ts';
export type { PostForm, RawRequest, RequestLike } from './request.ts';
export { type ReceivedView, type RequestView, viewRequest, viewUnsigned } from './request-view.ts';
export { deriveSigningKey, forgetSigningKeys, signingKey } from './signing-key.ts';
export { type Size, sizeBytes } from './size.ts';
export { type HostRules, isTargetFault, type ParsedTarget, parseTarget, type TargetFault } from './target.ts';
export type { AdmittedVerdict, RefusedVerdict, UnsignedVerdict, Verdict } from './verdict.ts';
export { type JudgeOptions, judge, type VerifyOptions, verify } from './verify.ts';
