import { hmac, hmacKey } from '#hash';
import { equalInConstantTime } from '../hash/compare.ts';

/** What a webhook receives: a `Request`, or its headers and the body as it came, before any parser. */
export type WebhookRequest =
  | Request
  | {
      readonly headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly body: string | Uint8Array;
    };

/** An event as a webhook gets it. */
export interface WebhookEvent {
  /** The same at every try: what was handled once need not be again. */
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly server: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The request is not what the server sent, or not now. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}

/** Seconds that the clocks may differ, and that somebody may hold a message back (EVT-30). */
const toleranceS = 300;

/**
 * EVT-30: an event, if its request was signed with the secret and within five minutes of now.
 * @param secret `whsec_…`; several while it is being rotated
 * @throws WebhookError
 */
export async function verifyWebhook(
  request: WebhookRequest,
  secret: string | readonly string[],
  now: Date = new Date(),
): Promise<WebhookEvent> {
  const { headers, body } = request;
  const header = (name: string): string => {
    const value = headers instanceof Headers ? headers.get(name) : headers[name];
    return typeof value === 'string' ? value : '';
  };
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  const bytes = 'text' in request ? new Uint8Array(await request.arrayBuffer()) : body;
  const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : String(bytes);
  const sent = header('webhook-signature').split(' ');
  // Every pair is looked at, whichever holds.
  let holds = false;
  for (const one of [secret].flat()) {
    const key = hmacKey(bytesOf(one.replace(/^whsec_/, '')));
    const mine = `v1,${btoa(String.fromCharCode(...hmac(key, `${id}.${timestamp}.${text}`)))}`;
    for (const signature of sent) if (equalInConstantTime(mine, signature)) holds = true;
  }
  if (!id || !holds) throw new WebhookError('The signature is not one of this secret.');
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() / 1000 - Number(timestamp)) > toleranceS) {
    throw new WebhookError('The message is not of the last five minutes.');
  }
  return JSON.parse(text);
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new WebhookError('The secret is not base64.');
  }
}
