/** Every type of event, with what it means, for the reference (EVT-1). */
export const eventTypes = {
  'link.registered': 'A presigned URL was made known before its first use.',
  'link.first-used': 'A link was used for the first time.',
  'link.used':
    'A link was used; equal uses of one moment are one event, with their `count`. No webhook gets it unless it asks for it.',
  'link.spent': 'The last use of a link, or its last byte, was taken.',
  'link.refused': 'A link was refused: one event for each link, reason and minute, with their `count`.',
  'link.revoked': 'A link was taken back; without `link`, all that match `data.match`.',
  'link.restored': 'A revocation was undone.',
  'link.expiring': 'A share ends in 24 hours.',
  'object.uploaded': 'An object was stored through a link.',
  'share.created': 'A share was made.',
  'share.changed': 'A share was changed.',
  'request.uploaded': 'A file came through a file request.',
  'request.closed': 'A file request was closed.',
  'key.created': 'An access key was made.',
  'key.changed': 'An access key was changed, rotated or switched on.',
  'key.disabled': 'An access key was switched off.',
  'key.deleted': 'An access key was deleted.',
  'session.created':
    'Temporary credentials were made with an access key; of a key that makes very many, the first. No webhook gets it unless it asks for it.',
  'server.started': 'The server was started.',
  'server.disk-low': 'Less than a tenth of the disk of the data folder is free.',
} as const;

export type EventType = keyof typeof eventTypes;

// Sound: the keys of a constant.
export const eventTypeNames = Object.keys(eventTypes) as unknown as readonly [EventType, ...EventType[]];

/** Event types that a webhook receives by default (EVT-21). */
export const defaultTypes: readonly EventType[] = eventTypeNames.filter(
  (type) => type !== 'link.used' && type !== 'session.created',
);
