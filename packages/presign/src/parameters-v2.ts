import type { QueryPair } from './query-string.ts';
import { deny, type Refusal } from './refusal.ts';

/** What a SigV2 URL says, and whether it says it well: all that can be judged of the URL without a request, a key or settings. */

/** The parameters of a SigV2 URL as they stand in it. */
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
