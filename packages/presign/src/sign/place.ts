import { fail } from '../values/presign-error.ts';
import { percentDecode, uriEncodePath } from '../wire/encode.ts';
import { environment } from './env.ts';

/** Who answers under an endpoint. Decides what is refused when signing, never how it is signed. */
export type Store = 'tidegate' | 'aws' | 'r2' | 'minio' | 'b2' | 'other';

/** `path`: the bucket is the first segment of the path. `virtual`: it is the first label of the host. */
export type AddressingStyle = 'path' | 'virtual';

/** Where one bucket is reached, in the words of a URL. */
export type Place = {
  /** Scheme and host: `https://host:port`. */
  readonly origin: string;
  /** Host and port, as they are signed (SIG-110). */
  readonly host: string;
  /** The part before `/` and the key: the endpoint's own path, and the bucket if it is in the path. Encoded. */
  readonly path: string;
  /** The bucket, if it is in the host. */
  readonly bucketInHost?: string;
};

type PlaceConfig = {
  readonly endpoint?: string | URL;
  readonly publicEndpoint?: string | URL;
  readonly style?: AddressingStyle;
  readonly store?: Store;
};

/** The two places of a bucket and who answers there. */
export type Places = { readonly store: Store; readonly own: Place; readonly shown: Place };

/** What to do about `EndpointInvalid`. */
export const endpointHint = "Write 'https://host:port'.";

/** @throws PresignError EndpointInvalid */
export function parseEndpoint(endpoint: string | URL, option = 'endpoint'): URL {
  const url = URL.canParse(endpoint) && new URL(endpoint);
  if (!url || !/^https?:\/\/[^/?#@]+\/[^?#]*$/.test(url.href)) {
    fail(
      'EndpointInvalid',
      `The endpoint '${url ? url.origin : endpoint}' is not an http or https URL without query, fragment and user.`,
      option,
      endpointHint,
    );
  }
  return url;
}

/** Virtual-host style puts the bucket before the host; a bucket with dots has no certificate there, an IP address no labels. */
function placeOf(url: URL, bucket: string, style: AddressingStyle | undefined): Place {
  const onAws = isAwsHost(url.hostname);
  const virtual = (style ?? (onAws && !bucket.includes('.') ? 'virtual' : 'path')) === 'virtual';
  if (virtual && isAddress(url.hostname)) {
    fail(
      'EndpointInvalid',
      `style 'virtual' puts the bucket before a host name; the endpoint '${url.origin}' has an IP address.`,
      'style',
      "Use style 'path', or an endpoint or publicEndpoint with a host name.",
    );
  }
  const host = virtual ? `${bucket}.${url.host}` : url.host;
  const origin = `${url.protocol}//${host}`;
  if (virtual) parseEndpoint(origin);
  const path = pathOf(url);
  return { origin, host, path: virtual ? path : `${path}/${bucket}`, ...(virtual && { bucketInHost: bucket }) };
}

/** The path of an endpoint as it is signed, without slashes at its end. */
export function pathOf(url: URL): string {
  return uriEncodePath(percentDecode(url.pathname) ?? '').replace(/\/+$/, '');
}

/** URL writes every IPv4 address in four decimal parts, and IPv6 in brackets. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname);
}

function isAwsHost(hostname: string): boolean {
  return /(?:^|\.)amazonaws\.com(?:\.cn)?$/.test(hostname);
}

/**
 * Where `bucket` is reached: by us (`own`), and by the holder of a link (`shown`).
 * @throws PresignError EndpointInvalid
 */
export function findPlaces(bucket: string, region: string, config: PlaceConfig): Places {
  const tidegate = config.endpoint ? undefined : environment('TIDEGATE_ENDPOINT');
  const endpoint = config.endpoint || tidegate || environment('AWS_ENDPOINT_URL_S3') || environment('AWS_ENDPOINT_URL');
  const url = parseEndpoint(endpoint || `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
  const { publicEndpoint, style } = config;
  // With a public endpoint, the style is that of links; an endpoint that is an IP address only has path style.
  const own = placeOf(url, bucket, publicEndpoint && isAddress(url.hostname) ? 'path' : style);
  const shown = publicEndpoint ? placeOf(parseEndpoint(publicEndpoint, 'publicEndpoint'), bucket, style) : own;
  const store = config.store ?? (tidegate ? 'tidegate' : isAwsHost(url.hostname) ? 'aws' : 'other');
  return { store, own, shown };
}
