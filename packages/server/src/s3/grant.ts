import { attachment } from '@tidegate/presign/internal';
import type { Authenticated } from '../auth/authenticate.ts';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { WireRequest } from '../http/wire.ts';
import { isNavigation } from '../links/visitor.ts';
import { planZip, ZipBody, type ZipPlan } from '../links/zip.ts';
import { listingJson, listingPage } from '../pages/grant-listing.ts';
import { headersOfPage, type PageFrame } from '../pages/page.ts';
import { mayReadListed } from '../policy/may-read.ts';
import type { ObjectStore } from '../stores/objects/object-store.ts';
import { type Admission, performable } from './admission.ts';
import type { Operation, Output, Performable } from './operation.ts';
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

/** The cookie that a successful response of a grant sets (LNK-35), where the request did not come by that cookie. */
export function addGrantCookie(
  { caller }: Authenticated,
  target: RequestTarget,
  received: WireRequest,
  server: Server,
): Pick<Admission, 'adapt'> {
  if (caller.kind === 'anonymous' || caller.verified.grantPrefix === undefined) return {};
  const { grantPrefix, expiresAt } = caller.verified;
  return {
    adapt(response) {
      const cookie = grantCookie(received, target, grantPrefix, expiresAt?.getTime(), server);
      return cookie === undefined ? response : { ...response, headers: [...response.headers, ['Set-Cookie', cookie]] };
    },
  };
}

function grantCookie(
  received: WireRequest,
  { parsed, bucket }: RequestTarget,
  prefix: string,
  endsAtMs: number | undefined,
  server: Server,
): string | undefined {
  const mark = received.target.indexOf('?');
  if (mark === -1) return undefined;
  const place = { bucket, prefix, style: parsed.style };
  const leftMs = endsAtMs === undefined ? undefined : endsAtMs - server.tools.clock.nowMs();
  const life = leftMs === undefined ? undefined : Math.max(1, Math.floor(leftMs / 1000));
  return server.links.cookies.write(place, received.target.slice(mark + 1), received.client.secure, life);
}

/** Lists the names below a granted prefix, for people or for programs (LNK-34). */
export function listGrant(wire: WireRequest, { bucket, key: prefix }: RequestTarget, server: Server): Performable {
  return performable({ name: grantOperation.name, method: 'GET' }, async (_, { store }) => {
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
      return { ...page, headers: { ...page.headers, ...vary }, consumes: 'free' };
    }
    const text = { contentType: 'application/json', text: listingJson(listing) };
    return { text, headers: { 'X-Content-Type-Options': 'nosniff', ...vary }, consumes: 'free' };
  });
}

/** Downloads a granted prefix as a ZIP, as far as the key that signed may read it (LNK-36). */
export function zipGrant({ bucket, key: prefix }: RequestTarget): Performable {
  return performable({ name: grantOperation.name, method: 'GET' }, async ({ permit }, { store }) => {
    const mayRead = (object: { readonly bucket: string; readonly key: string }) => mayReadListed(permit, store, object);
    const plan = await planZip(store, { bucket, prefix, mayRead });
    return zipOutput(store, plan, prefix, prefix.split('/').at(-2) ?? 'files');
  });
}

/** A ZIP as a handler returns it: one read of one object, saved as `name`. */
export function zipOutput(store: ObjectStore, plan: ZipPlan, prefix: string, name: string): Output<never> {
  return {
    headers: {
      'Content-Type': 'application/zip',
      'Content-Disposition': attachment(`${name}.zip`),
      'Accept-Ranges': 'none',
      ETag: `"${plan.etag}"`,
      'X-Content-Type-Options': 'nosniff',
    },
    stream: {
      body: new ZipBody(store, plan),
      part: { key: prefix, etag: plan.etag, objectBytes: plan.sizeBytes, offset: 0 },
    },
  };
}

/** A page as a handler returns it. */
export function pageOutput(
  html: string,
  frame: PageFrame,
  nonce?: string,
): Output<never> & { readonly headers: Readonly<Record<string, string>> } {
  const { 'Content-Type': contentType = 'text/html', ...headers } = Object.fromEntries(headersOfPage(frame, nonce));
  return { headers, text: { contentType, text: html } };
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
