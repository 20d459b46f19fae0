import { messageOf } from '../events/message.ts';
import {
  mostMessageBytes,
  type NewMessage,
  type WebhookStore,
  type WebhookTarget,
} from '../stores/admin/webhook-store.ts';
import type { EventStore } from '../stores/links/event-store.ts';
import type { LinkRecord, LinkStore } from '../stores/links/link-store.ts';
import type { ShareStore } from '../stores/links/share-store.ts';

export type WebhookQueueOptions = {
  readonly events: EventStore;
  readonly links: Pick<LinkStore, 'readLink'>;
  readonly webhooks: WebhookStore;
  readonly shares: Pick<ShareStore, 'find'>;
  /** What messages call this server. */
  readonly server: string;
};

const pageEvents = 200;
/** What the webhooks are told of that a file request names (SHR-29). */
const requestEventTypes: ReadonlySet<string> = new Set(['request.uploaded', 'request.closed']);

/**
 * Puts events into the queues of the targets that want them, one page a step (EVT-24). What was read moves on in the transaction
 * that queues it, so each event is queued once, whenever the process is killed.
 */
export async function queueEvents(
  options: WebhookQueueOptions,
  targets: readonly WebhookTarget[],
): Promise<'more' | 'done'> {
  const { events, links, webhooks, server } = options;
  const listening: { readonly target: WebhookTarget; readonly start: number }[] = [];
  for (const target of targets) {
    // One without types may be named by a file request.
    if (target.state === 'enabled') listening.push({ target, start: await webhooks.startOf(target.id) });
  }
  if (listening.length === 0) return 'done';
  const from = Math.max(await webhooks.place(), Math.min(...listening.map(({ start }) => start)));
  const page = await events.read(from, pageEvents);
  if (page.after === from) return 'done';
  const messages: NewMessage[] = [];
  // One look at a link serves all its events of a page.
  const known = new Map<string, LinkRecord | undefined>();
  const named = new Map<string, readonly string[]>();
  for (const event of page.events) {
    const { linkId, type } = event;
    const naming = linkId !== undefined && requestEventTypes.has(type) ? await namedBy(linkId, named, options) : [];
    const wanting = listening.filter(
      ({ target, start }) => event.n > start && (target.types.includes(type) || naming.includes(target.id)),
    );
    if (wanting.length === 0) continue;
    if (linkId !== undefined && !known.has(linkId)) known.set(linkId, await links.readLink(linkId));
    const body = messageOf(event, linkId === undefined ? undefined : known.get(linkId), server);
    if (Buffer.byteLength(body) > mostMessageBytes) continue;
    for (const { target } of wanting) messages.push({ target: target.id, id: event.id, type: event.type, body });
  }
  await webhooks.queueEvents(messages, page.after);
  return 'more';
}

/** Webhooks that a file request names, by id. */
async function namedBy(
  linkId: string,
  known: Map<string, readonly string[]>,
  { shares }: WebhookQueueOptions,
): Promise<readonly string[]> {
  const before = known.get(linkId);
  if (before !== undefined) return before;
  const notify = (await shares.find(linkId))?.notify ?? [];
  known.set(linkId, notify);
  return notify;
}
