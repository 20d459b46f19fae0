import { buildExplanation, type Explanation } from '../explain/explanation.ts';
import type { Evidence } from '../explain/explanation-checks.ts';
import { causeOfCheck, findCause } from '../explain/near-miss.ts';
import { type Search, searchBounds } from '../explain/near-miss-candidate.ts';
import { hintOf } from '../explain/reasons.ts';
import { fingerprintOf, linkIdOf } from '../hash/fingerprint.ts';
import { formKey } from '../mechanisms/post-form.ts';
import { type Duration, durationSeconds } from '../values/duration.ts';
import { checkNames } from '../values/option-checks.ts';
import { type RawRequest, type RequestLike, toRawRequest } from '../wire/request.ts';
import { type Admitted, decide, openRequest, type Refused, type Rules, signerOf, type Unsigned } from './judge.ts';
import type { KeyMaterial } from './key-material.ts';
import type { Mechanism } from './opening.ts';
import type { AdmittedVerdict, RefusedVerdict, Verdict } from './verdict.ts';

/** Options of `verify`. */
export interface VerifyOptions {
  /** Finds the secret of an access key; undefined refuses it with `InvalidAccessKeyId`. The token is for verifiers without a record of temporary keys. */
  readonly lookup: (
    accessKeyId: string,
    sessionToken?: string | undefined,
  ) => Promise<KeyMaterial | undefined> | KeyMaterial | undefined;
  /** Accepted regions. Default: any (SIG-42d). */
  readonly region?: string | readonly string[] | undefined;
  /** Default: the current time. */
  readonly now?: Date | undefined;
  /** Links with a longer lifetime are refused with the reason `LinkTooLong`. Default: no maximum. */
  readonly maxExpiresIn?: Duration | undefined;
  /** `strict`: only what can be verified safely; `aws`: all that AWS accepts; `off`: none. Default `strict` (section 5 of the specification). */
  readonly sigv2?: 'strict' | 'aws' | 'off' | undefined;
  /** Domains whose left part is a bucket, each `name[:port]` (SIG-3). */
  readonly domains?: readonly string[] | undefined;
  /** Also every host name of S3 on AWS (SIG-4). Default false. */
  readonly awsDomains?: boolean | undefined;
  /** Whether a URL signed for GET also works for HEAD (SIG-101). Default false. */
  readonly allowHeadWithGetUrl?: boolean | undefined;
  /** What a trusted proxy says the client asked for (SIG-17). */
  readonly forwardedHost?: string | undefined;
  /** Keys that the near-miss solver may try (key-changed, path-normalised). */
  readonly existingKeys?: readonly string[] | undefined;
  /** Whether reading `reason` and `hint` of a refusal runs the near-miss search. Default true; false: only `diagnose()` does. */
  readonly nearMiss?: boolean | undefined;
  /** A key outside its grant (SIG-48b) is reported as `outsideGrant`, to be refused in the order of section 10, step 9. Default false. */
  readonly deferGrant?: boolean | undefined;
  /** Services that the scope of a header-signed request may name: `['sts', 's3']`. Default: S3 alone. */
  readonly services?: readonly string[] | undefined;
  /** Hex SHA-256 of the body, read before, for header-signed requests that do not say it: services but S3 sign it unsaid. */
  readonly bodySha256?: string | undefined;
}

const verifyNames =
  'lookup region now maxExpiresIn sigv2 domains awsDomains allowHeadWithGetUrl forwardedHost existingKeys nearMiss deferGrant services bodySha256';

/** `VerifyOptions` with a lookup that answers at once. */
export type JudgeOptions = Omit<VerifyOptions, 'lookup'> & {
  readonly lookup: (accessKeyId: string, sessionToken?: string | undefined) => KeyMaterial | undefined;
};

