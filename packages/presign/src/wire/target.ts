import { percentDecode, utf8Length } from './encode.ts';
import { type ParsedQuery, parseQuery, type QueryPair } from './query-string.ts';

/** Where the bucket stands: first in the path, or before the base domain in the host (SIG-3). */
export type AddressingStyle = 'path' | 'virtual';

/** What a request line and a host address, read once and used by everybody (SIG-1 to SIG-6). */
export type ParsedTarget = {
  /** Decoded once. Absent when the path names none (`/` in path style). May be empty or no valid name: `//key`. */
  readonly bucket: string | undefined;
  /** Decoded once. Absent when nothing follows the bucket; a slash at its beginning belongs to it (SIG-6). */
  readonly key: string | undefined;
  /** As received, without scheme and authority; may be empty for an absolute-form target. */
  readonly rawPath: string;
  /** The whole path decoded once: what SIG-11 encodes again. */
  readonly path: string;
  readonly rawQuery: string;
  /** Decoded once, in order of arrival. */
  readonly query: readonly QueryPair[];
  /** QUERY of SIG-13. */
  readonly canonicalQuery: string;
  readonly style: AddressingStyle;
};

/** A target that cannot be read: answered before any signature is looked at (SIG-2, SIG-7). */
export type TargetFault = {
  readonly fault: {
    readonly status: 400;
    readonly code: 'InvalidURI' | 'KeyTooLongError';
    readonly message: string;
  };
};

/** Domains whose left part is a bucket. */
export type HostRules = {
  /** Base domains, each `name[:port]`, compared without case (SIG-3). */
  readonly domains?: readonly string[] | undefined;
  /** Also every host name of S3 on AWS (SIG-4). */
  readonly awsDomains?: boolean | undefined;
};

/** A host split at the base domain it ends in. */
export type HostParts = {
  /** The labels before the base domain, lower case; absent if the host is the domain itself. */
  readonly bucket?: string;
  /** The base domain, lower case, without a port. */
  readonly domain: string;
};

/** Most bytes of a key, as UTF-8 (SIG-7). */
const mostKeyBytes = 1024;

const invalidUri: TargetFault = {
  fault: { status: 400, code: 'InvalidURI', message: "Couldn't parse the specified URI." },
};
const keyTooLong: TargetFault = { fault: { status: 400, code: 'KeyTooLongError', message: 'Your key is too long' } };

const absoluteForm = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
const plainPath = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Reads a raw request target with the host it was sent to. No URL class is used and nothing is normalised (SIG-1). Characters of
 * `target` stand for bytes, as Node gives them in `req.url`.
 * @param known a query that was parsed before; used when it has the same raw text
 */
export function parseTarget(
  target: string,
  host: string | undefined,
  rules: HostRules = {},
  known?: ParsedQuery,
): ParsedTarget | TargetFault {
  const origin = stripAuthority(target);
  if (origin === undefined || origin.includes('#')) return invalidUri;
  const mark = origin.indexOf('?');
  const rawPath = mark === -1 ? origin : origin.slice(0, mark);
  const rawQuery = mark === -1 ? '' : origin.slice(mark + 1);
  const path = plainPath.test(rawPath) ? rawPath : percentDecode(rawPath);
  const query = known !== undefined && known.raw === rawQuery ? known : parseQuery(rawQuery);
  if (path === undefined || query === undefined) return invalidUri;

  const parts = host === undefined ? undefined : splitHost(host, rules);
  const { bucket, key } =
    parts?.bucket === undefined ? readPathStyle(rawPath, path) : { bucket: parts.bucket, key: path.slice(1) };
  if (key !== undefined && key.length * 3 > mostKeyBytes && utf8Length(key) > mostKeyBytes) return keyTooLong;
  return {
    bucket,
    key: key === '' ? undefined : key,
    rawPath,
    path,
    rawQuery,
    query: query.pairs,
    canonicalQuery: query.canonical,
    style: parts?.bucket === undefined ? 'path' : 'virtual',
  };
}

/** Whether `parseTarget` could not read the target. */
export function isTargetFault(read: ParsedTarget | TargetFault): read is TargetFault {
  return 'fault' in read;
}

/** SIG-2: the target without scheme and authority; undefined when it is neither absolute nor begins with a slash. */
function stripAuthority(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const scheme = absoluteForm.exec(target);
  if (scheme === null) return undefined;
  for (let at = scheme[0].length; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code === 0x2f || code === 0x3f || code === 0x23) return target.slice(at);
  }
  return '';
}

type Place = { readonly bucket: string | undefined; readonly key: string | undefined };

