/** `@tidegate/presign`: sign, verify, inspect and explain S3 presigned URLs. */
export { type HmacKey, hmac, hmacHex, hmacKey, sha256, sha256Hex } from '#hash';
export { type ExplainOptions, explain } from './explain/explain.ts';
export type { Explanation } from './explain/explanation.ts';
export type { Check } from './explain/explanation-checks.ts';
export { explanationText } from './explain/explanation-text.ts';
export type { Finding } from './explain/findings.ts';
export { type Inspection, inspect } from './explain/inspect.ts';
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
} from './explain/reasons.ts';
export { redact } from './explain/redact.ts';
export { fingerprint, fingerprintOf, linkIdOf } from './hash/fingerprint.ts';
export { deriveSigningKey, forgetSigningKeys, signingKey } from './hash/signing-key.ts';
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
} from './limits/limits.ts';
export { expandFields, type PolicyOutcome, sizeFault } from './mechanisms/policy-conditions.ts';
export { type Bucket, bucket } from './sign/bucket.ts';
export type { Credentials, CredentialsSource } from './sign/credentials.ts';
export { type HeaderDraft, signHeaders } from './sign/header-sign.ts';
export type { LinkBucket } from './sign/links.ts';
export type * from './sign/options.ts';
export type { AddressingStyle, Store } from './sign/place.ts';
export { attachment, withoutBidiControls } from './values/attachment.ts';
export { type Duration, describeSeconds, durationSeconds, maxExpiresSeconds } from './values/duration.ts';
export { PresignError, type PresignErrorCode } from './values/presign-error.ts';
export { type Size, sizeBytes } from './values/size.ts';
export type { KeyMaterial } from './verify/key-material.ts';
export type { ChunkSeed, PayloadRule } from './verify/payload.ts';
export type { AdmittedVerdict, RefusedVerdict, UnsignedVerdict, Verdict } from './verify/verdict.ts';
export { type JudgeOptions, judge, type VerifyOptions, verify } from './verify/verify.ts';
export { percentDecode, uriEncode, uriEncodePath, utf8Length } from './wire/encode.ts';
export type { PostForm, RawRequest, RequestLike } from './wire/request.ts';
export { type ReceivedView, type RequestView, viewRequest, viewUnsigned } from './wire/request-view.ts';
export { type HostRules, isTargetFault, type ParsedTarget, parseTarget, type TargetFault } from './wire/target.ts';
