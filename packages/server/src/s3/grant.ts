import type { Authenticated } from '../auth/authenticate.ts';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { WireRequest } from '../http/wire.ts';
import { isNavigation } from '../links/visitor.ts';
import { planZip } from '../links/zip.ts';
import { listingJson, listingPage } from '../pages/grant-listing.ts';
import { mayReadListed } from '../policy/may-read.ts';
import { type Admission, performable } from './admission.ts';
import { pageOutput, zipOutput } from './link-output.ts';
import type { Operation, Performable } from './operation.ts';
import { pageFrameOf } from './page-frame.ts';
import type { Server } from './server.ts';

/** What the prefix itself is asked for needs the right to list; each object in a ZIP is judged for itself. */
export const grantOperation = { name: 'ListGrant', action: 's3:ListBucket' } as const;

/** Names per page of a listing. */
const pageKeys = 1000;

/** Whether a request is for a granted prefix itself: a listing or a ZIP, no object. */
export function isGrantItself({ caller }: Authenticated, { key }: RequestTarget, { name }: Operation): boolean {
  if (caller.kind === 'anonymous' || caller.verified.grantPrefix !== key) return false;
  return name === 'GetObject' || name === 'HeadObject';
}

/**
 * A grant's query for a name below it that came with the grant's cookie alone (LNK-35): the request as it would have come with
 * the query. Any other request stays as it is.
 */
export function withGrantCookie(wire: WireRequest, server: Server): WireRequest {
  if ((wire.method !== 'GET' && wire.method !== 'HEAD') || wire.target.includes('?')) return wire;
  const cookie = receivedHeader(wire.rawHeaders, 'cookie');
  if (cookie === undefined || receivedHeader(wire.rawHeaders, 'authorization') !== undefined) return wire;
  const query = server.links.cookies.read(cookie, wire.target);
  return query === undefined ? wire : retarget(wire, `${wire.target}?${query}`);
}

/** Adds the grant's cookie to a successful response (LNK-35); undefined where there is no grant, or the request came by that cookie. */
export function grantCookieAdapter(
  { caller }: Authenticated,
  { parsed, bucket }: RequestTarget,
  received: WireRequest,
  server: Server,
): Admission['adapt'] {
  const mark = received.target.indexOf('?');
  if (caller.kind === 'anonymous' || caller.verified.grantPrefix === undefined || mark === -1) return undefined;
  const { grantPrefix: prefix, expiresAt } = caller.verified;
  return (response) => {
    const leftMs = expiresAt === undefined ? undefined : expiresAt.getTime() - server.tools.clock.nowMs();
    const lifeS = leftMs === undefined ? undefined : Math.max(1, Math.floor(leftMs / 1000));
    const place = { bucket, prefix, style: parsed.style };
    const cookie = server.links.cookies.write(place, received.target.slice(mark + 1), received.client.secure, lifeS);
    return cookie === undefined ? response : { ...response, headers: [...response.headers, ['Set-Cookie', cookie]] };
  };
}

/** Lists the names below a granted prefix, for people or for programs (LNK-34). */
export function listGrant(wire: WireRequest, { bucket, key: prefix }: RequestTarget, server: Server): Performable {
  return performable(grantOperation.name, 'GET', async (_, { store }) => {
    const header = (name: string): string | undefined => receivedHeader(wire.rawHeaders, name);
    const after = utf8(header('x-tidegate-after') ?? '');
    const found = await store.listObjects({ bucket, prefix, delimiter: undefined, after, limit: pageKeys });
    const objects = found.entries.flatMap((entry) => (entry.kind === 'entry' ? [entry.entry] : []));
    const listing = { bucket, prefix, objects, next: found.next };
    const vary = { Vary: 'Accept, Sec-Fetch-Mode' };
    if (isNavigation(header)) {
      const frame = pageFrameOf(wire, server);
      const query = wire.target.slice(Math.max(0, wire.target.indexOf('?')));
      const page = pageOutput(listingPage(listing, query, frame), frame);
      return { ...page, headers: { ...page.headers, ...vary } };
    }
    const text = { contentType: 'application/json', text: listingJson(listing) };
    return { text, headers: { 'X-Content-Type-Options': 'nosniff', ...vary } };
  });
}

/** Downloads a granted prefix as a ZIP, as far as the key that signed may read it (LNK-36). */
export function zipGrant({ bucket, key: prefix }: RequestTarget): Performable {
  return performable(grantOperation.name, 'GET', async ({ permit }, { store }) => {
    const mayRead = (object: { readonly bucket: string; readonly key: string }) => mayReadListed(permit, store, object);
    const plan = await planZip(store, { bucket, prefix, mayRead });
    return zipOutput(store, plan, prefix, prefix.split('/').at(-2) ?? 'files');
  });
}

/** A header's value is bytes, one for each character; names are UTF-8. */
function utf8(header: string): string {
  return Buffer.from(header, 'latin1').toString('utf8');
}

function retarget(wire: WireRequest, target: string): WireRequest {
  const {
    requestId,
    method,
    rawHeaders,
    body,
    client,
    forwardedHost,
    expectBody,
    inform,
    breakAnswer,
    breakBody,
    whenTaken,
  } = wire;
  return {
    requestId,
    method,
    target,
    rawHeaders,
    body,
    client,
    forwardedHost,
    expectBody,
    inform,
    breakAnswer,
    whenTaken,
    breakBody,
    // Made when it is asked for, by the request itself.
    get signal() {
      return wire.signal;
    },
  };
}
