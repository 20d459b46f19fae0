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

/** Options of `explain`. */
export interface ExplainOptions {
  /** Secret of the access key in the URL, or its derived signing key. Default: none; the signature check is then `unknown`. */
  readonly secret?: string | { readonly signingKey: Uint8Array | string } | undefined;
  /** Method that the server received. Default: that of the request, else GET. */
  readonly method?: string | undefined;
  /** Headers that the server received. Default: those of the request. */
  readonly headers?: RequestLike['headers'] | undefined;
  /** Default: the current time. */
  readonly now?: Date | undefined;
  /** How many changes the search may try. 0 turns it off. Default and maximum: SIG-95. */
  readonly candidates?: number | undefined;
  /** Regions that the server accepts. Default: any. */
  readonly region?: string | readonly string[] | undefined;
  /** Domains of the server whose left part is a bucket. Default: none. */
  readonly domains?: readonly string[] | undefined;
  /** How the server treats SigV2. Default `strict`. */
  readonly sigv2?: 'strict' | 'aws' | 'off' | undefined;
  /** Keys of the bucket that the search may try in place of the requested one. Default: none. */
  readonly existingKeys?: readonly string[] | undefined;
  /** Public URL of the server (`public_endpoint`), named as the address to sign for. Default: the address of the request. */
  readonly endpoint?: string | undefined;
}

const explainNames = 'secret method headers now candidates region domains sigv2 existingKeys endpoint';

/**
 * Explains why a request is accepted or refused, check by check, and finds the change that broke its signature. Without `secret` the
 * signature check is `unknown`. Never throws because of what the request contains.
 * @throws PresignError `OptionInvalid` without a request or with an unknown option
 * @example
 * ```js
 * import { bucket, explain } from '@tidegate/presign';
 *
 * const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example-secret' };
 * const files = bucket('files', { endpoint: 'https://s3.example.com', region: 'eu-central-1', credentials });
 * const url = files.presignGet('report.pdf');
 * const explanation = explain(url, { secret: 'example-secret', method: 'PUT' });
 * console.log(explanation.outcome, explanation.cause?.reason); // fails MethodChanged
 * console.log(String(explanation));
 * ```
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
