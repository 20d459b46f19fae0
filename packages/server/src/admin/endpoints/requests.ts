import { z } from 'zod';
import { type AdminTools, endpoint } from '../endpoint.ts';
import { requireMatch } from '../json/etag.ts';
import { defaultPageItems, isoTime, pageOf, pageQuery, time } from '../json/json-fields.ts';
import { limitsCarriedBy } from '../json/limits-json.ts';
import { shownId } from '../json/link-json.ts';
import { badField } from '../json/read-json.ts';
import {
  bucketAsked,
  commonFields,
  commonPatch,
  findOwnShare,
  findShare,
  firstEndOf,
  requestMade,
  requestShown,
  requireBucket,
  shareUrl,
  shownShare,
} from '../json/share-json.ts';
import { changeKept, etagOfShare, keepShare, listKind, takeBack, tellOf } from './shares.ts';

const maxFiles = z.int().min(1).max(1_000_000);
/** Webhooks that the operator made, by id or name. */
const notifyAsked = z.array(z.string().min(1).max(64)).max(10);

const newRequest = z.strictObject({
  bucket: bucketAsked,
  /** Where the files go: empty, or ending in a slash. */
  prefix: z
    .string()
    .max(768)
    .regex(/^$|\/$/, 'does not end in a slash')
    .default(''),
  /** The same as `limits.uses`. */
  maxFiles: maxFiles.optional(),
  /** Webhooks that are told of each file and of the closing, whatever types they name; by id or name. */
  notify: notifyAsked.optional(),
  ...commonFields,
  limits: limitsCarriedBy('request').optional(),
});

const requestPatch = z.strictObject({
  ...commonPatch,
  limits: limitsCarriedBy('request').optional(),
  maxFiles: maxFiles.optional(),
  notify: notifyAsked.optional(),
  /** true: takes no more; false: takes files again. */
  closed: z.boolean().optional(),
});

const uploadShown = z.object({
  name: z.string(),
  key: z.string(),
  size: z.int(),
  sha256: z.string(),
  time,
  receipt: z.string(),
  client: z.object({ address: z.string() }),
});

export const createRequest = endpoint({
  method: 'POST',
  path: '/requests',
  action: 'tidegate:CreateRequest',
  text: 'Creates a file request: a URL where others upload files. It expires after 7 days unless you say otherwise. The response has its URL.',
  body: newRequest,
  status: 201,
  answer: requestMade,
  async handle({ actor, body }, tools) {
    const { bucket, prefix, title, note } = body;
    const limits = { ...body.limits, ...(body.maxFiles !== undefined && { uses: body.maxFiles }) };
    await requireBucket(bucket, tools);
    const expiresAtMs = firstEndOf(body, actor, tools);
    const notify = await webhooksOf(body.notify ?? [], tools);
    const target = { kind: 'prefix', bucket, prefix } as const;
    const request = await keepShare(
      { kind: 'request', target, limits, title, note, expiresAtMs, notify },
      body.password,
      actor,
      tools,
    );
    const value = { ...(await shownShare(request, actor, tools)), url: shareUrl(request, tools) };
    return { status: 201, value, etag: etagOfShare(request) };
  },
});

/** SHR-29: ids of webhooks that are there and switched on. @throws AdminProblem */
async function webhooksOf(names: readonly string[], { webhooks }: AdminTools): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const name of names) {
    const found = await webhooks.findTarget(name);
    if (found?.state !== 'enabled') {
      const why = found === undefined ? `There is no webhook ${name}.` : `The webhook ${name} is switched off.`;
      throw badField('notify', why, 'An owner of the root account makes webhooks and switches them on.');
    }
    ids.add(found.id);
  }
  return [...ids];
}

export const listRequests = endpoint({
  method: 'GET',
  path: '/requests',
  action: 'tidegate:ListRequests',
  text: 'File requests, the newest first.',
  query: z.strictObject(pageQuery),
  answer: pageOf(requestShown),
  handle: ({ actor, query }, tools) => listKind('request', query, actor, tools),
});

export const readRequest = endpoint({
  method: 'GET',
  path: '/requests/{id}',
  action: 'tidegate:ReadRequest',
  text: 'One file request.',
  answer: requestShown,
  async handle({ actor, id }, tools) {
    const request = await findShare(id, 'request', actor, tools);
    return { status: 200, value: await shownShare(request, actor, tools), etag: etagOfShare(request) };
  },
});

export const readRequestUrl = endpoint({
  method: 'GET',
  path: '/requests/{id}/url',
  action: 'tidegate:ReadRequestUrl',
  text: 'The URL of a file request again; audited.',
  answer: z.object({ url: z.string() }),
  async handle({ actor, id }, tools) {
    const request = await findOwnShare(id, 'request', actor, tools);
    tools.audit('request.url', { link: shownId('request', request.linkId) });
    return { status: 200, value: { url: shareUrl(request, tools) } };
  },
});

export const changeRequest = endpoint({
  method: 'PATCH',
  path: '/requests/{id}',
  action: 'tidegate:ChangeRequest',
  text: 'Changes a file request, or closes it.',
  body: requestPatch,
  answer: requestShown,
  async handle({ actor, id, body, ifMatch }, tools) {
    const request = await findOwnShare(id, 'request', actor, tools);
    requireMatch(ifMatch, etagOfShare(request));
    const { closed, maxFiles: uses, notify, ...rest } = body;
    const limits = uses === undefined ? rest.limits : { ...(rest.limits ?? request.limits), uses };
    const notified = notify === undefined ? {} : { notify: await webhooksOf(notify, tools) };
    const changed = await changeKept(request, { ...rest, limits }, actor, tools);
    const closedAtMs = closed === true ? (request.closedAtMs ?? tools.clock.nowMs()) : undefined;
    const more = { ...notified, ...(closed !== undefined && { closedAtMs }) };
    const final =
      Object.keys(more).length === 0 ? changed : ((await tools.shares.edit(request.linkId, more)) ?? changed);
    if (closed === true && request.closedAtMs === undefined) tellOf('request.closed', final, tools);
    tools.audit('request.changed', { link: shownId('request', request.linkId), fields: Object.keys(body).join(',') });
    return { status: 200, value: await shownShare(final, actor, tools), etag: etagOfShare(final) };
  },
});

export const deleteRequest = endpoint({
  method: 'DELETE',
  path: '/requests/{id}',
  action: 'tidegate:DeleteRequest',
  text: 'Takes a file request back; a revocation that can be undone.',
  status: 204,
  async handle({ actor, id }, tools) {
    await takeBack(await findShare(id, 'request', actor, tools), actor, tools);
    return { status: 204 };
  },
});

export const listUploads = endpoint({
  method: 'GET',
  path: '/requests/{id}/uploads',
  action: 'tidegate:ListRequestUploads',
  text: 'What came through a file request: name, where it lies, size, SHA-256, receipt.',
  query: z.strictObject(pageQuery),
  answer: pageOf(uploadShown),
  async handle({ actor, id, query }, tools) {
    const { linkId } = await findShare(id, 'request', actor, tools);
    const { cursor, limit = defaultPageItems } = query;
    const page = await tools.shares.listFiles({ linkId, cursor, limit });
    const items = page.items.map(({ name, key, sizeBytes, sha256, atMs, receiptId, client }) => ({
      ...{ name, key, size: sizeBytes, sha256, time: isoTime(atMs), receipt: receiptId },
      client: { address: client },
    }));
    return { status: 200, value: { items, next: page.next ?? null } };
  },
});
