import { checkString } from '../values/option-checks.ts';
import { wireText } from './canonical.ts';
import type { ReceivedView } from './request-view.ts';
import type { ParsedTarget, TargetFault } from './target.ts';

/** A POST form: fields in order of arrival, and what is known of the file. */
export type PostForm = {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly file?: {
    readonly filename?: string | undefined;
    readonly contentType?: string | undefined;
    readonly size?: number | undefined;
  };
};

/** A request as text. */
export interface RequestLike {
  /** Absolute. Read as text, never through a URL class. */
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | Headers | readonly (readonly [string, string])[];
  /** A POST form: fields in order of arrival, and what is known of the file. */
  readonly form?: PostForm;
}

/** A request as it came off the wire (SIG-1). Texts hold a character for a byte, as Node gives them. */
export type RawRequest = {
  readonly method: string;
  /** Between method and `HTTP/1.1` on the request line. */
  readonly target: string;
  /** Name, value, name, value, as in Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly form?: PostForm | undefined;
  /** What `parseTarget` made of this very target and host: then nothing is parsed twice. */
  readonly parsed?: ParsedTarget | TargetFault | undefined;
  /** What `viewRequest` made of these headers and this query; not for forms, whose fields are read later. */
  readonly view?: ReceivedView | undefined;
};

/** The raw form of any request that `verify` and `explain` take. */
export function toRawRequest(request: Request | RequestLike | RawRequest): RawRequest {
  if (request instanceof Object && 'rawHeaders' in request) return request;
  // JavaScript may pass anything (SIG-114).
  checkString(request?.url, 'url');
  const { authority, target } = splitUrl(request.url);
  const rawHeaders: string[] = [];
  let hasHost = false;
  for (const [name, value] of headerPairs(request.headers)) {
    if (name.toLowerCase() === 'host') hasHost = true;
    rawHeaders.push(wireText(name), latin1(value));
  }
  if (!hasHost && authority !== '') rawHeaders.unshift('Host', wireText(authority));
  const method = request.method === undefined ? 'GET' : request.method;
  const form = 'form' in request ? request.form : undefined;
  return { method, target, rawHeaders, form };
}

/**
 * The authority of an absolute URL and the target that a client sends for it. A fragment is never sent (SIG-113); a text without
 * scheme is taken for a target.
 */
export function splitUrl(url: string): { readonly authority: string; readonly target: string } {
  const hash = url.indexOf('#');
  const sent = wireText(hash === -1 ? url : url.slice(0, hash));
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(sent);
  if (scheme === null) return { authority: '', target: sent };
  const start = scheme[0].length;
  let end = start;
  while (end < sent.length && sent[end] !== '/' && sent[end] !== '?') end++;
  const authority = sent.slice(
    sent.lastIndexOf('@', end - 1) >= start ? sent.lastIndexOf('@', end - 1) + 1 : start,
    end,
  );
  const rest = sent.slice(end);
  return { authority, target: rest.startsWith('/') ? rest : `/${rest}` };
}

function headerPairs(headers: RequestLike['headers']): Iterable<readonly [string, string]> {
  if (headers === undefined) return [];
  // Headers, and a list of pairs, give pairs when walked; a plain object does not.
  if (Symbol.iterator in headers) return headers;
  return Object.entries(headers);
}

/** Header values hold bytes already; only what cannot be a byte is encoded. */
function latin1(value: string): string {
  for (let at = 0; at < value.length; at++) if (value.charCodeAt(at) > 0xff) return wireText(value);
  return value;
}
