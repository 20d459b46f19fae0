import { deny, type Refusal } from '../verify/refusal.ts';
import type { QueryPair } from '../wire/query-string.ts';

/** What a SigV2 URL says, and whether it says it well: all that can be judged of the URL without a request, a key or settings. */

/** The parameters of a SigV2 URL, unparsed. */
export type QueryV2Parameters = {
  readonly accessKeyId: string | undefined;
  readonly signature: string | undefined;
  readonly expires: string | undefined;
  readonly repeated: boolean;
  readonly token: string | undefined;
};

/** Collects the parameters that authenticate a SigV2 URL. Names are exact, but for the token (SIG-30, SIG-53). */
export function readQueryV2(query: readonly QueryPair[]): QueryV2Parameters {
  let accessKeyId: string | undefined;
  let signature: string | undefined;
  let expires: string | undefined;
  let token: string | undefined;
  let repeated = false;
  for (const [name, value] of query) {
    if (name === 'AWSAccessKeyId') {
      if (accessKeyId !== undefined) repeated = true;
      accessKeyId = value;
    } else if (name === 'Signature') {
      if (signature !== undefined) repeated = true;
      signature = value;
    } else if (name === 'Expires') {
      if (expires !== undefined) repeated = true;
      expires = value;
    } else if (name.length === 20 && name.toLowerCase() === 'x-amz-security-token') {
      token = value;
    }
  }
  return { accessKeyId, signature, expires, repeated, token };
}

/** SIG-51: Unix seconds below 2^31, or undefined. */
export function readExpires(text: string): number | undefined {
  if (!/^[+-]?[0-9]{1,32}$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds < 2 ** 31 ? seconds : undefined;
}

/** SIG-50, SIG-51: the fault of a URL's form. */
export function formFaultV2(p: QueryV2Parameters, seconds: number | undefined): Refusal | undefined {
  if (!p.accessKeyId || !p.signature || p.expires === undefined || p.repeated) {
    const message = 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters';
    return deny('form', message, { reason: 'AuthMalformed', values: { message }, rule: 'SIG-50' });
  }
  if (seconds !== undefined) return undefined;
  const message = `Invalid date (should be seconds since epoch): ${p.expires}`;
  return deny('form', message, { reason: 'AuthMalformed', values: { message }, rule: 'SIG-51' });
}

/** What a name and a value of an `x-amz-*` line may hold, so that no line can be read as two. */
const lineName = /^x-amz-[a-z0-9!#$%&'*+.^_`|~-]+$/;
const lineBreak = /[\r\n]/;

/**
 * SIG-55: the string to sign has one line for each `x-amz-*` parameter. A name given twice, or a line break in a name or value, would let
 * the holder of a URL drop or replace what was signed.
 */
export function amzFaultV2(query: readonly QueryPair[]): Refusal | undefined {
  const seen = new Set<string>();
  for (const [given, value] of query) {
    const name = given.toLowerCase();
    if (!name.startsWith('x-amz-')) continue;
    const isSound = lineName.test(name) && !lineBreak.test(value);
    const shown = name.replace(/[^\x21-\x7e]/g, '?').slice(0, 64);
    const message = isSound
      ? `Query-string authentication version 2 requires exactly one value for ${shown}.`
      : `Query-string authentication version 2 cannot sign the parameter ${shown}.`;
    if (!isSound || seen.has(name)) {
      return deny('form', message, { reason: 'AuthMalformed', values: { message }, rule: 'SIG-55' });
    }
    seen.add(name);
  }
  return undefined;
}
