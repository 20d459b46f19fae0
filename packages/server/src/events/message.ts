import type { StreamedEvent } from '../stores/links/event-store.ts';
import type { LinkKind, LinkRecord } from '../stores/links/link-store.ts';

const prefixes: Readonly<Record<LinkKind, string>> = { link: 'lk', share: 'sh', request: 'rq' };

/** EVT-22: an event as a webhook gets it. It names links by what people see of them; a URL or a secret is never in it (SEC-605). */
export function messageOf(event: StreamedEvent, link: LinkRecord | undefined, server: string): string {
  const { id, type, atMs, linkId, client, userAgent, reason, count, data, method, status, bytes } = event;
  const kind = link?.kind ?? event.link?.kind ?? 'link';
  return JSON.stringify({
    id,
    type,
    time: new Date(atMs).toISOString(),
    server,
    data: {
      ...data,
      ...(linkId !== undefined && { link: linkData(linkId, kind, link) }),
      ...(client !== '' && { client: { address: client, userAgent } }),
      ...(method !== '' && { request: { method, status, bytes } }),
      ...(reason !== undefined && { reason }),
      ...(count > 1 && { count }),
    },
  });
}

function linkData(id: string, kind: LinkKind, link: LinkRecord | undefined) {
  const shown = `${prefixes[kind]}_${id.slice(0, 16)}`;
  if (link === undefined) return { id: shown };
  const { label, operation, bucket, key, state, uses } = link;
  return {
    id: shown,
    label: label ?? null,
    operation,
    bucket,
    key,
    state,
    uses: { count: uses.count, limit: uses.limit ?? null },
  };
}
