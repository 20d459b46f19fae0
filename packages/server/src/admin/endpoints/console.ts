import { bucket as bucketOf, signHeaders } from '@tidegate/presign';
import { uriEncode, uriEncodePath } from '@tidegate/presign/internal';
import { isBucketName } from '@tidegate/protocol';
import { z } from 'zod';
import { isLinkOnly } from '../../policy/key-scope.ts';
import { type AdminRequest, type AdminTools, endpoint } from '../endpoint.ts';
import { isoTime, time } from '../json/json-fields.ts';
import { AdminProblem } from '../json/problem.ts';
import { badField } from '../json/read-json.ts';

/** As long as S3 takes a signature in a header after its date; a URL may be asked for less. */
const longestS = 900;

export const makeSessionCode = endpoint({
  method: 'POST',
  path: '/session/code',
  action: 'tidegate:MakeSessionCode',
  who: 'signer',
  text: 'A URL that opens the console signed in as the key that asks, once and within five minutes.',
  status: 201,
  answer: z.object({ url: z.string(), expiresAt: time }),
  handle({ actor }, tools) {
    if (isLinkOnly(actor)) throw linksOnly();
    const made = tools.makeSessionCode(actor.accessKeyId);
    if (made === undefined) {
      throw new AdminProblem({
        status: 409,
        code: 'ConsoleOff',
        title: 'The console is switched off',
        detail: 'This server has no address for its console.',
        hint: 'Start it with --console-listen.',
      });
    }
    tools.audit('session.code', { key: actor.accessKeyId });
    return Promise.resolve({ status: 201, value: { url: made.url, expiresAt: isoTime(made.endsAtMs) } });
  },
});

const wanted = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'PUT', 'POST', 'DELETE']),
  /** Absent: the list of buckets. */
  bucket: z.string().refine(isBucketName, 'is not a bucket name').optional(),
  key: z.string().min(1).max(1024).optional(),
  query: z.record(z.string().max(128), z.string().max(2048)).optional(),
  /** What is sent along and has to be signed: `content-type`, `x-amz-…`. Not the length, which browsers set. */
  headers: z.record(z.string().regex(/^[\w-]{1,128}$/), z.string().max(4096)).optional(),
  /** `headers`: send the request with them, and no link is made; `url`: for what sends none, as an image or a player. */
  as: z.enum(['headers', 'url']).default('headers'),
  expiresIn: z.int().min(1).max(longestS).default(longestS),
  /** Of a URL: it saves the object under this name, whatever its type (SEC-515). */
  saveAs: z.string().min(1).max(255).optional(),
  /** Of a URL: the browser shows the object, where it can, also if it was stored to be saved. */
  inline: z.literal(true).optional(),
});

export const signRequest = endpoint({
  method: 'POST',
  path: '/session/sign',
  action: 'tidegate:SignRequest',
  who: 'signer',
  text: 'Signs one request to S3 with the key that asks, so that a browser can send it: objects never pass the console.',
  body: wanted,
  answer: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), expiresAt: time }),
  async handle(request, tools) {
    const { actor, body } = request;
    if (isLinkOnly(actor)) throw linksOnly();
    if (body.bucket === undefined && (body.method !== 'GET' || body.key !== undefined || body.as === 'url')) {
      throw badField('bucket', 'Only the list of buckets is asked for without one.');
    }
    if (body.saveAs !== undefined && body.as !== 'url') throw badField('saveAs', 'Only a URL says under which name.');
    if (body.inline && (body.as !== 'url' || body.saveAs !== undefined)) {
      throw badField('inline', 'Only a URL that saves nothing is shown.');
    }
    const known = await tools.keys.readKey(actor.accessKeyId);
    if (known === undefined) throw badField('actor', 'Your key is gone.');
    const credentials = { accessKeyId: actor.accessKeyId, secretAccessKey: known.secret.reveal() };
    const at = new Date(tools.clock.nowMs());
    const value =
      body.as === 'url' ? asUrl(request, tools, credentials, at) : asHeaders(request, tools, credentials, at);
    return { status: 200, value };
  },
});

type Asked = AdminRequest<unknown, z.output<typeof wanted>>;
type Signed = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly expiresAt: string };
type KeyPair = { readonly accessKeyId: string; readonly secretAccessKey: string };

function asHeaders({ body }: Asked, { endpoint: address, region }: AdminTools, credentials: KeyPair, at: Date): Signed {
  const { method, bucket, key } = body;
  const path = bucket === undefined ? '/' : `/${bucket}${key === undefined ? '' : `/${uriEncodePath(key)}`}`;
  const query = Object.entries(body.query ?? {})
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .join('&');
  const url = `${address()}${path}${query === '' ? '' : `?${query}`}`;
  const headers = signHeaders({ method, url, headers: body.headers ?? {}, credentials, region, at });
  // The browser sends it by itself.
  delete headers['host'];
  return { url, headers, expiresAt: isoTime(at.getTime() + longestS * 1000) };
}

function asUrl({ body }: Asked, tools: AdminTools, credentials: KeyPair, at: Date): Signed {
  const { bucket = '', key, method, expiresIn, saveAs, inline, query = {}, headers = {} } = body;
  if (method !== 'GET' || key === undefined) throw badField('as', 'A URL is made to read an object.');
  if (Object.keys(headers).length > 0) throw badField('headers', 'What sends a URL sends no headers.');
  const { versionId, ...others } = query;
  const [strange] = Object.keys(others);
  if (strange !== undefined) throw badField(`query.${strange}`, 'A URL takes versionId alone.');
  const links = bucketOf(bucket, {
    endpoint: tools.endpoint(),
    region: tools.region,
    credentials,
    store: 'tidegate',
    style: 'path',
    now: () => at,
  });
  const url = links.presignGet(key, {
    expiresIn,
    ...(versionId !== undefined && { versionId }),
    ...(saveAs !== undefined && { download: saveAs }),
    ...(inline && { query: { 'response-content-disposition': 'inline' } }),
  });
  return { url, headers: {}, expiresAt: isoTime(at.getTime() + expiresIn * 1000) };
}

/** A key that is valid in presigned URLs only cannot sign in. */
export function linksOnly(): AdminProblem {
  return new AdminProblem({
    status: 403,
    code: 'AccessDenied',
    title: 'This key can only make links',
    detail: 'It cannot open the console.',
  });
}
