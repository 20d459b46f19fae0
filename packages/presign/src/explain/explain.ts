import { signingKeyFrom } from '../hash/signing-key.ts';
import { checkNames } from '../values/option-checks.ts';
import { decide, openRequest } from '../verify/judge.ts';
import type { KeyMaterial } from '../verify/key-material.ts';
import type { SigningSecret } from '../verify/opening.ts';
import { rulesOf } from '../verify/verify.ts';
import { type RequestLike, toRawRequest } from '../wire/request.ts';
import { buildExplanation, type Explanation } from './explanation.ts';
import type { Evidence } from './explanation-checks.ts';
import { findCause } from './near-miss.ts';
import { type Cause, type Search, searchBounds } from './near-miss-candidate.ts';

/** What an explanation goes by. */
export interface ExplainOptions {
  /** Of the key that the URL names. Without it the signature check is `unknown`. */
  readonly secret?: string | { readonly signingKey: Uint8Array | string } | undefined;
  /** As the server saw the request, when it differs from the URL. */
  readonly method?: string | undefined;
  readonly headers?: RequestLike['headers'] | undefined;
  readonly now?: Date | undefined;
  /** Signatures the near-miss solver may compute. 0 switches it off. Default and bound: SIG-95. */
  readonly candidates?: number | undefined;
  /** How the server that is asked is set up, where that is known: as in `VerifyOptions`. */
  readonly region?: string | readonly string[] | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly sigv2?: 'strict' | 'aws' | 'off' | undefined;
  readonly existingKeys?: readonly string[] | undefined;
  /** URL at which people reach the server (`public_endpoint`): what a changed host is to be signed for. Default: as it was asked. */
  readonly endpoint?: string | undefined;
}

const explainNames = 'secret method headers now candidates region domains sigv2 existingKeys endpoint';

/**
 * Judges a request check by check. Without `secret` the signature check is `unknown`. Never throws for any request.
 * @throws PresignError OptionInvalid when called wrongly: no request, or an unknown option
 */
export function explain(request: string | URL | RequestLike, options: ExplainOptions = {}): Explanation {
  checkNames(options, explainNames);
  const given: RequestLike =
    typeof request === 'string' || request instanceof URL ? { url: String(request).trim() } : request;
  const raw = toRawRequest({
    ...given,
    ...(options.method === undefined ? {} : { method: options.method }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
  });
  // AWS's own hosts are read as such, whoever is asked: nothing here admits anybody.
  const rules = rulesOf({ ...options, awsDomains: true });
  const opened = openRequest(raw, rules);
  const secret = secretOf(options.secret);
  const { endpoint } = options;
  const common = { raw, rules, secret, endpoint, keys: secret === undefined ? 'none' : 'given' } as const;
  const search = {
    raw,
    rules,
    secret,
    existingKeys: options.existingKeys ?? [],
    mostCandidates: bounded(options.candidates),
  };
  switch (opened.kind) {
    case 'anonymous':
      return buildExplanation(common, { reason: 'NotSigned', values: {}, tried: 0 }, given.url);
    case 'unauthenticated':
      return buildExplanation(common, undefined, given.url);
    case 'refused':
      return buildExplanation(
        { ...common, ...opened },
        findCause({ ...search, refused: opened, material: undefined }),
        given.url,
      );
    case 'opened': {
      const material: KeyMaterial | undefined =
        secret === undefined
          ? undefined
          : { secretAccessKey: secret.secretAccessKey ?? '', sessionToken: opened.claim.token };
      const evidence: Evidence = { ...common, ...opened, material, secret };
      return buildExplanation(evidence, causeOf(search, opened, material), given.url);
    }
  }
}

type Opened = Extract<ReturnType<typeof openRequest>, { kind: 'opened' }>;

/** The cause of a signature that does not match; without a secret only what shows in the request itself. */
function causeOf(
  search: Omit<Search, 'refused' | 'material'>,
  opened: Opened,
  material: KeyMaterial | undefined,
): Cause | undefined {
  if (material === undefined) return undefined;
  const judged = decide(opened, material, search.secret);
  if (judged.kind === 'admitted') return undefined;
  return findCause({ ...search, refused: judged, material });
}

function bounded(candidates: number | undefined): number {
  const most = searchBounds.candidates;
  return candidates === undefined || !(candidates >= 0) ? most : Math.min(most, Math.floor(candidates));
}

function secretOf(secret: ExplainOptions['secret']): SigningSecret | undefined {
  if (secret === undefined) return undefined;
  if (typeof secret === 'string') return { secretAccessKey: secret };
  return { signingKey: signingKeyFrom(secret.signingKey) };
}
