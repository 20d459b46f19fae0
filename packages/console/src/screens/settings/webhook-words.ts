import type { Output } from '../../data/api.ts';

export type Webhook = Output<'readWebhook'>;
export type Delivery = Output<'listDeliveries'>['items'][number];

/** The events a webhook can receive, by subject. `link.used` and `session.created` are frequent, so they are off unless chosen. */
export const typeGroups = [
  [
    'Links',
    [
      'link.registered',
      'link.first-used',
      'link.used',
      'link.spent',
      'link.refused',
      'link.revoked',
      'link.restored',
      'link.expiring',
    ],
  ],
  ['Files', ['object.uploaded', 'request.uploaded', 'request.closed', 'share.created', 'share.changed']],
  [
    'Keys and server',
    [
      'key.created',
      'key.changed',
      'key.disabled',
      'key.deleted',
      'session.created',
      'server.started',
      'server.disk-low',
    ],
  ],
] as const;

export type WebhookType = (typeof typeGroups)[number][1][number];

export const allTypes: readonly WebhookType[] = typeGroups.flatMap(([, types]) => [...types]);

/** Subscription when nobody says. */
export const usualTypes: readonly WebhookType[] = allTypes.filter(
  (type) => type !== 'link.used' && type !== 'session.created',
);

/** `18 types`, `link.spent, link.revoked`, `only what buckets tell it`. */
export function typesWords(types: readonly string[]): string {
  if (types.length === 0) return 'Only bucket notifications';
  if (types.length === allTypes.length) return 'Everything';
  if (types.length === usualTypes.length && usualTypes.every((type) => types.includes(type)))
    return 'Everything except single uses';
  return types.length <= 3 ? types.join(', ') : `${types.length} types`;
}

export const stateWords = { enabled: 'On', disabled: 'Off', gone: 'Off: the endpoint returned 410' } as const;

/** What became of a message. */
export function deliveryWords({ state, lastStatus, lastError, tries }: Delivery): string {
  const last = lastError ?? (lastStatus === null ? '' : `returned ${lastStatus}`);
  if (state === 'delivered') return `Delivered${tries > 1 ? ` at try ${tries}` : ''}${last === '' ? '' : `, ${last}`}`;
  if (state === 'failed') return `Gave up after ${tries} attempts${last === '' ? '' : `: ${last}`}`;
  return tries === 0 ? 'Waiting' : `Tried ${tries === 1 ? 'once' : `${tries} times`}: ${last}`;
}
