import { equalInConstantTime } from '../hash/compare.ts';
import { formatIsoSeconds } from '../values/times.ts';
import type { Claim, SigningSecret } from './opening.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What a verifier knows of an access key. */
export interface KeyMaterial {
  readonly secretAccessKey: string;
  /** Other secrets that sign for it as well, while it is being rotated (SEC-144). */
  readonly furtherSecrets?: readonly string[] | undefined;
  /** Who owns it. */
  readonly identity?: string | undefined;
  /** `false` counts as unknown (SIG-74). Default true. */
  readonly enabled?: boolean | undefined;
  /** The token that was issued with a temporary key. Absent: a permanent key. */
  readonly sessionToken?: string | undefined;
  /** When a temporary key ends (SIG-76). */
  readonly expiration?: Date | undefined;
}

/** Everything that may have signed, the newest secret first; `secret` where the caller judges by another one. */
export function secretsOf(material: KeyMaterial, secret: SigningSecret): readonly SigningSecret[] {
  const further = secret === material ? material.furtherSecrets : undefined;
  if (further === undefined || further.length === 0) return [secret];
  return [secret, ...further.map((secretAccessKey) => ({ secretAccessKey }))];
}

/** SIG-74: whether this key may sign this request at all. A temporary key without any token is as good as unknown. */
export function isKnown(material: KeyMaterial | undefined, claim: Claim): material is KeyMaterial {
  if (material === undefined || material.enabled === false) return false;
  return material.sessionToken === undefined || claim.token !== undefined;
}

/** The refusal of SIG-74. */
export function unknownKey({ accessKeyId }: Claim): Refusal {
  return refuse({
    check: 'key',
    status: 403,
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
    reason: 'UnknownKey',
    values: { id: accessKeyId },
    members: { AWSAccessKeyId: accessKeyId },
  });
}

/** SIG-75, then SIG-76. */
export function tokenFault(material: KeyMaterial, { token }: Claim, nowMs: number): Refusal | undefined {
  const issued = material.sessionToken;
  if (token !== undefined && (issued === undefined || !equalInConstantTime(issued, token))) {
    return refuse({
      check: 'token',
      code: 'InvalidToken',
      message: 'The provided token is malformed or otherwise invalid.',
      reason: 'SignatureMismatch',
      values: {},
      members: { 'Token-0': token },
    });
  }
  if (material.expiration === undefined || nowMs < material.expiration.getTime()) return undefined;
  return refuse({
    check: 'token',
    code: 'ExpiredToken',
    message: 'The provided token has expired.',
    reason: 'ExpiredToken',
    values: { when: formatIsoSeconds(material.expiration.getTime()) },
    members: { 'Token-0': token ?? '' },
  });
}
