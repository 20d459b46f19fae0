import type { Limits } from '../limits/limit-rows.ts';
import type { Duration } from '../values/duration.ts';
import type { Size } from '../values/size.ts';
import type { CredentialsSource } from './credentials.ts';
import type { AddressingStyle, Store } from './place.ts';

/** How links to one bucket are signed. Everything has a default. */
export interface BucketConfig {
  /** Where the store is reached. Default: env TIDEGATE_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS's own host.
   *  A path in it is a part of what is signed, as in AWS's SDKs. */
  endpoint?: string | URL;
  /** Where the *holder of the link* reaches it. Default: `endpoint`. Host, port, scheme and path prefix of links come from here. */
  publicEndpoint?: string | URL;
  /** Default: env AWS_REGION, AWS_DEFAULT_REGION, else 'us-east-1'. */
  region?: string;
  /** Default: env AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. A function is called at each signing (rotation); it
   *  returns the keys, not a promise. `fromProfile()` is taken as well. */
  credentials?: CredentialsSource;
  /** Who enforces. Default: 'tidegate' when TIDEGATE_ENDPOINT was used, else 'other' ('aws' on its hosts): a limit is never put
   *  into a URL for a store that would ignore it. Decides what is refused at signing, never how it is signed. */
  store?: Store;
  /** Default: virtual-host style on AWS for names without dots, else path style. */
  style?: AddressingStyle;
  /** Default 'v4'. 'v2' is for stores that know nothing newer: it signs no limits and no headers but `content-type`, `content-md5`, `x-amz-*`. */
  signatureVersion?: 'v4' | 'v2';
  /** Used where a call says nothing. `expiresIn` default '15m'. */
  defaults?: { expiresIn?: Duration; limits?: Limits };
  /** The clock. For tests. */
  now?: () => Date;
}

/** What every link can be given. */
export interface CommonOptions {
  /** Default '15m'. 1 s to 7 d, else `ExpiryOutOfRange`. */
  expiresIn?: Duration;
  /** Signing time. Default now. */
  at?: Date;
  /** Rounds the signing time down, so that all calls within the window give the same URL and caches can hit.
   *  The link still lives at least `expiresIn` (the window is added). Refused with `limits` (`StableWithLimits`). */
  stable?: Duration;
  versionId?: string;
  /** More query parameters, signed. Names `X-Amz-*` and `x-link-*` are refused. */
  query?: Record<string, string>;
  /** Headers that the client must send exactly so. They are signed. */
  headers?: Record<string, string>;
  /** Enforced by Tidegate alone. With another `store`: throws `LimitNotEnforced`. */
  limits?: Limits;
  /** true: signed for `endpoint` instead of `publicEndpoint`, for a request that the signer makes itself. */
  own?: boolean;
}

/** A download. */
export interface GetOptions extends CommonOptions {
  /** true: "save as" under the key's last segment; a string: under that name (RFC 5987 encoded). */
  download?: boolean | string;
  contentType?: string;
  cacheControl?: string;
  contentLanguage?: string;
  contentEncoding?: string;
  expires?: Date;
  partNumber?: number;
}

/** An upload in one request. */
export interface PutOptions extends CommonOptions {
  /** Content-Type. Signed: another one sent is refused. */
  type?: string;
  /** Exact size of the body. Signed as content-length. */
  size?: Size;
  /** Upper bound. A limit of Tidegate (`x-link-max-bytes`); elsewhere throws `LimitNotEnforced`, whose hint names presignPost. */
  maxSize?: Size;
  /** false: the key must not exist (signs If-None-Match: *, which the client must send; on Tidegate also x-link-write-once). Default true. */
  overwrite?: boolean;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  metadata?: Record<string, string>;
  tags?: Record<string, string>;
  /** Body's checksum, signed: other bytes are refused. Base64, as S3 wants it. */
  checksum?: { algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'; value: string };
}

/** A form that uploads one file. */
export interface PostOptions extends Omit<CommonOptions, 'stable' | 'query' | 'headers' | 'versionId'> {
  /** Exactly one. With `prefix`, `${filename}` is appended and the browser names the object. */
  key?: string;
  prefix?: string;
  /** 'image/png', or 'image/*' for a family. */
  type?: string;
  size?: { min?: Size; max: Size };
  metadata?: Record<string, string>;
  redirect?: string;
  status?: 200 | 201 | 204;
  /** Further policy conditions, as AWS writes them. */
  conditions?: unknown[];
}

/** A listing. */
export interface ListOptions extends CommonOptions {
  prefix?: string;
  delimiter?: string;
  maxKeys?: number;
  startAfter?: string;
  continuationToken?: string;
}

/** Which parts of a multipart upload are signed. `sizes[i]` is signed as the content length of the i-th of them. */
export interface PartsOptions extends CommonOptions {
  parts: number[] | { from: number; to: number };
  sizes?: Size[];
}

/** A multipart upload that was started. */
export interface Upload {
  key: string;
  uploadId: string;
}

/** A request that anyone can make: its URL, and what else the client must do. */
export interface SignedRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** What the client must set itself. `host` and `content-length` are sent by every client and not listed. Lower case. */
  headers: Record<string, string>;
  expiresAt: Date;
}

/** The upload of one part. */
export interface SignedPart extends SignedRequest {
  partNumber: number;
}

/** What a browser's form sends. */
export interface SignedForm {
  url: string;
  fields: Record<string, string>;
  expiresAt: Date;
  /** FormData with the fields in order and the file last. */
  form(file: Blob, filename?: string): FormData;
}
