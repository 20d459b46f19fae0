/** `@tidegate/presign/admin`: a typed client of a Tidegate's admin API. */
import { sha256Hex } from '#hash';
import { type AdminOperations, adminRoutes, type LinkEvent } from './admin/admin-types.ts';
import { StreamReader } from './admin/event-stream.ts';
import { pause } from './admin/pause.ts';
import type { Credentials, CredentialsSource } from './sign/credentials.ts';
import { signHeaders } from './sign/header-sign.ts';
import { checkNames, checkText } from './values/option-checks.ts';
import { uriEncode } from './wire/encode.ts';

export type * from './admin/admin-types.ts';
export { adminRoutes } from './admin/admin-types.ts';
export type { WebhookEvent, WebhookRequest } from './admin/webhook.ts';
export { verifyWebhook, WebhookError } from './admin/webhook.ts';

/** Which server is asked, and with which key. */
export interface TidegateConfig {
  /** Where the server is reached: `https://files.example.com`. */
  readonly endpoint: string | URL;
  /** Of an access key. A function is called at each request (rotation), and may return a promise. `fromProfile()` is taken as well. */
  readonly credentials: CredentialsSource | (() => Promise<Credentials>);
  /** Default `us-east-1`; a server accepts any unless told otherwise. */
  readonly region?: string;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  /** The clock. For tests. */
  readonly now?: () => Date;
}

