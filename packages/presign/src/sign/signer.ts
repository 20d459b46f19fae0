import type { Limits } from '../limits/limit-rows.ts';
import { limitPairs } from '../limits/signed-limits.ts';
import type { Pair } from '../values/member-pairs.ts';
import { checkNames, checkString, checkText } from '../values/option-checks.ts';
import { fail } from '../values/presign-error.ts';
import { uriEncodePath } from '../wire/encode.ts';
import {
  type Credentials,
  checkCredentials,
  currentCredentials,
  environmentCredentials,
  type SigningIdentity,
} from './credentials.ts';
import { environment } from './env.ts';
import { checkHeaders, checkKey, ownHeaders, ownQuery } from './given.ts';
import { readLifetime } from './lifetime.ts';
import type { BucketConfig, CommonOptions, SignedRequest } from './options.ts';
import { findPlaces, type Places } from './place.ts';
import { presignV4, type UrlDraft } from './presign.ts';

/** One URL to be signed. */
export type Draft = {
  readonly method: SignedRequest['method'];
  /** None for the bucket itself. */
  readonly key?: string;
  readonly options: CommonOptions;
  /** Names of the options that it takes beside the common ones, separated by spaces. */
  readonly names?: string | undefined;
  /** Parameters that the operation itself needs, decoded. */
  readonly query?: readonly Pair[];
  /** Headers that the operation itself needs, lower-case names. */
  readonly headers?: readonly Pair[];
  /** In place of `options.limits`. */
  readonly limits?: Limits | undefined;
  /** Signed for ourselves instead of for who gets the link. */
  readonly own?: boolean | undefined;
};

/** A signed URL, the headers that were signed with it and its last moment. */
export type Signed = { readonly url: string; readonly headers: readonly Pair[]; readonly expiresAtMs: number };

/** How a SigV2 URL is made; given to a signer that can make one. */
export type PresignV2 = (draft: UrlDraft, identity: SigningIdentity) => string;

/** Signs for one bucket. */
export type Signer = {
  readonly name: string;
  readonly config: BucketConfig;
  /** @throws PresignError EndpointInvalid */
  readonly places: () => Places & { readonly region: string };
  /** Who signs now. @throws PresignError CredentialsMissing, CredentialsInvalid */
  readonly identity: () => SigningIdentity;
  readonly now: () => Date | number;
  readonly sign: (draft: Draft) => Signed;
};

const none: readonly Pair[] = [];
/** What every link can be given (`CommonOptions`). */
const common = 'expiresIn at limits own query headers stable versionId';

const configNames = 'endpoint publicEndpoint region credentials store style signatureVersion defaults now';
const defaultNames = 'expiresIn limits';

/** @throws PresignError BucketInvalid */
function checkBucket(name: string): void {
  checkString(name, 'bucket', 'BucketInvalid');
  const fault =
    (/[A-Z]/.test(name) && 'has upper case letters') ||
    (!/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name) && 'is not 3 to 63 letters, digits, dots and hyphens') ||
    (/\.\.|^[\d.]+$/.test(name) && 'has an empty label or is an IP address');
  if (fault) fail('BucketInvalid', `The bucket name '${name}' ${fault}.`, 'bucket');
}

function sameCredentials(a: Credentials, b: Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.signingKey === b.signingKey &&
    a.sessionToken === b.sessionToken &&
    a.expiration === b.expiration
  );
}

function refuseV2(): never {
  fail(
    'OptionInvalid',
    "'@tidegate/presign/sign' does not sign Signature Version 2.",
    'signatureVersion',
    "Import `bucket` from '@tidegate/presign'.",
  );
}

/** Reads the environment at the first signing, so that a module can make a bucket where there are no credentials yet. */
export function createSigner(name: string, config: BucketConfig, presignV2: PresignV2 = refuseV2): Signer {
  checkBucket(name);
  checkNames(config, configNames);
  checkNames(config.defaults ?? {}, defaultNames);
  const { defaults = {}, now = Date.now } = config;
  const v2 = config.signatureVersion === 'v2';
  const signUrl = v2 ? presignV2 : presignV4;
  let found: (Places & { readonly region: string }) | undefined;
  let checked: { readonly credentials: Credentials; readonly identity: SigningIdentity } | undefined;

  const places: Signer['places'] = () => {
    if (!found) {
      const region = config.region || environment('AWS_REGION') || environment('AWS_DEFAULT_REGION') || 'us-east-1';
      found = { region, ...findPlaces(name, region, config) };
    }
    return found;
  };
  const identity: Signer['identity'] = () => {
    const credentials =
      config.credentials === undefined
        ? (checked?.credentials ?? environmentCredentials())
        : currentCredentials(config.credentials);
    if (!checked || !sameCredentials(credentials, checked.credentials)) {
      checked = { credentials: { ...credentials }, identity: checkCredentials(credentials) };
    }
    return checked.identity;
  };

  const sign: Signer['sign'] = (draft) => {
    const {
      method,
      key,
      options,
      names,
      own = options.own,
      query = none,
      headers = none,
      limits = options.limits ?? defaults.limits,
    } = draft;
    checkNames(options, common, names);
    const { region, store, [own ? 'own' : 'shown']: place } = places();
    const who = identity();
    const lifetime = readLifetime(options, defaults.expiresIn, who.endsAtMs, now);
    let { path } = place;
    // Whoever names a key, even `undefined`, means an object.
    if ('key' in draft) {
      checkKey(key);
      path += `/${uriEncodePath(key)}`;
    } else if (!path || v2) {
      // SigV2 signs a bucket with its slash whether or not the URL has one (SIG-56); with it there is one reading only.
      path += '/';
    }
    let pairs = query;
    const { versionId } = options;
    if (versionId !== undefined) {
      checkText(versionId, 'versionId');
      pairs = [...pairs, ['versionId', versionId]];
    }
    if (options.query) pairs = [...pairs, ...ownQuery(options.query, pairs)];
    if (limits) {
      const limitsPlace = {
        method,
        key,
        query: pairs,
        enforced: store === 'tidegate',
        host: place.host,
        stable: options.stable !== undefined,
        unsigned: v2,
      };
      pairs = [...pairs, ...limitPairs(limits, limitsPlace)];
    }
    let signed = headers;
    if (options.headers) signed = [...signed, ...ownHeaders(options.headers, signed)];
    if (signed.length) checkHeaders(signed);
    const url = signUrl({ method, place, path, query: pairs, headers: signed, region, lifetime }, who);
    return { url, headers: signed, expiresAtMs: lifetime[2] };
  };

  return { name, config, places, identity, now, sign };
}
