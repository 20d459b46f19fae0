import { S3Error } from '@tidegate/protocol';
import { receivedHeader } from '../auth/received.ts';
import type { RequestTarget } from '../auth/request-target.ts';
import type { AnswerNote, WireAnswer, WireRequest } from '../http/wire.ts';
import { looksLikeVisitor } from '../links/visitor.ts';
import { type ConfirmedObject, confirmPage } from '../pages/confirm-page.ts';
import { headersOfPage } from '../pages/page.ts';
import type { Permit } from './operation.ts';
import { pageFrameOf } from './page-frame.ts';
import type { Server } from './server.ts';

/** Whether the button of a confirmation sent the request: it posts to a URL that was signed for GET (SIG-101). The signature decides whether it may. */
export function isConfirmed(
  { method }: WireRequest,
  query: readonly (readonly [name: string, value: string])[],
): boolean {
  return (
    method === 'POST' &&
    query.some(([name]) => name === 'x-link-confirm') &&
    query.some(([name]) => name === 'X-Amz-Signature')
  );
}

/** LNK-33: whether the page comes first. Only the button posts; programs get the object, and HEAD is free anyway. */
export function needsConfirmation(wire: WireRequest): boolean {
  return wire.method === 'GET' && looksLikeVisitor((name) => receivedHeader(wire.rawHeaders, name));
}

/** What is downloaded once the button is pressed. */
export type Confirmed = {
  readonly target: RequestTarget;
  readonly versionId: string | undefined;
  readonly permit: Permit;
  readonly uses: number | undefined;
  readonly note: AnswerNote;
};

/** Shows the page with the button. Nothing is claimed for it, and it shows only type and size of the object: robots see it too. */
export async function respondWithConfirmation(
  wire: WireRequest,
  confirmed: Confirmed,
  server: Pick<Server, 'pageTheme' | 'tools'>,
): Promise<WireAnswer> {
  const { target, uses, note } = confirmed;
  const frame = pageFrameOf(wire, server);
  const headers = [...headersOfPage(frame), ['Referrer-Policy', 'no-referrer'] as const];
  const object = await describeObject(confirmed, server);
  return {
    status: 200,
    headers,
    body: confirmPage({ target: wire.target, key: target.key, uses, object }, frame),
    note,
  };
}

/** Type and size. If the object cannot be read, the page shows nothing; the download reports the reason. */
async function describeObject(
  { target: { bucket, key }, versionId, permit }: Confirmed,
  { tools }: Pick<Server, 'tools'>,
): Promise<ConfirmedObject> {
  try {
    const record = await tools.store.readObject({ bucket, key, versionId });
    return permit.admits(record) ? { sizeBytes: record.sizeBytes, type: record.contentType ?? '' } : undefined;
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}
