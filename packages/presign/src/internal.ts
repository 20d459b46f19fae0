/**
 * `@tidegate/presign/internal`: parts that the other packages of Tidegate share. Not for users: names change in any version,
 * without notice.
 * @internal
 */
export { type HmacKey, hmac, hmacHex, hmacKey, sha256, sha256Hex } from '#hash';
export { explanationText } from './explain/explanation-text.ts';
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
export { fingerprintOf, linkIdOf } from './hash/fingerprint.ts';
export { forgetSigningKeys, signingKey } from './hash/signing-key.ts';
export { writeLimits } from './limits/limit-grammar.ts';
export type { LimitKind } from './limits/limit-kinds.ts';
export {
  type LimitCarrier,
  type LimitKinds,
  type LimitName,
  type LimitRule,
  limitMeanings,
  limitParameter,
  limitRows,
  limitRules,
  limitWords,
  type ValueWords,
} from './limits/limit-rows.ts';
export {
  isLimitName,
  type LimitContext,
  type LimitFault,
  limitsFromJson,
  parseGrant,
  parseLimits,
  type ReadLimits,
  readLimits,
} from './limits/limits.ts';
export { expandFields, sizeFault } from './mechanisms/policy-conditions.ts';
export { attachment, withoutBidiControls } from './values/attachment.ts';
export { describeSeconds, durationSeconds, maxExpiresSeconds } from './values/duration.ts';
export { sizeBytes } from './values/size.ts';
export { type JudgeOptions, judge } from './verify/verify.ts';
export { percentDecode, uriEncode, uriEncodePath, utf8Length } from './wire/encode.ts';
export { type ReceivedView, viewRequest, viewUnsigned } from './wire/request-view.ts';
export { type HostRules, isTargetFault, type ParsedTarget, parseTarget, type TargetFault } from './wire/target.ts';
