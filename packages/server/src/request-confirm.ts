import { receivedHeader } from './auth/received.ts';
import type { RequestTarget } from './auth/request-target.ts';
import type { AnswerNote, WireAnswer, WireRequest } from './http/wire.ts';
import { looksLikeVisitor } from './links/visitor.ts';
import { confirmPage } from './pages/confirm-page.ts';
import { headersOfPage } from './pages/page.ts';
import { pageFrameOf } from './request-page-frame.ts';
import type { Server } from './server.ts';

/** LNK-33: whether the page comes first. Only the button posts; programs get the object, and HEAD is free anyway. */
export function wantsConfirmation(wire: WireRequest): boolean {
  return wire.method === 'GET' && looksLikeVisitor((name) => receivedHeader(wire.rawHeaders, name));
}

/** The page with the button. Nothing is claimed for it, and nothing of the object is told but the name in the URL. */
export function confirmation(
  wire: WireRequest,
  { key }: RequestTarget,
  { note, uses }: { readonly note: AnswerNote; readonly uses: number | undefined },
  server: Pick<Server, 'pageLook'>,
): WireAnswer {
  const frame = pageFrameOf(wire, server);
  const headers = [...headersOfPage(frame), ['Referrer-Policy', 'no-referrer'] as const];
  return { status: 200, headers, body: confirmPage(wire.target, key, uses, frame), note };
}
