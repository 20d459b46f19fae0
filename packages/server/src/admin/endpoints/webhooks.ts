import { z } from 'zod';
import { defaultTypes, eventTypeNames } from '../../events/event-types.ts';
import { OutboundRefused } from '../../outbound/outbound.ts';
import {
  type Delivery,
  isFileTarget,
  mostTargets,
  type WebhookSecret,
  type WebhookTarget,
} from '../../stores/admin/webhook-store.ts';
import { eventIdOf } from '../../stores/links/link-cursor.ts';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { durationSchema } from '../json/governance-json.ts';
import { defaultPageItems, isoTime, maybeIsoTime, maybeTime, pageOf, pageQuery, time } from '../json/json-fields.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';
import { listEndpoint, pageOfWhole } from '../list-endpoint.ts';
import { requireRoot } from '../root-alone.ts';

const dayMs = 86_400_000;
const letters = 'abcdefghijklmnopqrstuvwxyz234567';
const secretBytes = 32;

const nameAsked = z.string().regex(/^[\w-]{1,64}$/, 'is not 1 to 64 of A-Z, a-z, 0-9, _ and -');
const typesAsked = z.array(z.enum(eventTypeNames)).max(eventTypeNames.length);

const webhookShown = z.object({
  id: z.string(),
  name: z.string().nullable(),
  url: z.string(),
  types: z.array(z.string()),
  /** `file`: it stands in tidegate.toml and is changed there; here it is switched off and on. */
  source: z.enum(['api', 'file']),
  /** `gone`: it answered 410 and is told nothing more until it is switched on. */
  state: z.enum(['enabled', 'disabled', 'gone']),
  createdAt: time,
  /** Times of the secrets that sign; the texts are shown once. */
  secrets: z.array(z.object({ createdAt: time, retireAt: maybeTime })),
});
const webhookMade = webhookShown.extend({ secret: z.string() });

const deliveryShown = z.object({
  n: z.int(),
  message: z.string(),
  type: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  tries: z.int(),
  createdAt: time,
  /** When it is tried next. */
  nextAt: maybeTime,
  lastAt: maybeTime,
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  body: z.string(),
});

function showWebhook({ id, name, url, types, state, createdAtMs, secrets }: WebhookTarget) {
  return {
    id,
    name: name ?? null,
    url,
    types,
    source: isFileTarget({ id }) ? 'file' : 'api',
    state,
    createdAt: isoTime(createdAtMs),
    secrets: secrets.map((secret) => ({
      createdAt: isoTime(secret.createdAtMs),
      retireAt: maybeIsoTime(secret.retireAtMs),
    })),
  };
}

function showDelivery(delivery: Delivery): z.input<typeof deliveryShown> {
  const { n, messageId, type, state, tries, madeAtMs, nextAtMs, lastAtMs, lastStatus, lastError, body } = delivery;
  return {
    n,
    message: messageId,
    type,
    state,
    tries,
    createdAt: isoTime(madeAtMs),
    nextAt: state === 'waiting' ? isoTime(nextAtMs) : null,
    lastAt: maybeIsoTime(lastAtMs),
    lastStatus: lastStatus ?? null,
    lastError: lastError ?? null,
    body,
  };
}

/** @throws AdminProblem 400 */
async function checkUrl(url: string, { checkOutbound }: AdminTools): Promise<void> {
  try {
    await checkOutbound(url);
  } catch (error) {
    if (error instanceof OutboundRefused) throw badField('url', error.message);
    throw error;
  }
}

/** @throws AdminProblem 404 */
async function findWebhook(id: string, { webhooks }: AdminTools): Promise<WebhookTarget> {
  const found = await webhooks.findTarget(id);
  if (found !== undefined) return found;
  throw notFound(`There is no webhook ${id.slice(0, 64)}.`);
}

function notFound(detail: string): AdminProblem {
  return new AdminProblem({ status: 404, code: 'NotFound', title: 'No such webhook', detail });
}

/** EVT-31. @throws AdminProblem 409 */
function requireOurs(target: WebhookTarget): void {
  if (!isFileTarget(target)) return;
  throw new AdminProblem({
    status: 409,
    code: 'WebhookSetByFile',
    title: 'This webhook stands in tidegate.toml',
    detail: 'What stands there is changed there.',
    hint: 'Change it in [[webhooks.target]] and send the server SIGHUP. It is switched off and on here.',
  });
}

