import { equalInConstantTime } from '../hash/compare.ts';
import { formOf, openMechanism } from '../mechanisms/mechanism.ts';
import { hexBytes, readableText, wireText } from '../wire/canonical.ts';
import { readHead } from '../wire/head.ts';
import type { ParsedQuery } from '../wire/query-string.ts';
import type { RawRequest } from '../wire/request.ts';
import { type ReceivedView, type RequestView, viewRequest, viewUnsigned } from '../wire/request-view.ts';
import { type HostRules, isTargetFault, type ParsedTarget, parseTarget } from '../wire/target.ts';
import { isKnown, type KeyMaterial, secretsOf, tokenFault, unknownKey } from './key-material.ts';
import type { Attempt, Claim, Context, Mechanism, Opening, Settings, Settled, SigningSecret } from './opening.ts';
import { isRefusal } from './opening.ts';
import { type Members, type Refusal, refuse } from './refusal.ts';

/** The algorithm of section 10, between the wire and the verdict: everything here is synchronous and looks nothing up. */

/** What a request is judged by. */
export type Rules = {
  readonly settings: Settings;
  readonly hosts: HostRules;
  /** What a trusted proxy says the client asked for (SIG-17). */
  readonly forwardedHost: string | undefined;
};

/** A request that was refused, with all that was found out before. */
export type Refused = {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly context?: Context | undefined;
  readonly opening?: Opening | undefined;
  readonly claim?: Claim | undefined;
};

/** A request that holds. */
export type Admitted = {
  readonly kind: 'admitted';
  readonly context: Context;
  readonly mechanism: Mechanism;
  readonly claim: Claim;
  readonly attempt: Attempt;
  readonly settled: Settled;
  /** Which secret signed: 0 is `secretAccessKey`, the rest are `furtherSecrets` in their order. */
  readonly secretAt: number;
};

/** A request whose checks before the key have passed. */
export type Opened = {
  readonly kind: 'opened';
  readonly context: Context;
  readonly opening: Opening;
  readonly claim: Claim;
};

/** A request that says nothing of who sent it (SIG-32), or is never asked (SIG-33). */
export type Unsigned = { readonly kind: 'anonymous' | 'unauthenticated'; readonly view: RequestView };

/** A key that no one has: what is computed for an unknown key costs what a known one costs (SEC-104). */
const nobody: SigningSecret = { secretAccessKey: 'a-secret-that-belongs-to-no-access-key00' };

/**
 * Section 10, steps 1 to 4e: reads a request and makes every check that needs no key (SIG-43).
 * @param known a query parsed before, used when the target has the same
 */
export function openRequest(raw: RawRequest, rules: Rules, known?: ParsedQuery): Opened | Refused | Unsigned {
  const head = readHead(raw.rawHeaders, rules.forwardedHost);
  const target = raw.parsed ?? parseTarget(raw.target, head.host, rules.hosts, known);
  if (raw.method === 'OPTIONS') {
    return { kind: 'unauthenticated', view: viewUnsigned(raw.rawHeaders, isTargetFault(target) ? [] : target.query) };
  }
  if (isTargetFault(target)) {
    const { fault } = target;
    const refusal = refuse({
      check: 'form',
      ...fault,
      reason: 'AddressMalformed',
      values: { message: fault.message },
    });
    return { kind: 'refused', refusal };
  }
  const context: Context = { raw, target, head, view: viewOf(raw, target), settings: rules.settings };
  const opening = openMechanism(context);
  if (opening === 'anonymous') return { kind: 'anonymous', view: context.view };
  if ('check' in opening) return { kind: 'refused', refusal: opening, context };
  const { checks } = opening;
  for (let at = 0; at < checks.length; at++) {
    const finding = opening.find(checks[at] ?? 'form');
    if (typeof finding !== 'string') return { kind: 'refused', refusal: finding, context, opening };
  }
  return { kind: 'opened', context, opening, claim: opening.claim() };
}

