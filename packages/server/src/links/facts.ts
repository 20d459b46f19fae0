import { createHash } from 'node:crypto';
import type { Verdict } from '@tidegate/presign';
import type { KeyRecord } from '../stores/keys/key-store.ts';
import type { LinkFacts } from '../stores/links/link-store.ts';

/** A presigned request that holds. */
export type VerifiedLink = Extract<Verdict, { ok: true }>;

/** What a link is known by, beside its signature. */
export type LinkOrigin = {
  /** Of the signature that the server computed. Computed once, for it is a hash. */
  readonly linkId: string;
  readonly verified: VerifiedLink;
  readonly key: KeyRecord;
  readonly operation: string;
  readonly bucket: string;
  /** The key that the request names; for a form the one of its fields. */
  readonly objectKey: string;
  readonly host: string;
};

/** Everything that a link says of itself, under the identity that its computed signature gives it (LDG-1, SEC-205). */
export function linkFacts({ linkId, verified, key, operation, bucket, objectKey, host }: LinkOrigin): LinkFacts {
  const { grantPrefix, sessionToken, limits, query } = verified;
  return {
    id: linkId,
    kind: 'link',
    accessKeyId: key.accessKeyId,
    accountId: key.account.id,
    label: limits.id,
    method: verified.signedMethod,
    operation,
    bucket,
    key: grantPrefix ?? objectKey,
    keyIsPrefix: grantPrefix !== undefined,
    versionId: query.find(([name]) => name === 'versionId')?.[1],
    signature: signatureOf(verified),
    host,
    signedAtMs: verified.signedAt?.getTime(),
    expiresAtMs: verified.expiresAt?.getTime(),
    limits,
    sessionTokenHash: sessionToken === undefined ? undefined : createHash('sha256').update(sessionToken).digest('hex'),
  };
}

function signatureOf({ mechanism, signatureVersion }: VerifiedLink): LinkFacts['signature'] {
  if (!mechanism.endsWith('-query')) return 'post';
  return signatureVersion === 'v4' ? 'sigv4' : 'sigv2';
}
