import { z } from 'zod';
import { eventTypeNames } from '../../events/event-types.ts';
import { endpoint } from '../endpoint.ts';
import { anyOf } from '../json/json-fields.ts';
import { eventShown } from '../json/link-json.ts';
import { findLink, visibilityOf } from '../reach.ts';

export const watchEvents = endpoint({
  method: 'GET',
  path: '/events',
  action: 'tidegate:WatchEvents',
  who: 'signer',
  text: 'What happens, as it happens: server-sent events, each with an event as its data. `Last-Event-ID` goes on behind one.',
  query: z.strictObject({ types: anyOf(eventTypeNames).optional(), link: z.string().max(64).optional() }),
  answer: eventShown,
  answers: 'events',
  async handle({ actor, query }, tools) {
    const linkId = query.link === undefined ? undefined : (await findLink(query.link, actor, tools)).id;
    return { status: 200, stream: { ...visibilityOf(actor), linkId, types: query.types } };
  },
});