function newSecret({ random, clock }: AdminTools): WebhookSecret {
  const text = `whsec_${Buffer.from(random.bytes(secretBytes)).toString('base64')}`;
  return { text, createdAtMs: clock.nowMs(), retireAtMs: undefined };
}

function nameTaken(name: string): AdminProblem {
  const detail = `Another webhook is called ${name}.`;
  return new AdminProblem({ status: 409, code: 'NameTaken', title: 'The name is taken', detail });
}

export const listWebhooks = listEndpoint({
  path: '/webhooks',
  action: 'tidegate:ListWebhooks',
  text: 'Webhooks: where events are sent. Of the account root alone, as all about webhooks.',
  item: webhookShown,
  async page({ actor, limit, cursor }, { webhooks }) {
    requireRoot(actor);
    const all = await webhooks.listTargets();
    const place = ({ createdAtMs, id }: WebhookTarget): string => `${String(createdAtMs).padStart(15, '0')} ${id}`;
    const { items, next } = pageOfWhole(all, place, { limit, cursor });
    return { items: items.map(showWebhook), next };
  },
});

export const createWebhook = endpoint({
  method: 'POST',
  path: '/webhooks',
  action: 'tidegate:CreateWebhook',
  text: 'Makes a webhook. The answer has its secret, which is not shown again. Without `types` it is told of all but `link.used` and `session.created`.',
  body: z.strictObject({
    url: z.string().max(2048),
    name: nameAsked.optional(),
    /** Empty: nothing but what buckets are configured to tell it. */
    types: typesAsked.optional(),
  }),
  status: 201,
  answer: webhookMade,
  async handle({ actor, body }, tools) {
    requireRoot(actor);
    const { url, name, types = defaultTypes } = body;
    await checkUrl(url, tools);
    const secret = newSecret(tools);
    const id = `wh_${Array.from(tools.random.bytes(16), (byte) => letters[byte & 31]).join('')}`;
    const target: WebhookTarget = {
      ...{ id, name, url, types: [...new Set(types)], secrets: [secret] },
      state: 'enabled',
      createdAtMs: tools.clock.nowMs(),
    };
    const made = await tools.webhooks.createTarget(target);
    if (made === 'taken') throw nameTaken(name ?? '');
    if (made === 'full') {
      throw new AdminProblem({
        status: 409,
        code: 'TooManyWebhooks',
        title: 'There are too many',
        detail: `At most ${mostTargets} webhooks.`,
      });
    }
    tools.audit('webhook.created', { webhook: id, host: new URL(url).host });
    return { status: 201, value: { ...showWebhook(target), secret: secret.text } };
  },
});

export const readWebhook = endpoint({
  method: 'GET',
  path: '/webhooks/{id}',
  action: 'tidegate:ReadWebhook',
  text: 'One webhook, by its id or name.',
  answer: webhookShown,
  async handle({ actor, id }, tools) {
    requireRoot(actor);
    return { status: 200, value: showWebhook(await findWebhook(id, tools)) };
  },
});

export const changeWebhook = endpoint({
  method: 'PATCH',
  path: '/webhooks/{id}',
  action: 'tidegate:ChangeWebhook',
  text: 'Changes a webhook, or switches it off and on. Switched on it is told of what happens from then on.',
  body: z.strictObject({
    url: z.string().max(2048).optional(),
    name: nameAsked.nullable().optional(),
    types: typesAsked.optional(),
    state: z.enum(['enabled', 'disabled']).optional(),
  }),
  answer: webhookShown,
  async handle({ actor, id, body }, tools) {
    requireRoot(actor);
    const { url, name, types, state } = body;
    const found = await findWebhook(id, tools);
    if (url !== undefined || name !== undefined || types !== undefined) requireOurs(found);
    if (url !== undefined) await checkUrl(url, tools);
    const changed = await tools.webhooks.editTarget(found.id, {
      ...(url !== undefined && { url }),
      ...(name !== undefined && { name: name ?? undefined }),
      ...(types !== undefined && { types: [...new Set(types)] }),
      ...(state !== undefined && { state }),
    });
    if (changed === 'taken') throw nameTaken(name ?? '');
    if (changed === undefined) throw notFound(`There is no webhook ${id} any more.`);
    tools.audit('webhook.changed', { webhook: found.id, fields: Object.keys(body).join(',') });
    return { status: 200, value: showWebhook(changed) };
  },
});