/** How one request is sent. */
export interface CallOptions {
  /** Done once within 24 hours, however often it is sent (POST). */
  readonly idempotencyKey?: string;
  /** `etag` of the state that is changed; another one is refused with 412 (PATCH). */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

type Input<Name extends keyof AdminOperations> = AdminOperations[Name]['input'];
type Output<Name extends keyof AdminOperations> = AdminOperations[Name]['output'];

/** What must be given may not be left out. */
type Given<Name extends keyof AdminOperations> =
  object extends Input<Name>
    ? [input?: Input<Name>, options?: CallOptions]
    : [input: Input<Name>, options?: CallOptions];

/** One method for each operation: `tidegate(…).revoke({ match: { url } })`. */
export type Tidegate = {
  readonly [Name in keyof AdminOperations]: (...given: Given<Name>) => Promise<Output<Name>>;
} & {
  /**
   * Events as they happen, until the loop ends or the signal aborts: `for await (const event of client.events({ types:
   * ['link.spent'] })) …`. A broken stream reconnects after its last event. `onMissed` is called if more happened meanwhile
   * than the server keeps.
   */
  events(query?: EventQuery, options?: EventOptions): AsyncGenerator<LinkEvent, void, undefined>;
};

/** Which events are wanted. None named: all. */
export interface EventQuery {
  readonly types?: readonly string[];
  /** One link alone, by its name. */
  readonly link?: string;
}

/** How events are listened to. */
export interface EventOptions {
  readonly signal?: AbortSignal;
  /** Behind this event, as far as the server still has what followed. */
  readonly after?: string;
  readonly onMissed?: () => void;
}

/** One member of a request that is wrong. */
export interface FieldFault {
  readonly field: string;
  readonly detail: string;
  readonly hint?: string;
}

/** What the server says when it refuses. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly reason: string | null;
  readonly detail?: string;
  readonly hint?: string;
  readonly field?: string;
  readonly errors?: readonly FieldFault[];
  readonly requestId: string;
}

/** A refusal of the admin API. Its message is what happened; `problem` has all that the server said. */
export class TidegateError extends Error {
  override readonly name = 'TidegateError';
  readonly status: number;
  /** What the server said; absent when what answered is no Tidegate. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(
      problem
        ? [problem.title, problem.detail].filter(Boolean).join(': ')
        : `Answered ${status}, and no problem document.`,
    );
    this.status = status;
    this.problem = problem;
  }
}

/**
 * A client of the admin API. Holds no connection; sends nothing until a method is called.
 * @throws PresignError OptionInvalid for an unknown member of `config`
 * @throws (its methods) TidegateError when the server refuses; what `fetch` throws when it cannot be reached
 */
export function tidegate(config: TidegateConfig): Tidegate {
  checkNames(config, 'endpoint credentials region fetch now');
  const call =
    (route: string) =>
    (input: object = {}, options: CallOptions = {}) =>
      send(config, route, input, options);
  // Sound: routes and operations have the same names, and the types of each were made from its declaration.
  return {
    ...Object.fromEntries(Object.entries(adminRoutes).map(([name, route]) => [name, call(route)])),
    events: (query: EventQuery = {}, options: EventOptions = {}) => listen(config, query, options),
  } as unknown as Tidegate;
}

/** A stream that broke is opened again after so long, longer each time that it cannot be. */
const waitsMs = [500, 2_000, 5_000, 10_000];

async function* listen(
  config: TidegateConfig,
  { types, link }: EventQuery,
  { signal, after, onMissed }: EventOptions,
): AsyncGenerator<LinkEvent, void, undefined> {
  let lastId = after;
  let wasOpen = false;
  let failures = 0;
  const query = { types: types?.join(), link };
  while (!signal?.aborted) {
    try {
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
      const answer = await ask(config, 'GET /events', query, { headers, ...(signal && { signal }) });
      // A server that has too many listeners, or ends, is asked again; what else it refuses stays refused.
      if (!answer.ok && (answer.status < 500 || !wasOpen)) throw await failureOf(answer);
      if (answer.ok && answer.body) {
        failures = 0;
        wasOpen = true;
        const reader = new StreamReader();
        const decoder = new TextDecoder();
        for await (const chunk of answer.body) {
          const messages = reader.take(decoder.decode(chunk, { stream: true }));
          for (const { event, data } of messages) {
            if (event === 'reset') onMissed?.();
            // Sound: the server writes events in this shape.
            else if (data) yield JSON.parse(data) as LinkEvent;
          }
          lastId = reader.lastId ?? lastId;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      // What cannot be reached at first is a failure; what broke is opened again.
      if (error instanceof TidegateError || !wasOpen) throw error;
    }
    await pause(waitsMs[Math.min(failures, waitsMs.length - 1)] ?? 0, signal);
    failures += 1;
  }
}

/** Every item of a list, page by page: `for await (const link of all(client.listLinks, { state: 'active' })) …`. */
export async function* all<Query extends object, Item>(
  list: (query: Query & { cursor?: string | number }) => Promise<{ items: Item[]; next: string | null }>,
  query: Query,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined;
  do {
    const page = await list(cursor ? { ...query, cursor } : query);
    yield* page.items;
    cursor = page.next;
  } while (cursor);
}

async function send(config: TidegateConfig, route: string, input: object, options: CallOptions): Promise<unknown> {
  checkNames(options, 'idempotencyKey ifMatch signal');
  const { idempotencyKey, ifMatch, signal } = options;
  const headers = {
    ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch && { 'if-match': ifMatch }),
  };
  const answer = await ask(config, route, input, { headers, ...(signal && { signal }) });
  const text = await answer.text();
  const isJson = isJsonAnswer(answer);
  if (answer.ok && (isJson || !text)) return text ? JSON.parse(text) : undefined;
  throw new TidegateError(answer.status, isJson && text ? JSON.parse(text) : undefined);
}

function isJsonAnswer({ headers }: Response): boolean {
  return /json/.test(headers.get('content-type') ?? '');
}

async function failureOf(answer: Response): Promise<TidegateError> {
  return new TidegateError(answer.status, isJsonAnswer(answer) ? await answer.json() : undefined);
}

/** Sends one signed request. @throws PresignError OptionInvalid for a path without its id, which would name the whole collection */
async function ask(
  { endpoint, credentials, region = 'us-east-1', now, fetch: send = fetch }: TidegateConfig,
  route: string,
  input: object,
  more: { readonly headers: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
): Promise<Response> {
  const [method = '', template = ''] = route.split(' ');
  const rest: Record<string, unknown> = { ...input };
  const path = template.replace(/\{(\w+)\}/g, (_, place: string) => {
    if (typeof rest[place] !== 'number') checkText(rest[place], place);
    const part = String(rest[place]);
    delete rest[place];
    return uriEncode(part);
  });
  const hasBody = method[0] === 'P';
  const query = Object.entries(hasBody ? {} : rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${uriEncode(String(value))}`)
    .join('&');
  const url = `${String(endpoint).replace(/\/+$/, '')}/_/api/v1${path}${query && `?${query}`}`;
  const body = hasBody ? JSON.stringify(rest) : '';
  const headers = signHeaders({
    method,
    url,
    headers: {
      ...(hasBody && { 'content-type': 'application/json' }),
      ...more.headers,
    },
    payloadHash: sha256Hex(body),
    credentials: typeof credentials === 'function' ? await credentials() : credentials,
    region,
    ...(now && { at: now() }),
  });
  // The platform sends it by itself, and browsers refuse it here.
  delete headers['host'];
  return send(url, { method, headers, ...(hasBody && { body }), ...(more.signal && { signal: more.signal }) });
}
