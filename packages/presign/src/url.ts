/** `@tidegate/presign/url`: one URL for one object, the smallest part of the library that signs. */
import { type HmacKey, hmacKey } from '#hash';
import { deriveSigningKey } from './hash/signing-key.ts';
import {
  type Credentials,
  type CredentialsSource,
  currentCredentials,
  identify,
  type SigningIdentity,
} from './sign/credentials.ts';
import { checkHeaders, checkKey, ownHeaders, ownQuery } from './sign/given.ts';
import { readLifetime } from './sign/lifetime.ts';
import type { CommonOptions } from './sign/options.ts';
import { parseEndpoint, pathOf } from './sign/place.ts';
import { presignV4 } from './sign/presign.ts';
import type { Duration } from './values/duration.ts';
import { checkNames } from './values/option-checks.ts';
import { uriEncodePath } from './wire/encode.ts';

export type { Credentials, CredentialsSource } from './sign/credentials.ts';
export type { Duration } from './values/duration.ts';
export { PresignError, type PresignErrorCode } from './values/presign-error.ts';

/** Who signs, and for which region. Nothing is read from an environment. */
export interface UrlSignerConfig {
  credentials: CredentialsSource;
  /** Default 'us-east-1'. */
  region?: string;
  /** The clock. For tests. */
  now?: () => Date;
}

/** What one URL may be used for. The members of the same names in `bucket` of `@tidegate/presign/sign` mean the same. */
export interface UrlOptions extends Pick<CommonOptions, 'expiresIn' | 'at' | 'stable' | 'query' | 'headers'> {
  /** Default 'GET'. */
  method?: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Default '15m'. 1 s to 7 d, else `ExpiryOutOfRange`. */
  expiresIn?: Duration;
}

/**
 * Signs the URL of one object by SigV4. What `options.headers` names the client must send exactly so.
 * @throws PresignError KeyInvalid, ExpiryOutOfRange, DurationInvalid, DateInvalid, CredentialsEndSooner, QueryReserved, HeaderReserved, OptionInvalid
 */
export type UrlSigner = (key: string, options?: UrlOptions) => string;

const optionNames = 'method expiresIn at query headers stable';
const configNames = 'credentials region now';

/** A signer has one secret and one region: it keeps the key of one day. */
function keyOfDay(): (secret: string, day: string, region: string) => HmacKey {
  let kept: HmacKey;
  let keptDay: string | undefined;
  return (secret, day, region) => {
    if (day !== keptDay) {
      kept = hmacKey(deriveSigningKey(secret, day, region));
      keptDay = day;
    }
    return kept;
  };
}

/**
 * Signs URLs of objects below `base`, the URL of their bucket: `https://s3.example.com/photos` in path style,
 * `https://photos.s3.example.com` in virtual-host style. It signs what `bucket` signs for the same words, checks credentials, keys,
 * lifetimes, parameters and headers as `bucket` does, and has no limits, listings, names for headers or environment.
 * @throws PresignError EndpointInvalid, OptionInvalid
 */
export function urlSigner(base: string | URL, config: UrlSignerConfig): UrlSigner {
  checkNames(config, configNames);
  const { region = 'us-east-1', now = Date.now } = config;
  const url = parseEndpoint(base);
  const { host, origin } = url;
  const place = { host, origin, path: pathOf(url) };
  let kept: Credentials | undefined;
  let identity: SigningIdentity;
  return (key, options = {}) => {
    checkNames(options, optionNames);
    checkKey(key);
    const credentials = currentCredentials(config.credentials);
    if (kept !== credentials) {
      identity = identify(credentials, keyOfDay());
      kept = credentials;
    }
    const { method = 'GET', query = {}, headers = {} } = options;
    const signed = ownHeaders(headers, []);
    checkHeaders(signed);
    return presignV4(
      {
        method,
        place,
        path: `${place.path}/${uriEncodePath(key)}`,
        query: ownQuery(query, []),
        headers: signed,
        region,
        lifetime: readLifetime(options, undefined, identity.endsAtMs, now),
      },
      identity,
    );
  };
}