/**
 * Verifies a signed request, for servers. Pass the raw target and headers: the platform has normalized the URL of a `Request`
 * (SIG-113), so keys with dot segments fail there. Rejects when `lookup` rejects.
 * @throws PresignError `OptionInvalid` without a request or with an unknown option
 * @example
 * ```js
 * import { bucket, verify } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 * const url = files.presignGet('report.pdf');
 * const lookup = (id) => (id === credentials.accessKeyId ? credentials : undefined);
 * const verdict = await verify({ url }, { lookup, region: 'eu-central-1' });
 * console.log(verdict.ok ? verdict.key : verdict.message);
 * ```
 */
export async function verify(request: Request | RequestLike | RawRequest, options: VerifyOptions): Promise<Verdict> {
  checkNames(options, verifyNames);
  const raw = toRawRequest(request);
  const rules = rulesOf(options);
  const opened = openRequest(raw, rules);
  if (opened.kind !== 'opened') return verdictOf(raw, opened, rules, options, undefined);
  const { accessKeyId, token } = opened.claim;
  const found = options.lookup(accessKeyId, token);
  // Only what is a promise is waited for: a lookup that answers at once costs no turn of the event loop.
  const material = found !== undefined && 'then' in found ? await found : found;
  return verdictOf(raw, decide(opened, material), rules, options, material);
}

/** `verify` without a promise, for a lookup that answers at once. */
export function judge(raw: RawRequest, options: JudgeOptions): Verdict {
  const rules = rulesOf(options);
  const opened = openRequest(raw, rules);
  if (opened.kind !== 'opened') return verdictOf(raw, opened, rules, options, undefined);
  const material = options.lookup(opened.claim.accessKeyId, opened.claim.token);
  return verdictOf(raw, decide(opened, material), rules, options, material);
}

/** The rules that options state. */
export function rulesOf(options: Omit<VerifyOptions, 'lookup'>): Rules {
  const { region, maxExpiresIn } = options;
  return {
    settings: {
      nowMs: options.now === undefined ? Date.now() : options.now.getTime(),
      regions: typeof region === 'string' ? [region] : region,
      sigv2: options.sigv2 ?? 'strict',
      allowHeadWithGetUrl: options.allowHeadWithGetUrl === true,
      maxExpiresInSeconds: maxExpiresIn === undefined ? undefined : durationSeconds('maxExpiresIn', maxExpiresIn),
      deferGrant: options.deferGrant === true,
      services: options.services,
      bodySha256: options.bodySha256,
    },
    hosts: options,
    forwardedHost: options.forwardedHost,
  };
}

function verdictOf(
  raw: RawRequest,
  judged: Admitted | Refused | Unsigned,
  rules: Rules,
  options: Omit<VerifyOptions, 'lookup'>,
  material: KeyMaterial | undefined,
): Verdict {
  switch (judged.kind) {
    case 'admitted':
      return new AdmittedRequest(judged, material);
    case 'refused':
      return refusedVerdict(judged, options.nearMiss !== false, {
        raw,
        refused: judged,
        rules,
        material,
        secret: material,
        existingKeys: options.existingKeys ?? [],
        mostCandidates: searchBounds.candidates,
      });
    case 'anonymous':
    case 'unauthenticated':
      return { ok: false, outcome: judged.kind, status: 403, view: judged.view, message: 'Access Denied' };
  }
}

/** A class so that the fingerprint, a hash, is computed only when it is read; a getter on each verdict would cost more. */
class AdmittedRequest implements AdmittedVerdict {
  readonly ok = true;
  readonly outcome = 'ok';
  readonly mechanism: Mechanism;
  readonly signatureVersion: 'v4' | 'v2';
  readonly accessKeyId: string;
  readonly identity: string | undefined;
  readonly sessionToken: string | undefined;
  readonly secretAt: number;
  readonly bucket: string;
  readonly key: string;
  readonly formKey: string | undefined;
  readonly signedMethod: string;
  readonly headAsGet: boolean | undefined;
  readonly signedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly scope: AdmittedVerdict['scope'];
  readonly signedHeaders: readonly string[];
  readonly query: AdmittedVerdict['query'];
  readonly view: AdmittedVerdict['view'];
  readonly limits: AdmittedVerdict['limits'];
  readonly grantPrefix: string | undefined;
  readonly outsideGrant: boolean | undefined;
  readonly payload: AdmittedVerdict['payload'];
  readonly chunkSeed: AdmittedVerdict['chunkSeed'];
  readonly policy: AdmittedVerdict['policy'];
  readonly #signature: string;

