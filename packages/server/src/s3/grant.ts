import { attachment } from '@tidegate/presign';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import type { LinkUse } from '../links/link-use.ts';
import { isNavigation } from '../links/visitor.ts';
import { planZip, ZipBody } from '../links/zip.ts';
import { listingJson, listingPage } from '../pages/grant-listing.ts';
import { headersOfPage } from '../pages/page.ts';
import { mayReadListed } from '../policy/may-read.ts';
import { claimRead } from './link-use.ts';
import type { Permit } from './operation.ts';
import { pageFrameOf } from './page-frame.ts';
import type { Server } from './server.ts';

/** What the prefix itself is asked for needs the right to list; each object in a ZIP is judged for itself. */
export const grantOperation = { name: 'ListGrant', action: 's3:ListBucket' } as const;

/** Names per page of a listing. */
const pageKeys = 1000;

/** A request for a granted prefix itself, let through by the gate. */
export type GrantRequest = {
  readonly wire: WireRequest;
  readonly target: RequestTarget;
  readonly use: LinkUse;
  readonly permit: Permit;
  readonly note: AnswerNote;
  /** Headers of the bucket's CORS rule, and that no page it leads to learns the URL. */
  readonly headers: readonly (readonly [string, string])[];
};

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

/** The cookie that a successful answer of a grant sets, as a header. None where the request came by that cookie. */
export function grantCookie(
  received: WireRequest,
  { parsed, bucket }: RequestTarget,
  prefix: string,
  endsAtMs: number | undefined,
  server: Server,
): readonly (readonly [string, string])[] {
  const mark = received.target.indexOf('?');
  if (mark === -1) return [];
  const place = { bucket, prefix, style: parsed.style };
  const leftMs = endsAtMs === undefined ? undefined : endsAtMs - server.tools.clock.nowMs();
  const life = leftMs === undefined ? undefined : Math.max(1, Math.floor(leftMs / 1000));
  const cookie = server.links.cookies.write(place, received.target.slice(mark + 1), received.client.secure, life);
  return cookie === undefined ? [] : [['Set-Cookie', cookie]];
}

/** Answers a granted prefix: its ZIP where the link says so, else its names, for people or for programs (LNK-34, LNK-36). */
export function answerGrant(request: GrantRequest, server: Server): Promise<WireAnswer> {
  return request.use.terms?.zip === true ? answerZip(request, server) : answerListing(request, server);
}

async function answerListing({ wire, target, use, note, headers }: GrantRequest, server: Server): Promise<WireAnswer> {
  const { bucket, key: prefix } = target;
  const header = (name: string): string | undefined => receivedHeader(wire.rawHeaders, name);
  const found = await server.tools.store.listObjects({
    bucket,
    prefix,
    delimiter: undefined,
    after: utf8(header('x-tidegate-after') ?? ''),
    limit: pageKeys,
  });
  const objects = found.entries.flatMap((entry) => (entry.kind === 'entry' ? [entry.entry] : []));
  const listing = { bucket, prefix, objects, next: found.next };
  const vary = ['Vary', 'Accept, Sec-Fetch-Mode'] as const;
  const frame = pageFrameOf(wire, server);
  const answer: WireAnswer = isNavigation(header)
    ? {
        status: 200,
        headers: [...headers, ...headersOfPage(frame), vary],
        body: listingPage(listing, wire.target.slice(Math.max(0, wire.target.indexOf('?'))), frame),
        note,
      }
    : {
        status: 200,
        headers: [...headers, ['Content-Type', 'application/json'], ['X-Content-Type-Options', 'nosniff'], vary],
        body: listingJson(listing),
        note,
      };
  return claimRead(use, wire, answer, 'free');
}

async function answerZip(
  { wire, target, use, permit, note, headers }: GrantRequest,
  server: Server,
): Promise<WireAnswer> {
  const { bucket, key: prefix } = target;
  const { store } = server.tools;
  const plan = await planZip(store, {
    bucket,
    prefix,
    mayRead: (object) => mayReadListed(permit, store, object),
  });
  const name = prefix.split('/').at(-2) ?? 'files';
  const answer: WireAnswer = {
    status: 200,
    headers: [
      ...headers,
      ['Content-Type', 'application/zip'],
      ['Content-Disposition', attachment(`${name}.zip`)],
      ['Accept-Ranges', 'none'],
      ['ETag', `"${plan.etag}"`],
      ['X-Content-Type-Options', 'nosniff'],
    ],
    body: new ZipBody(store, plan),
    note,
  };
  return claimRead(use, wire, answer, { key: prefix, etag: plan.etag, objectBytes: plan.sizeBytes, offset: 0 });
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