export const deleteWebhook = endpoint({
  method: 'DELETE',
  path: '/webhooks/{id}',
  action: 'tidegate:DeleteWebhook',
  text: 'Deletes a webhook, with what it was still to be told. Also 204 when it is gone already.',
  async handle({ actor, id }, { webhooks, audit }) {
    requireRoot(actor);
    const found = await webhooks.findTarget(id);
    if (found !== undefined) requireOurs(found);
    if (found !== undefined && (await webhooks.deleteTarget(found.id))) audit('webhook.deleted', { webhook: found.id });
    return { status: 204 };
  },
});

export const rotateWebhook = endpoint({
  method: 'POST',
  path: '/webhooks/{id}/rotate',
  action: 'tidegate:RotateWebhook',
  text: 'Gives a webhook another secret, which is shown once. The one before signs beside it until the overlap has passed.',
  body: z.strictObject({
    /** A day where nothing is said. */
    overlap: durationSchema.optional(),
  }),
  status: 201,
  answer: webhookMade,
  async handle({ actor, id, body }, tools) {
    requireRoot(actor);
    const found = await findWebhook(id, tools);
    requireOurs(found);
    const secret = newSecret(tools);
    const overlapMs = body.overlap === undefined ? dayMs : body.overlap * 1000;
    const [last] = found.secrets;
    const before = last === undefined ? [] : [{ ...last, retireAtMs: secret.createdAtMs + overlapMs }];
    const changed = await tools.webhooks.editTarget(found.id, { secrets: [secret, ...before] });
    if (changed === undefined || changed === 'taken') throw notFound(`There is no webhook ${id} any more.`);
    tools.audit('webhook.rotated', { webhook: found.id });
    return { status: 201, value: { ...showWebhook(changed), secret: secret.text } };
  },
});

export const testWebhook = endpoint({
  method: 'POST',
  path: '/webhooks/{id}/test',
  action: 'tidegate:TestWebhook',
  text: 'Sends a webhook an event of type `webhook.test`. What became of it stands in its deliveries.',
  status: 201,
  answer: deliveryShown,
  async handle({ actor, id }, tools) {
    requireRoot(actor);
    const { webhooks, clock, random } = tools;
    const found = await findWebhook(id, tools);
    if (found.state !== 'enabled') throw badField('state', 'The webhook is switched off.');
    const nowMs = clock.nowMs();
    const message = `test_${eventIdOf(nowMs, Number(Buffer.from(random.bytes(6)).readUIntBE(0, 6)))}`;
    const server = new URL(tools.endpoint()).host;
    const body = { id: message, type: 'webhook.test', time: isoTime(nowMs), server, data: {} };
    await webhooks.enqueue([{ target: found.id, id: message, type: body.type, body: JSON.stringify(body) }]);
    const { items } = await webhooks.listDeliveries({ targetId: found.id, cursor: undefined, limit: 100 });
    const queued = items.find(({ messageId }) => messageId === message);
    if (queued === undefined) throw notFound(`There is no webhook ${id} any more.`);
    return { status: 201, value: showDelivery(queued) };
  },
});

export const listDeliveries = endpoint({
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  action: 'tidegate:ListDeliveries',
  text: 'What a webhook was sent and will be, the newest first. Settled ones are kept a week, at most 1,000.',
  query: z.strictObject(pageQuery),
  answer: pageOf(deliveryShown),
  async handle({ actor, id, query }, tools) {
    requireRoot(actor);
    const { cursor, limit = defaultPageItems } = query;
    const found = await findWebhook(id, tools);
    const page = await tools.webhooks.listDeliveries({ targetId: found.id, cursor, limit });
    return { status: 200, value: { items: page.items.map(showDelivery), next: page.next ?? null } };
  },
});

export const retryDelivery = endpoint({
  method: 'POST',
  path: '/webhooks/{id}/deliveries/{name}/retry',
  action: 'tidegate:RetryDelivery',
  text: 'Sends a message again, now, by its number.',
  answer: deliveryShown,
  async handle({ actor, id, name }, tools) {
    requireRoot(actor);
    const found = await findWebhook(id, tools);
    const n = /^\d{1,15}$/.test(name) ? Number(name) : 0;
    const delivery = await tools.webhooks.retry(found.id, n, tools.clock.nowMs());
    if (delivery === undefined) throw notFound(`${found.id} has no delivery ${name}.`);
    return { status: 200, value: showDelivery(delivery) };
  },
});