  constructor({ context, mechanism, claim, attempt, settled, secretAt }: Admitted, material: KeyMaterial | undefined) {
    const { target, raw } = context;
    const linkEndsMs = settled.expiresAtMs ?? claim.expiresAtMs;
    this.mechanism = mechanism;
    this.signatureVersion = claim.version;
    this.accessKeyId = claim.accessKeyId;
    this.identity = material?.identity;
    this.sessionToken = claim.token;
    this.secretAt = secretAt;
    this.bucket = target.bucket ?? '';
    this.key = target.key ?? '';
    this.formKey = settled.policy === undefined ? undefined : formKey(settled.policy.fields);
    this.signedMethod = attempt.method;
    this.headAsGet = raw.method === 'HEAD' && attempt.method === 'GET' ? true : undefined;
    this.signedAt = claim.signedAtMs === undefined ? undefined : new Date(claim.signedAtMs);
    this.expiresAt =
      linkEndsMs === undefined ? undefined : new Date(earlier(linkEndsMs, material?.expiration?.getTime()));
    this.scope = claim.scope;
    this.signedHeaders = claim.signedHeaders;
    this.query = target.query;
    this.view = context.view;
    this.limits = settled.limits;
    this.grantPrefix = settled.grantPrefix;
    this.outsideGrant = settled.outsideGrant;
    this.payload = settled.payload;
    this.chunkSeed = settled.chunkSeed;
    this.policy = settled.policy;
    this.#signature = attempt.expected;
  }

  get fingerprint(): string | undefined {
    return this.mechanism.endsWith('-query') ? fingerprintOf(this.#signature) : undefined;
  }

  get linkId(): string | undefined {
    return this.mechanism.endsWith('-header') ? undefined : linkIdOf(this.#signature);
  }
}

function earlier(linkEndsMs: number, credentialsEndMs: number | undefined): number {
  return credentialsEndMs === undefined ? linkEndsMs : Math.min(linkEndsMs, credentialsEndMs);
}

function refusedVerdict(judged: Refused, eager: boolean, search: Search): RefusedVerdict {
  const { refusal } = judged;
  const { members } = refusal;
  const diagnosis = once(() => {
    const cause = findCause(search);
    const hint = hintOf(cause.reason, cause.values);
    return { cause, reason: cause.reason, hint: cause.note === undefined ? hint : `${hint} ${cause.note}` };
  });
  const quick = once(() => {
    const { reason, values } = causeOfCheck(judged) ?? refusal;
    return { reason, hint: hintOf(reason, values) };
  });
  const { raw, rules, material } = search;
  const { context, opening, claim } = judged;
  const evidence: Evidence = {
    raw,
    rules,
    refusal,
    context,
    opening,
    claim,
    material,
    get secret() {
      return material === undefined || claim === undefined ? material : signerOf(material, claim);
    },
    keys: claim === undefined ? 'none' : 'looked up',
  };
  const explanation = once((): Explanation => buildExplanation(evidence, diagnosis().cause));
  const made = once(() => (typeof members === 'function' ? members() : members));
  return {
    ok: false,
    outcome: 'error',
    status: refusal.status,
    code: refusal.code,
    message: refusal.message,
    get reason() {
      return eager ? diagnosis().reason : quick().reason;
    },
    get hint() {
      return eager ? diagnosis().hint : quick().hint;
    },
    get members() {
      return made();
    },
    get explanation() {
      return explanation();
    },
    diagnose: () => ({ reason: diagnosis().reason, hint: diagnosis().hint }),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
