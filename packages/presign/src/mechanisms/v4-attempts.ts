import { hmacHex } from '#hash';
import { signingKey } from '../hash/signing-key.ts';
import { grantPath, grantPrefixOf } from '../limits/grant.ts';
import type { Attempt, Context, SigningSecret } from '../verify/opening.ts';
import {
  type CanonicalParts,
  canonicalHeaders,
  canonicalRequest,
  encodingOf,
  pathCandidates,
  stringToSign,
} from '../wire/canonical.ts';
import type { QueryPair } from '../wire/query-string.ts';
import type { Credential } from './scope.ts';

/** What a SigV4 request says about its own signature. */
export type V4Signature = {
  /** As sent (SIG-21). */
  readonly date: string;
  /** The same moment in ISO 8601 basic form, where a header says it in HTTP's: SDKs sign that (SIG-62). */
  readonly isoDate?: string;
  readonly scope: Credential;
  /** The signed list as given, and its entries. */
  readonly signedHeaders: string;
  readonly names: readonly string[];
  /** PAYLOAD as sent (SIG-19). */
  readonly payload: string;
  readonly limitPairs: readonly QueryPair[];
  readonly presigned: boolean;
};

/** The key of SIG-21 for this scope. */
export function keyOf(
  secret: SigningSecret,
  { date, region, service }: Credential,
): NonNullable<SigningSecret['signingKey']> {
  return secret.signingKey ?? signingKey(secret.secretAccessKey ?? '', date, region, service);
}

/** Everything that a SigV4 request may have signed: each path of SIG-12 or SIG-48 with each method of SIG-101. */
export function createAttempts(context: Context, signed: V4Signature): (secret: SigningSecret) => readonly Attempt[] {
  return (secret) => {
    const { target, head, raw, view } = context;
    const key = keyOf(secret, signed.scope);
    const headers = canonicalHeaders(head.host, signed.signedHeaders, signed.names, view);
    const hasLimits = signed.presigned && signed.limitPairs.length > 0;
    const grant = hasLimits ? grantPrefixOf(signed.limitPairs) : undefined;
    const paths = grant === undefined ? pathCandidates(target.path, target.rawPath) : [grantPath(target, grant)];
    const methods = signed.presigned ? signedMethods(context, signed.limitPairs) : [raw.method];
    const attempts: Attempt[] = [];
    for (const method of methods) {
      for (const path of paths) {
        const parts: CanonicalParts = { method, path, query: target.canonicalQuery, headers, payload: signed.payload };
        const request = canonicalRequest(parts);
        const encoding = encodingOf(parts);
        for (const date of signed.isoDate === undefined ? [signed.date] : [signed.date, signed.isoDate]) {
          const text = stringToSign(date, signed.scope.text, request, encoding);
          attempts.push({
            method,
            expected: hmacHex(key, text),
            stringToSign: text,
            canonicalRequest: request,
            encoding,
          });
        }
      }
    }
    return attempts;
  };
}

/** SIG-101: the method of the request, then those that it may stand for. */
export function signedMethods({ raw, settings }: Context, limitPairs: readonly QueryPair[]): readonly string[] {
  const { method } = raw;
  if (method === 'GET' || method === 'PUT') return [method];
  const methods = [method];
  const says = (name: string): boolean => limitPairs.some(([limit, value]) => limit === name && value === '1');
  if (method === 'HEAD' && (settings.allowHeadWithGetUrl || says('x-link-head'))) methods.push('GET');
  if (method === 'POST' && says('x-link-confirm')) methods.push('GET');
  const ofUploads = ['POST', 'HEAD', 'PATCH', 'DELETE'];
  if (ofUploads.includes(method) && says('x-link-resumable')) methods.push('PUT');
  return methods;
}