/** The view of a request: the one that came with it, where it is of the same headers and query. */
function viewOf(raw: RawRequest, target: ParsedTarget): ReceivedView {
  const form = formOf(raw, target);
  const { view, rawHeaders } = raw;
  const isSame = form === undefined && view?.isOf(rawHeaders, target.query) === true;
  return isSame ? view : viewRequest(rawHeaders, target.query, form);
}

/** Section 10, steps 4f to 4i: key, token, signature, and what the signature stands for. */
export function decide(
  { context, opening, claim }: Opened,
  material: KeyMaterial | undefined,
  secret: SigningSecret | undefined = material,
): Admitted | Refused {
  const refused = (refusal: Refusal): Refused => ({ kind: 'refused', refusal, context, opening, claim });
  if (!isKnown(material, claim) || secret === undefined) {
    matching(claim.attempts(nobody), claim.signature);
    return refused(unknownKey(claim));
  }
  const token = tokenFault(material, claim, context.settings.nowMs);
  if (token !== undefined) return refused(token);
  const secrets = secretsOf(material, secret);
  // SIG-79: what each secret would have signed is computed, and compared, before anything is said.
  const tried = secrets.map((one) => claim.attempts(one));
  const found = tried.map((attempts) => matching(attempts, claim.signature));
  const secretAt = found.findIndex((attempt) => attempt !== undefined);
  const [signer, attempt] = [secrets[secretAt], found[secretAt]];
  if (signer === undefined || attempt === undefined) return refused(signatureRefusal(claim, tried[0] ?? []));
  const settled = claim.settle(attempt, signer);
  if (isRefusal(settled)) return refused(settled);
  return { kind: 'admitted', context, mechanism: opening.mechanism, claim, attempt, settled, secretAt };
}

/** The secret among those of a key that signed, for who explains a refusal; the newest when none did. */
export function signerOf(material: KeyMaterial, claim: Claim): SigningSecret {
  const signs = (one: SigningSecret): boolean => matching(claim.attempts(one), claim.signature) !== undefined;
  return secretsOf(material, material).find(signs) ?? material;
}

/** SIG-79: compares with every attempt, whether one matched already or not. */
export function matching(attempts: readonly Attempt[], signature: string): Attempt | undefined {
  let found: Attempt | undefined;
  for (const attempt of attempts) {
    if (equalInConstantTime(attempt.expected, signature)) found ??= attempt;
  }
  return found;
}

/** SIG-78. The members are made when they are asked for: their bytes cost more than the verification. */
function signatureRefusal(claim: Claim, attempts: readonly Attempt[]): Refusal {
  return refuse({
    check: 'signature',
    status: 403,
    code: 'SignatureDoesNotMatch',
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    reason: 'SignatureMismatch',
    values: {},
    members: () => signatureMembers(claim, attempts[0]),
  });
}

function signatureMembers(claim: Claim, attempt: Attempt | undefined): Members {
  const { stringToSign = '', canonicalRequest, encoding = 'utf8' } = attempt ?? {};
  // A SigV2 string holds header values, a character for a byte; a SigV4 string holds none.
  const readable = (text: string): string => (encoding === 'latin1' ? readableText(text) : text);
  const members: Record<string, string> = {
    AWSAccessKeyId: claim.accessKeyId,
    StringToSign: canonicalRequest === undefined ? readable(stringToSign) : stringToSign,
    SignatureProvided: claim.signature,
    StringToSignBytes: hexBytes(
      canonicalRequest === undefined && encoding === 'latin1' ? stringToSign : wireText(stringToSign),
    ),
  };
  if (canonicalRequest !== undefined) {
    members['CanonicalRequest'] = readable(canonicalRequest);
    members['CanonicalRequestBytes'] = hexBytes(encoding === 'latin1' ? canonicalRequest : wireText(canonicalRequest));
  }
  return members;
}
