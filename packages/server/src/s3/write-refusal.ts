import type { Reason } from '@tidegate/presign';
import { reasons } from '@tidegate/presign/internal';
import { S3Error, StoreFailure, writeErrorDocument } from '@tidegate/protocol';
import { brokenOff } from '../auth/body-source.ts';
import { receivedHeader } from '../auth/received.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import { headersOfPage } from '../pages/page.ts';
import { pageOfRefusal, type RefusedLink, reloadInS } from '../pages/page-refusal.ts';
import { pageFrameOf, secureUrlOf } from './page-frame.ts';
import type { Server } from './server.ts';

/** Where a refusal happened. */
export type RefusalPlace = {
  readonly wire: WireRequest;
  readonly server: Pick<Server, 'hostId' | 'explain' | 'htmlErrors' | 'pageTheme' | 'tools'>;
  readonly cors: readonly (readonly [name: string, value: string])[];
  readonly note: AnswerNote;
  /** What is known of the link. */
  readonly link?: RefusedLink;
};

/** Whatever was thrown, as the refusal that is answered; what nobody foresaw is `InternalError` (house-style, section 6). */
export function toRefusal(error: unknown): { readonly refused: S3Error; readonly bug: unknown } {
  const known = brokenOff(error);
  if (known instanceof S3Error) return { refused: known, bug: undefined };
  if (known instanceof StoreFailure) return { refused: known.toRefusal(), bug: known };
  return { refused: new S3Error({ code: 'InternalError' }), bug: known };
}

/** Answers a refusal: S3's XML for programs, a page for a browser that opened a bad link (SIG-97, SIG-102). */
export function writeRefusal(error: unknown, place: RefusalPlace): WireAnswer {
  const { wire, server } = place;
  const { refused: full, bug } = toRefusal(error);
  const refused = server.explain === false ? withoutExplanation(full) : full;
  const note: AnswerNote = {
    ...place.note,
    code: refused.code,
    ...(full.reason === undefined ? {} : { reason: full.reason }),
    ...(bug === undefined ? {} : { bug }),
  };
  const headers: [string, string][] = [...place.cors].map(([name, value]) => [name, value]);
  for (const [name, value] of Object.entries(refused.headers ?? {})) headers.push([name, value]);
  if (refused.reason !== undefined) headers.push(['x-tidegate-reason', refused.reason]);
  if (isPresigned(wire.target)) headers.push(['Referrer-Policy', 'no-referrer']);
  if (refused.status === 304) return { status: 304, headers, body: undefined, note };
  headers.push(['X-Content-Type-Options', 'nosniff']);
  if (server.htmlErrors && isNavigation(wire)) {
    const frame = pageFrameOf(wire, server);
    for (const [name, value] of headersOfPage(frame))
      if (name !== 'X-Content-Type-Options') headers.push([name, value]);
    headers.push(['Cache-Control', 'no-store']);
    const atMs = server.tools.clock.nowMs();
    const support = { requestId: wire.requestId, link: note.link, atMs };
    // The host is signed, so the same URL holds nowhere else.
    const known = { endedAtMs: endOf(refused), secureUrl: secureUrlOf(wire, undefined), ...place.link };
    const again = reloadInS(refused, known, atMs);
    if (again !== undefined) headers.push(['Refresh', String(again)]);
    return { status: refused.status, headers, body: pageOfRefusal(refused, support, frame, known), note };
  }
  headers.push(['Content-Type', 'application/xml']);
  // In headers only, the document has the members of Amazon S3's and no others.
  const isPlain = server.explain === 'header';
  if (isPlain && refused.hint !== undefined) headers.push(['x-tidegate-hint', headerText(refused.hint)]);
  const body = writeErrorDocument(isPlain ? withoutReason(refused) : refused, {
    resource: isPlain ? undefined : resourceOf(wire.target),
    requestId: wire.requestId,
    hostId: server.hostId,
  });
  return { status: refused.status, headers, body, note };
}

function withoutReason({ code, status, message, fields, headers }: S3Error): S3Error {
  return new S3Error({ code, status, message, fields, headers });
}

/** A hint quotes what the caller sent: in a header, whatever is not printable ASCII becomes a question mark. */
function headerText(hint: string): string {
  return hint.replace(/[^\x20-\x7e]/g, '?');
}

/** When a URL that is too old ended, as its refusal says it. */
function endOf({ reason, fields }: S3Error): number | undefined {
  const ended = reason === 'LinkExpired' ? Date.parse(String(fields['Expires'])) : Number.NaN;
  return Number.isNaN(ended) ? undefined : ended;
}

/** SIG-97: without `explain`, what a failed signature came from is told to nobody. */
function withoutExplanation(refused: S3Error): S3Error {
  const { reason } = refused;
  if (reason === undefined || !isSignatureCause(reason)) return refused;
  return withoutReason(refused);
}

function isSignatureCause(reason: string): boolean {
  if (!Object.hasOwn(reasons, reason)) return false;
  // Sound: just found among the reasons.
  return 'cause' in reasons[reason as Reason];
}

/** The path as it came, without the query: it may hold a signature. */
function resourceOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** Whether the target carries a signature, in whatever state. */
export function isPresigned(target: string): boolean {
  return /[?&](?:amp;)?(?:X-Amz-(?:Signature|Credential|Algorithm)|Signature|AWSAccessKeyId)=/i.test(target);
}

/** A browser that goes somewhere, as against one that loads a part of a page, and programs. */
function isNavigation(wire: WireRequest): boolean {
  if (receivedHeader(wire.rawHeaders, 'sec-fetch-mode') !== 'navigate') return false;
  const accept = receivedHeader(wire.rawHeaders, 'accept') ?? '';
  const html = accept.indexOf('text/html');
  const xml = accept.indexOf('application/xml');
  return html !== -1 && (xml === -1 || html < xml);
}
