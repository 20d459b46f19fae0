import { bucket as bucketOf, PresignError } from '@tidegate/presign';
import { limitRules } from '@tidegate/presign/internal';
import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import type { Clock } from '../../world/clock.ts';
import { endpoint } from '../endpoint.ts';
import { durationSchema } from '../json/governance-json.ts';
import { isoTime, time } from '../json/json-fields.ts';
import { limitsAsked } from '../json/limits-json.ts';
import { linkShown, showLink, shownId } from '../json/link-json.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';

const methods = ['GET', 'HEAD', 'PUT', 'DELETE'] as const;

const wanted = z.strictObject({
  method: z.enum(methods).default('GET'),
  bucket: z.string().refine(isBucketName, 'is not a bucket name'),
  key: z.string().min(1).max(1024),
  versionId: z.string().max(1024).optional(),
  expiresIn: durationSchema.optional(),
  limits: limitsAsked.optional(),
  label: z.string().max(64).optional(),
  note: z.string().max(256).optional(),
  /** Content-Type of an upload; signed. */
  type: z.string().max(256).optional(),
  /** How a download is answered. */
  response: z
    .strictObject({
      download: z.union([z.boolean(), z.string().max(255)]).optional(),
      contentType: z.string().max(256).optional(),
      cacheControl: z.string().max(256).optional(),
    })
    .optional(),
});

export const presignLink = endpoint({
  method: 'POST',
  path: '/links/presign',
  action: 'tidegate:PresignLink',
  who: 'signer',
  text: "Makes a presigned URL with the caller's own key, and registers it. The URL is in this answer alone.",
  body: wanted,
  answer: z.object({
    url: z.string(),
    method: z.enum(methods),
    /** What the client must send exactly so. */
    headers: z.record(z.string(), z.string()),
    expiresAt: time,
    link: linkShown,
  }),
  async handle({ actor, body }, tools) {
    const { clock, keys, links, examiner } = tools;
    const signer = await keys.readKey(actor.accessKeyId);
    if (signer === undefined) throw badField('actor', 'Your key is gone.');
    const nowMs = signingTimeMs(clock);
    const request = sign(body, {
      endpoint: tools.endpoint(),
      region: tools.region,
      credentials: { accessKeyId: actor.accessKeyId, secretAccessKey: signer.secret.reveal() },
      nowMs,
      expiresIn: body.expiresIn ?? tools.defaultExpiryS,
    });
    const found = await examiner.identify({
      url: request.url,
      method: body.method,
      headers: Object.entries(request.headers),
    });
    // Signed here a moment ago: what does not verify would be refused to everybody.
    const unfit = 'reason' in found ? found : examiner.judgeNew(found);
    if (unfit !== undefined || 'reason' in found) throw unusable(unfit?.text ?? '', unfit?.reason ?? '');
    const record = await links.register(found.facts, { label: undefined, note: body.note });
    tools.audit('link.made', { link: shownId('link', record.id), bucket: body.bucket, key: body.key });
    tools.tell({ type: 'link.registered', linkId: record.id });
    const expiresAt = isoTime(record.expiresAtMs ?? nowMs);
    return { status: 200, value: { ...request, method: body.method, expiresAt, link: showLink(record, actor) } };
  },
});

type Signing = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly nowMs: number;
  readonly expiresIn: number;
};

function sign(
  body: z.output<typeof wanted>,
  { endpoint: address, region, credentials, nowMs, expiresIn }: Signing,
): { readonly url: string; readonly headers: Readonly<Record<string, string>> } {
  const { method, key, versionId, type, response = {}, label } = body;
  const limits = { ...body.limits, ...(label !== undefined && { id: label }) };
  const options = {
    expiresIn,
    ...(versionId !== undefined && { versionId }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
  try {
    const links = bucketOf(body.bucket, {
      endpoint: address,
      region,
      credentials,
      store: 'tidegate',
      style: 'path',
      now: () => new Date(nowMs),
    });
    if (method === 'GET') {
      const { download, contentType, cacheControl } = response;
      const url = links.presignGet(key, {
        ...options,
        ...(download !== undefined && { download }),
        ...(contentType !== undefined && { contentType }),
        ...(cacheControl !== undefined && { cacheControl }),
      });
      return { url, headers: {} };
    }
    if (method === 'HEAD') return { url: links.presignHead(key, options), headers: {} };
    const { url, headers } =
      method === 'PUT'
        ? links.presignPut(key, { ...options, ...(type !== undefined && { type }) })
        : links.presignDelete(key, options);
    return { url, headers };
  } catch (error) {
    if (error instanceof PresignError) throw badField(fieldOf(error.message), error.message, error.hint);
    throw error;
  }
}

/** The member that a message of the signer begins with. */
function fieldOf(message: string): string {
  const named = /^(?:limits\.)?(\w+)/.exec(message)?.[1] ?? '';
  if (named === 'expiresIn') return named;
  return limitRules.some(({ property }) => property === named) ? `limits.${named}` : 'body';
}

function unusable(detail: string, reason: string): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    reason,
    title: 'Your key cannot make this link',
    detail,
  });
}

/** A client may be this far ahead of the machine's clock. */
const mostAheadMs = 10 * 60_000;

/** The time that links expire by, as far as the check against the machine's own clock allows (REL-16). */
function signingTimeMs(clock: Clock): number {
  return Math.min(clock.nowMs(), (clock.wallMs?.() ?? clock.nowMs()) + mostAheadMs);
}
