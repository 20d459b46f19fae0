import { receivedHeader } from '../auth/received.ts';
import { keptAddress } from '../links/address.ts';
import { eventOrigin } from '../s3/event-origin.ts';
import { type ObjectEvent, tellEvents } from '../s3/operation-events.ts';
import { silentEvent } from '../stores/links/link-notes.ts';
import type { FileCounts, ReceivedFile } from '../stores/links/share-store.ts';
import type { SharedRequest } from './shared-request.ts';

/** The sender's address as the settings say that it is kept. */
export function senderOf({ wire, context }: SharedRequest): string {
  return keptAddress(wire.client.address, context.clientAddress());
}

/**
 * Reports a file that came to the ledger, the event stream and webhooks: each file once, however it was sent. What a request for
 * pages, receipts and parts of a file does is no use of the file request.
 */
export async function reportFile(
  { wire, server, share, facts, use }: SharedRequest,
  file: ReceivedFile,
  counts: FileCounts,
  event: ObjectEvent | undefined,
): Promise<void> {
  const { links, tools } = server;
  const { bucket } = share.target;
  const { name, key, sizeBytes, sha256, atMs, client } = file;
  if (event !== undefined) await tellEvents(tools, bucket, [event], eventOrigin(undefined, wire, server));
  links.store.append({
    ...silentEvent('request.uploaded', atMs, share.linkId),
    bytes: sizeBytes,
    client,
    requestId: wire.requestId,
    data: { bucket, key, name, size: sizeBytes, sha256 },
  });
  links.countUse();
  links.tell({
    link: facts,
    limited: use.terms !== undefined,
    refusedFor: undefined,
    ...senderFacts(wire),
    status: 201,
    bytesIn: sizeBytes,
    bytesOut: 0,
    durationMs: 0,
    requestId: wire.requestId,
  });
  if (counts.files === use.terms?.uses) links.store.append(silentEvent('link.spent', atMs, share.linkId));
}

/** Counts a file of a form that was refused while others were taken. */
export function reportRefusedFile({ wire, server, facts, use }: SharedRequest, reason: string): void {
  server.links.tell({
    link: facts,
    limited: use.terms !== undefined,
    refusedFor: reason,
    ...senderFacts(wire),
    status: 403,
    bytesIn: 0,
    bytesOut: 0,
    durationMs: 0,
    requestId: wire.requestId,
  });
}

function senderFacts({ client, rawHeaders, method }: SharedRequest['wire']) {
  return { address: client.address, userAgent: receivedHeader(rawHeaders, 'user-agent') ?? '', method };
}
