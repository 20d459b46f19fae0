import type { Context } from '../verify/opening.ts';
import { headerValue } from '../wire/head.ts';
import { type HostParts, splitHost, splitPort } from '../wire/target.ts';
import { type Candidate, type Search, withHeader, withTarget } from './near-miss-candidate.ts';

/** Rows of SIG-95 about host, port, addressing style and a prefix in the path. */
export function* addressCauses(search: Search): Iterable<Candidate> {
  const { context } = search.refused;
  if (context === undefined) return;
  const asked = context.head.host ?? '';
  const parts = splitHost(asked, search.rules.hosts);
  const domains = baseDomains(search, parts);
  yield* portCauses(context, asked, domains);
  yield* hostCauses(context, asked, domains, parts);
  yield* styleCauses(context, asked, domains, parts);
  yield* prefixCauses(context);
}

/** Base domains to try, the one that was asked first. With the AWS names on, those of the URL's region. */
function baseDomains({ rules, refused }: Search, parts: HostParts | undefined): readonly string[] {
  const found = new Set<string>(parts === undefined ? [] : [parts.domain]);
  for (const domain of rules.hosts.domains ?? []) found.add(domain.toLowerCase());
  const region = refused.claim?.scope?.region;
  if (rules.hosts.awsDomains === true) {
    found.add('s3.amazonaws.com');
    if (region !== undefined) {
      found.add(`s3.${region}.amazonaws.com`);
      found.add(`s3-${region}.amazonaws.com`);
      found.add(`s3.dualstack.${region}.amazonaws.com`);
    }
  }
  return [...found];
}

function* portCauses(context: Context, asked: string, domains: readonly string[]): Iterable<Candidate> {
  const { name, port } = splitPort(asked);
  const ports = new Set(domains.map((domain) => splitPort(domain).port).filter((known) => known !== undefined));
  const hosts = [...(port === undefined ? [] : [name]), ...[...ports].map((known) => `${name}:${known}`)];
  for (const signed of hosts) {
    if (signed === asked) continue;
    yield {
      raw: withHeader(context.raw, 'host', signed),
      ownHost: true,
      cause: {
        id: 'port-changed',
        reason: 'PortChanged',
        detail: signed,
        values: { a: signed, b: asked },
        change: { what: 'host', signed, got: asked },
      },
    };
  }
}

function* hostCauses(
  context: Context,
  asked: string,
  domains: readonly string[],
  parts: HostParts | undefined,
): Iterable<Candidate> {
  const forwarded = headerValue(context.head, 'x-forwarded-host')?.split(',', 1)[0]?.trim().toLowerCase();
  const hosts = forwarded === undefined || forwarded === '' ? [] : [forwarded];
  for (const domain of domains) hosts.push(parts?.bucket === undefined ? domain : `${parts.bucket}.${domain}`);
  hosts.push(...loopbackHosts(asked));
  for (const signed of new Set(hosts)) {
    if (signed === asked) continue;
    yield {
      raw: withHeader(context.raw, 'host', signed),
      ownHost: true,
      cause: {
        id: 'host-changed',
        reason: 'HostChanged',
        detail: signed,
        values: { a: signed, b: asked },
        change: { what: 'host', signed, got: asked },
      },
    };
  }
}

/** A link that is tried on the machine of its server was often signed for another name of that machine. */
function loopbackHosts(asked: string): readonly string[] {
  const { port } = splitPort(asked);
  return ['localhost', '127.0.0.1', '[::1]'].flatMap((name) =>
    port === undefined ? [name] : [`${name}:${port}`, name],
  );
}

function* styleCauses(
  context: Context,
  asked: string,
  domains: readonly string[],
  parts: HostParts | undefined,
): Iterable<Candidate> {
  const { target } = context;
  const got = target.style;
  const signed = got === 'path' ? 'virtual' : 'path';
  const cause = {
    id: 'addressing-style',
    reason: 'AddressingStyle',
    values: { a: signed, b: got },
    change: { what: 'addressing style', signed, got },
  } as const;
  if (got === 'virtual') {
    const raw = withTarget(context, { rawPath: `/${parts?.bucket ?? ''}${target.rawPath}` });
    for (const domain of domains) yield { raw: withHeader(raw, 'host', domain), ownHost: true, cause };
    return;
  }
  const slash = target.rawPath.indexOf('/', 1);
  const bucket = target.bucket ?? '';
  if (bucket === '' || bucket.includes('/')) return;
  const raw = withTarget(context, { rawPath: slash === -1 ? '/' : target.rawPath.slice(slash) });
  for (const domain of new Set([asked, ...domains])) {
    yield { raw: withHeader(raw, 'host', `${bucket}.${domain}`), ownHost: true, cause };
  }
}

/** A proxy added the first segment; or it removed one, which its headers name or which is a usual one. */
function* prefixCauses(context: Context): Iterable<Candidate> {
  const { rawPath } = context.target;
  const slash = rawPath.indexOf('/', 1);
  if (slash !== -1) yield prefixCause(context, rawPath.slice(slash), rawPath.slice(0, slash), 'added');
  for (const prefix of removedPrefixes(context)) yield prefixCause(context, `${prefix}${rawPath}`, prefix, 'removed');
}

function prefixCause(context: Context, rawPath: string, prefix: string, change: 'added' | 'removed'): Candidate {
  return {
    raw: withTarget(context, { rawPath }),
    cause: { id: 'path-prefix', reason: 'PathPrefix', detail: prefix, values: { prefix, change } },
  };
}

const usualPrefixes = ['/s3', '/storage', '/files', '/minio', '/tidegate', '/api', '/data'];
const pathHeaders = ['x-original-uri', 'x-forwarded-uri', 'x-original-url', 'x-rewrite-url'];

function removedPrefixes({ head, target }: Context): ReadonlySet<string> {
  const found = new Set<string>();
  const named = headerValue(head, 'x-forwarded-prefix')?.split(',', 1)[0]?.trim().replace(/\/+$/, '');
  if (named !== undefined && /^\/[^?#\s]*$/.test(named)) found.add(named);
  for (const name of pathHeaders) {
    const path = headerValue(head, name)?.split('?', 1)[0]?.trim() ?? '';
    if (path.startsWith('/') && path.length > target.rawPath.length && path.endsWith(target.rawPath)) {
      found.add(path.slice(0, -target.rawPath.length));
    }
  }
  for (const prefix of usualPrefixes) found.add(prefix);
  return found;
}