/** Bucket and key are cut apart before they are decoded: a `%2F` never separates them (SIG-6). */
function readPathStyle(rawPath: string, path: string): Place {
  if (rawPath.length <= 1) return { bucket: undefined, key: undefined };
  const slash = rawPath.indexOf('/', 1);
  if (rawPath === path) {
    if (slash === -1) return { bucket: path.slice(1), key: undefined };
    return { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
  }
  // The whole path decodes and `/` is never inside an escape, so its parts decode too.
  if (slash === -1) return { bucket: percentDecode(rawPath.slice(1)), key: undefined };
  return { bucket: percentDecode(rawPath.slice(1, slash)), key: percentDecode(rawPath.slice(slash + 1)) };
}

type Domain = { readonly name: string; readonly suffix: string; readonly port: string | undefined };

/** A list of base domains made ready, and the host that was split last: most requests ask for the one before. */
type Prepared = { readonly domains: readonly Domain[]; host: string; parts: HostParts | undefined };

/** Prepared once for each list: a server passes the same list with every request. */
const prepared = /* @__PURE__ */ new WeakMap<readonly string[], Prepared>();

function prepare(domains: readonly string[]): Prepared {
  const known = prepared.get(domains);
  if (known !== undefined) return known;
  const list = domains.map((text) => {
    const { name, port } = splitPort(text.toLowerCase());
    return { name, suffix: `.${name}`, port };
  });
  // The longest first: the first that fits is the longest that fits (SIG-3).
  list.sort((left, right) => right.name.length - left.name.length);
  const fresh: Prepared = { domains: list, host: '', parts: undefined };
  prepared.set(domains, fresh);
  return fresh;
}

/** The bucket and base domain of a host, or undefined when it ends in no base domain (SIG-3 to SIG-5). */
export function splitHost(host: string, { domains, awsDomains }: HostRules): HostParts | undefined {
  if (domains === undefined && awsDomains !== true) return undefined;
  const listed = domains === undefined ? undefined : splitListed(host, prepare(domains));
  if (awsDomains !== true) return listed;
  const { name } = splitPort(host.toLowerCase());
  const aws = splitAwsHost(name);
  if (listed === undefined || aws === undefined) return listed ?? aws;
  return aws.domain.length > listed.domain.length ? aws : listed;
}

function splitListed(host: string, list: Prepared): HostParts | undefined {
  if (list.host !== host) {
    const { name, port } = splitPort(host.toLowerCase());
    list.parts = findListed(name, port, list.domains);
    list.host = host;
  }
  return list.parts;
}

function findListed(name: string, port: string | undefined, domains: readonly Domain[]): HostParts | undefined {
  for (const domain of domains) {
    if (domain.port !== undefined && domain.port !== port) continue;
    if (name === domain.name) return { domain: domain.name };
    if (name.length > domain.suffix.length && name.endsWith(domain.suffix)) {
      return { bucket: name.slice(0, -domain.suffix.length), domain: domain.name };
    }
  }
  return undefined;
}

/** `name:port` in its parts; an IPv6 address keeps its brackets. */
export function splitPort(host: string): { readonly name: string; readonly port: string | undefined } {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || host.indexOf(']', colon) !== -1) return { name: host, port: undefined };
  return { name: host.slice(0, colon), port: host.slice(colon + 1) };
}

const region = /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/;

/** Service names before a region: plain, and FIPS. */
const isService = (label: string | undefined): boolean => label === 's3' || label === 's3-fips';

/**
 * SIG-4: `[bucket.]s3[-fips][.dualstack][.region].amazonaws.com`, `[bucket.]s3-region.amazonaws.com` and
 * `[bucket.]s3-accelerate[.dualstack].amazonaws.com`, read from the right.
 */
export function splitAwsHost(name: string): HostParts | undefined {
  const top = name.endsWith('.amazonaws.com') ? '.amazonaws.com' : '.amazonaws.com.cn';
  if (!name.endsWith(top)) return undefined;
  const labels = name.slice(0, -top.length).split('.');
  const last = labels.at(-1) ?? '';
  let taken = 0;
  if (last === 's3' || last === 's3-accelerate' || last === 's3-external-1') {
    taken = 1;
  } else if (last.startsWith('s3-') && region.test(last.slice(3))) {
    taken = 1;
  } else if (last === 'dualstack' && labels.at(-2) === 's3-accelerate') {
    taken = 2;
  } else if (region.test(last) && isService(labels.at(-2))) {
    taken = 2;
  } else if (region.test(last) && labels.at(-2) === 'dualstack' && isService(labels.at(-3))) {
    taken = 3;
  } else {
    return undefined;
  }
  const domain = labels.slice(-taken).join('.') + top;
  const bucket = labels.slice(0, -taken).join('.');
  return bucket === '' ? { domain } : { bucket, domain };
}
